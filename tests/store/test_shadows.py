"""Overloads beside the guards: what somebody made in the ledger's schema is never called by one."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.builders import ACTOR, DAY, POUND, WHEN, findings, with_everything
from tests.lively import folios_of
from tests.postgres import Server
from tests.store.test_step_guards import with_steps
from vru_ledger.actions import roles as making_roles
from vru_ledger.actions.init import init
from vru_ledger.api import open_ledger
from vru_ledger.store import roles
from vru_ledger.store.database import statements

GUARDS = Path(roles.__file__).with_name("guards_postgresql.sql")
OF_THE_LANGUAGE = {
    *("AND", "AS", "BEGIN", "BY", "CASE", "CAST", "COALESCE", "COUNT", "ELSE", "EXISTS", "FROM"),
    *("GREATEST", "IF", "IN", "INTO", "LEAST", "NOT", "OR", "OVER", "SELECT", "THEN", "UPDATE"),
    *("VALUES", "WHEN", "WHERE", "FILTER", "LATERAL", "RETURN", "ON", "DISTINCT", "position"),
    *("TABLE", "RETURNS", "NULLIF", "ANY", "ALL", "JOIN", "ELSIF", "UNION"),
}
"""What stands before a parenthesis and is looked up in no schema."""


def test_every_call_in_a_guard_says_whose_function_it_means():
    script = GUARDS.read_text(encoding="utf-8")
    own = set(re.findall(r"^CREATE FUNCTION (\w+)", script, re.MULTILINE))
    shadowed = []
    for statement in statements(script):
        if re.match("CREATE (CONSTRAINT )?TRIGGER", statement):
            continue
        code = re.sub(r"--[^\n]*", "", statement)
        # What a trigger or a function is called, a table's columns, and what a text holds.
        code = re.sub(r"'(?:[^']|'')*'", "''", code)
        code = re.sub(r"(INSERT INTO|CREATE FUNCTION|EXECUTE FUNCTION) \w+ ?\(", "(", code)
        for name in re.findall(r"(?<![\w.])(\w+) ?\(", code):
            if name not in own | OF_THE_LANGUAGE:
                shadowed.append((name, statement[:60]))
    assert shadowed == []


@pytest.fixture
def team(postgres_server: Server) -> Iterator[str]:
    with postgres_server.team("grants"):
        place = postgres_server.url("grants")
        made = with_everything(place)
        making_roles.make(made)
        made.close()
        by_hand(place, "CREATE ROLE ada LOGIN; GRANT grants_analyst TO ada")
        yield place


def by_hand(place: str, statement: str, who: str = "ledger") -> None:
    with psycopg.connect(place.replace("user=ledger", f"user={who}"), autocommit=True) as server:
        server.execute(statement.encode())


def test_an_analyst_who_makes_functions_does_not_become_finance(team: str):
    by_hand(team, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    by_hand(
        team,
        "CREATE FUNCTION public.pg_has_role(name, text, text) RETURNS boolean"
        " LANGUAGE sql AS 'SELECT true'",
        "ada",
    )
    with (
        open_ledger(team.replace("user=ledger", "user=ada")) as ours,
        pytest.raises(Exception, match="only finance gives a fund authority"),
    ):
        ours.database.write(lambda session: _fund(session, "ada"))


def _fund(session, actor: str) -> None:
    from vru_ledger.actions.record import Recorder
    from vru_ledger.domain.entries import Funding
    from vru_ledger.domain.money import Pence

    recorder = Recorder(session, actor, WHEN)
    recorder.put_funding(Funding(fund="ALPHA", amount_pence=Pence(POUND), source="HO"))
    recorder.journal.flush()


HOSTILE = """
DO $do$
DECLARE
  x text; y text; op text;
  types text[] := ARRAY['text', 'name', 'bigint', 'int', 'numeric', 'oid', 'regclass', 'boolean',
    'jsonb', 'varchar', 'text[]'];
BEGIN
  FOREACH x IN ARRAY types LOOP
    FOREACH y IN ARRAY types LOOP
      EXECUTE format('CREATE FUNCTION shadow(%s, %s) RETURNS boolean LANGUAGE plpgsql AS '
        '$$BEGIN RAISE EXCEPTION ''a shadow was called: %s, %s''; END$$', x, y, x, y);
      FOREACH op IN ARRAY ARRAY['=', '<>', '<', '>', '<=', '>=', '+', '-', '||', '->', '->>', '@>',
          '<@', '?', '?&', '~', '~~'] LOOP
        IF to_regoperator(format('pg_catalog.%s(%s,%s)', op, x, y)) IS NULL THEN
          EXECUTE format('CREATE OPERATOR %s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = shadow)',
            op, x, y);
        END IF;
      END LOOP;
    END LOOP;
  END LOOP;
  FOREACH x IN ARRAY ARRAY['int', 'smallint', 'numeric'] LOOP
    EXECUTE format('CREATE FUNCTION entry_is_open(%s) RETURNS boolean LANGUAGE sql AS '
      '''SELECT 1/0 = 1''', x);
    EXECUTE format('CREATE FUNCTION moves_as_its_entries(%s, %s, balances) RETURNS boolean'
      ' LANGUAGE sql AS ''SELECT 1/0 = 1''', x, x);
  END LOOP;
  FOREACH x IN ARRAY ARRAY['name', 'varchar'] LOOP
    EXECUTE format('CREATE FUNCTION needs_finance(%s) RETURNS void LANGUAGE sql AS '
      '''SELECT 1/0''', x);
    EXECUTE format('CREATE FUNCTION raised_by(%s, %s) RETURNS bigint LANGUAGE sql AS '
      '''SELECT 1/0''', x, x);
  END LOOP;
END $do$
"""


def test_no_operator_in_a_guard_can_be_shadowed(postgres_server: Server):
    """An operator that fits better than the server's own would be called, and says so."""
    with postgres_server.team("grants"):
        place = postgres_server.url("grants")
        made = with_steps(place)
        making_roles.make(made)
        by_hand(place, HOSTILE)
        by_hand(place, "CREATE ROLE ada LOGIN; GRANT grants_analyst TO ada")
        made.close()
        with folios_of(3), open_ledger(place.replace("user=ledger", "user=ada")) as ours:
            award = ours.allocate("ALPHA", "TWO", 100 * POUND, source="CR", on=DAY).entry.award
            ours.claim(award, 60 * POUND, on=DAY)
            ours.reverse(ours.head().number, reason="wrong", on=DAY)
            new: dict[str, Any] = {"new_recipient": True, "kind": "charity", "area": "E2"}
            ours.allocate("ALPHA", "Newcomer", POUND, source="CR", on=DAY, propose=True, **new)
        by_hand(place, "CREATE ROLE fin LOGIN; GRANT grants_finance TO fin")
        with open_ledger(place.replace("user=ledger", "user=fin")) as ours:
            ours.database.write(lambda session: _fund(session, "fin"))


def test_making_roles_takes_from_everybody_the_right_to_make_functions(postgres_server: Server):
    with postgres_server.team("grants"):
        place = postgres_server.url("grants")
        by_hand(place, "GRANT CREATE ON SCHEMA public TO PUBLIC")
        init(place, None, actor=ACTOR, recorded_at=WHEN, roles=True)
        by_hand(place, "CREATE ROLE ada LOGIN; GRANT grants_analyst TO ada")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            by_hand(place, "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "ada")
        from vru_ledger.store.opening import open_database

        database = open_database(place)
        assert findings(database) == []
        database.close()
