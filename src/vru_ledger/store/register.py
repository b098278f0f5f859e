"""The register in and out: funds, recipients, areas and the rest, and how names find them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, TypeVar

from vru_ledger.domain.entries import Registration
from vru_ledger.domain.register import (
    RECORDS,
    Area,
    Decision,
    Fund,
    FundingSource,
    Recipient,
    Record,
)
from vru_ledger.domain.text import fold, likeness
from vru_ledger.store.database import Session

SomeRecord = TypeVar("SomeRecord", bound=Record)
SomeNamed = TypeVar("SomeNamed", Area, Fund, FundingSource, Recipient)

_FOLDED = ("areas", "sources", "recipients", "funds")
"""Tables that keep beside the name what it reads like, so that no two can be mistaken."""


_COLUMNS: dict[Any, tuple[str, ...]] = {record: tuple(record.FIELDS) for record in RECORDS}
_SPECIAL: dict[Any, tuple[tuple[int, str], ...]] = {
    record: tuple(
        (index, held)
        for index, held in enumerate(record.FIELDS.values())
        if held in ("bool", "date | None")
    )
    for record in RECORDS
}


def columns(record: type[Any]) -> tuple[str, ...]:
    """Return the columns that a record fills, in the order of its fields."""
    return _COLUMNS[record]


def _select(record: type[Any]) -> str:
    return f"SELECT {', '.join(columns(record))} FROM {record.TABLE}"


def stored_columns(record: type[Any]) -> list[str]:
    """Return every column of a record's table: its fields, its entry, and the folded name."""
    return [*columns(record), "entry", *(["folded"] if record.TABLE in _FOLDED else [])]


