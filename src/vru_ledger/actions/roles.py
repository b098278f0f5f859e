"""The roles of a team that shares a ledger on PostgreSQL: made, printed, and who has them."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput
from vru_ledger.store import ledger, roles
from vru_ledger.store.database import Database
from vru_ledger.store.roles import Team

_GIVEN = """
-- Then give each person one of them, under the name by which they connect:
--   CREATE ROLE ada LOGIN PASSWORD '...';
--   GRANT {analyst} TO ada;
"""


MAY = {
    "reader": "read everything",
    "analyst": "read; promise, amend, pay and reverse awards; add recipients; name papers",
    "finance": "all of that; funds' money, caps and overrides, periods, write-offs, the register",
}

MEASURES = {
    "may": "each role may all that the one before it may",
    "people": "whom it was given to on the server, whether or not they have more besides",
}


class Row(Value):
    """One role."""

    role: str
    may: str
    people: str


def make(database: Database) -> Team:
    """Make the roles of a ledger that has none. Raises AlreadyThere, BadInput of a file."""
    _must_be_shared(database)
    return database.write(roles.make)


def as_sql(database: Database) -> str:
    """Return the SQL that would make them, as one transaction. Raises BadInput of a file."""
    _must_be_shared(database)
    with database.read() as session:
        team = roles.team_of(session) or roles.team_to_be(session)
    given = _GIVEN.format(analyst=roles.quoted(team.role("analyst")))
    return f"{roles.script(team)}{given}"


def answer(database: Database) -> Answer:
    """Return the roles of the team whose ledger this is: none of a file, or if none were made."""
    with database.read() as session:
        standing, team = ledger.standing(session), roles.team_of(session)
        rows = []
        if team is not None:
            rows = [
                Row(team.role(role), MAY[role], ", ".join(people) or "nobody")
                for role, people in roles.members(session, team)
            ]
    notes = []
    if team is None:
        notes = ["this ledger is a file, and who may write to it may write anything"]
        if database.driver.dialect == "postgresql":
            notes = ["no roles were made: who may write to this ledger may write anything"]
    return Answer(
        name="roles",
        title="Roles: who may do what, and who has which",
        row_type=Row,
        rows=rows,
        shown=tuple(Row.FIELDS),
        drop_first=("may",),
        meta=standing,
        measures=MEASURES,
        notes=notes,
    )


def _must_be_shared(database: Database) -> None:
    if database.driver.dialect != "postgresql":
        raise BadInput(*roles.of_a_server(database.place))
