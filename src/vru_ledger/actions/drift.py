"""Where a ledger and a seed file say different things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from vru_ledger.actions.keys import in_words
from vru_ledger.domain.entries import Funding
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import format_pounds
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import RECORDS, Listing, Record
from vru_ledger.exchange.seed_file import Seed
from vru_ledger.store import ledger, register
from vru_ledger.store.database import Session

_FOLLOW = "mend the one that is wrong: the seed by hand, the ledger by an entry"


def drift(session: Session, seed: Seed) -> Iterator[Finding]:
    """Yield where the ledger is not what the seed says; what only the ledger has is a warning."""
    for record in RECORDS:
        told = {_code(one): one for one in seed.records if type(one) is record}
        there = {_code(one): one for one in register.everything(session, record)}
        yield from _compared(record.TABLE, told, there)
    yield from _authority(session, seed)
    told_caps = {cap.cap: cap.replace(dated=None, reason="", decision="") for cap in seed.caps}
    yield from _compared("caps", told_caps, {cap.cap: cap for cap, _ in ledger.all_caps(session)})


def _authority(session: Session, seed: Seed) -> Iterator[Finding]:
    """Yield where the authority confirmed by source and year is not what the seed says."""
    told: Counter[tuple[str, str, str]] = Counter()
    there: Counter[tuple[str, str, str]] = Counter()
    for funding in seed.fundings:
        told[funding.fund, funding.source, funding.fy] += funding.amount_pence
    for recorded in ledger.entries(session, Query(kind=Funding.KIND)):
        if isinstance(recorded.entry, Funding):
            one = recorded.entry
            there[one.fund, one.source, one.fy] += one.amount_pence
    funds = {fund for fund, _, _ in told}
    for line in sorted(told.keys() | there.keys()):
        if line[0] in funds and told[line] != there[line]:
            of = " ".join(part for part in line if part)
            said = f"fund {of} has authority of {format_pounds(there[line])} in the ledger"
            yield _found("drift-authority", f"{said}, {format_pounds(told[line])} in the seed")


def _code(record: Record) -> str:
    return f"{record.fund} {record.recipient}" if isinstance(record, Listing) else record.code


def _compared(what: str, told: dict[str, Any], there: dict[str, Any]) -> Iterator[Finding]:
    for code, one in told.items():
        if code not in there:
            yield _found("drift-missing", f"{what}: {code} is in the seed, not in the ledger")
        elif there[code] != one:
            differ = [
                f"{field} is {in_words(there[code], field)} in the ledger, "
                f"{in_words(one, field)} in the seed"
                for field in one.FIELDS
                if getattr(one, field) != getattr(there[code], field)
            ]
            yield _found("drift-differs", f"{what}: {code}: {'; '.join(differ)}")
    for code in sorted(there.keys() - told.keys()):
        said = f"{what}: {code} is in the ledger, not in the seed"
        yield _found("drift-added", said, severity="warning")


def _found(code: str, message: str, severity: str = "error") -> Finding:
    return Finding(code=code, message=message, remedy=_FOLLOW, severity=severity)