def _put(record: type[Record]) -> str:
    names = stored_columns(record)
    keys = ("fund", "recipient") if "code" not in names else ("code",)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return (
        f"INSERT INTO {record.TABLE} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )


def values(record: Record, entry: int) -> list[Any]:
    """Return what a record's table keeps: days as text, yes and no as 1 and 0."""
    told = [*(_stored(held) for held in record), entry]
    if record.TABLE in _FOLDED:
        told.append(likeness(getattr(record, "name", "")))
    return told


def _stored(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return int(value) if isinstance(value, bool) else value


def put(session: Session, record: Record, entry: int) -> None:
    """Write a record as entry number `entry` tells it, over the one of the same code."""
    session.run(_put(type(record)), values(record, entry))


def everything(
    session: Session, record: type[SomeRecord], known_at: int | None = None
) -> list[SomeRecord]:
    """Return every record of a kind, in the order of their codes; as entry `known_at` left them."""
    order = "fund, recipient" if record.TABLE == "listings" else "code"
    if known_at is None:
        return [_made(record, row) for row in session.rows(f"{_select(record)} ORDER BY {order}")]
    names = ", ".join([*columns(record), "entry"])
    rows = session.rows(f"SELECT {names} FROM {record.TABLE} ORDER BY {order}")
    then = [_made(record, row[:-1]) for row in rows if row[-1] <= known_at]
    if len(then) < len(rows):
        # Put since: what was there before it stands in the entries alone.
        now = {_code(_made(record, row[:-1])) for row in rows if row[-1] > known_at}
        before = {_code(one): one for one in _put_by(session, record, known_at)}
        then += [one for code, one in before.items() if code in now]
    return sorted(then, key=_code)


def _code(one: Any) -> tuple[str, ...]:
    return (one.code,) if "code" in one.FIELDS else (one.fund, one.recipient)


def _put_by(session: Session, record: type[SomeRecord], known_at: int) -> Iterator[SomeRecord]:
    """Yield the records of a kind that entries up to a number put, the oldest first."""
    from vru_ledger.domain.chain import read_fact

    for (fact,) in session.rows(
        f"SELECT e.fact FROM entries e WHERE e.kind = '{Registration.KIND}' AND"
        " e.kind <> 'allocate' AND e.number <= ? AND e.fact LIKE ? ORDER BY e.number",
        (known_at, f'%"table":"{record.TABLE}"%'),
    ):
        entry: Any = read_fact(fact)
        yield from (one for one in entry.records if isinstance(one, record))


def _made(record: type[SomeRecord], row: tuple[Any, ...]) -> SomeRecord:
    told = list(row)
    for index, kind in _SPECIAL[record]:
        if kind == "bool":
            told[index] = bool(told[index])
        elif told[index] is not None:
            told[index] = date.fromisoformat(told[index])
    return record(*told)


def find_fund(session: Session, asked: str) -> Fund | None:
    """Return the fund with this code or name, whatever its case."""
    return next(iter(_called(session, Fund, asked)), None)


def find_area(session: Session, asked: str) -> list[Area]:
    """Return the areas with this code or name; a borough and a command unit may share a name."""
    return _called(session, Area, asked)


def find_source(session: Session, asked: str) -> FundingSource | None:
    """Return the funding source with this code or name."""
    return next(iter(_called(session, FundingSource, asked)), None)


def _called(session: Session, record: type[SomeNamed], asked: str) -> list[SomeNamed]:
    """Return what has this code or name, by code; what only reads like it is left out."""
    code, name = asked.strip().upper(), fold(asked)
    rows = session.rows(
        f"{_select(record)} WHERE code = ? OR folded = ? ORDER BY code", (code, likeness(asked))
    )
    found = [_made(record, row) for row in rows]
    return [one for one in found if one.code == code or fold(one.name) == name]


def area(session: Session, code: str) -> Area | None:
    """Return the area with exactly this code."""
    row = session.row(f"{_select(Area)} WHERE code = ?", (code,))
    return _made(Area, row) if row else None


def find_recipients(session: Session, asked: str) -> list[Recipient]:
    """Return the recipients with this code, or else of this name: a borough and its network."""
    row = session.row(f"{_select(Recipient)} WHERE code = ?", (asked.strip().upper(),))
    if row:
        return [_made(Recipient, row)]
    return recipients_named(session, asked)


def recipients_named(session: Session, name: str) -> list[Recipient]:
    """Return the recipients of this name, whoever has it as a code."""
    return [one for one in alike(session, Recipient, name) if fold(one.name) == fold(name)]


def alike(session: Session, record: type[SomeNamed], name: str) -> list[SomeNamed]:
    """Return those whose name reads like this one, by code: see `likeness`."""
    rows = session.rows(f"{_select(record)} WHERE folded = ? ORDER BY code", (likeness(name),))
    return [_made(record, row) for row in rows]


def find_decision(session: Session, code: str) -> Decision | None:
    """Return the decision registered under exactly this reference."""
    row = session.row(f"{_select(Decision)} WHERE code = ?", (code,))
    return _made(Decision, row) if row else None


def recipient(session: Session, code: str) -> Recipient | None:
    """Return the recipient with exactly this code."""
    row = session.row(f"{_select(Recipient)} WHERE code = ?", (code,))
    return _made(Recipient, row) if row else None


def kinds(session: Session) -> list[str]:
    """Return the kinds of recipient that there are, or that a fund is for."""
    found = {kind for (kind,) in session.rows("SELECT DISTINCT kind FROM recipients")}
    for (some,) in session.rows("SELECT DISTINCT kinds FROM funds WHERE kinds <> ''"):
        found.update(some.split(","))
    return sorted(found)


def is_listed(session: Session, fund: str, recipient: str) -> bool:
    """Say whether the fund names the recipient."""
    found = session.row(
        "SELECT 1 FROM listings WHERE fund = ? AND recipient = ?", (fund, recipient)
    )
    return found is not None


def listed(session: Session, fund: str, known_at: int | None = None) -> list[Recipient]:
    """Return the recipients that a fund names, by code; as entry `known_at` left them."""
    names = ", ".join(f"r.{name}" for name in columns(Recipient))
    rows = session.rows(
        f"SELECT {names} FROM listings l JOIN recipients r ON r.code = l.recipient"
        f" WHERE l.fund = ?{'' if known_at is None else ' AND l.entry <= ?'} ORDER BY r.code",
        (fund,) if known_at is None else (fund, known_at),
    )
    return [_made(Recipient, row) for row in rows]
