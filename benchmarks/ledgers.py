"""Ledgers of any size, the same on every machine: awards, the file that makes them, the ledger.

12 funds in four themes, a fifth as many recipients as awards, 33 areas in 11 command units, three
financial years, four sources. Half the funds hold their authority by year, half without one, so
that an award comes to three movements on average. Each fund has a cap on its total and one per
recipient.
"""

from __future__ import annotations

import csv
import hashlib
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from vru_ledger.actions.record import Recorder
from vru_ledger.domain.entries import CapSet, Funding, Registration
from vru_ledger.domain.money import Pence, format_decimal
from vru_ledger.domain.register import Area, Fund, FundingSource, Recipient, Record
from vru_ledger.domain.years import financial_year
from vru_ledger.store import creation
from vru_ledger.store.database import Session

THEMES = ("Neighbourhoods", "Education", "Health", "Youth work")
KINDS = ("consortium", "borough", "community-organisation", "a-and-e")
FIRST_DAY = date(2023, 4, 1)
DAYS = (date(2026, 3, 31) - FIRST_DAY).days + 1
LAST_YEAR = "2025/26"
EACH_PENCE = 75_000_000
SPARE_PENCE = 1_000_000_000
"""Authority beyond what the awards need, so that more can always be allocated."""
_RECORDS_AT_ONCE = 1_000
_AT = "2026-04-01T00:00:00Z"

FUNDS = tuple(f"F{number:02}" for number in range(1, 13))
AREAS = tuple(f"E090000{number:02}" for number in range(1, 34))


class Award(NamedTuple):
    """One award to be made. `source` is empty where the fund has only one."""

    fund: str
    recipient: str
    pence: int
    on: date
    fy: str
    area: str
    source: str


def recipients_of(size: int) -> int:
    """Return how many recipients a ledger of this many awards has."""
    return max(60, size // 5)


def recipient(number: int) -> str:
    """Return a recipient's code."""
    return f"R{number + 1:06}"


def sources_of(fund: str) -> tuple[str, ...]:
    """Return the sources that a fund has money from: two funds have two."""
    number = FUNDS.index(fund)
    first = f"S{number % 4 + 1}"
    return (first, "S4") if number in (0, 6) else (first,)


def is_by_year(fund: str) -> bool:
    """Say whether a fund holds its authority by financial year."""
    return FUNDS.index(fund) % 2 == 0


def awards(size: int) -> Iterator[Award]:
    """Yield the awards of a ledger, by day. A few recipients hold many."""
    chance = random.Random(size).random
    years = {day: financial_year(FIRST_DAY + timedelta(day)) for day in range(DAYS)}
    for number in range(size):
        fund = FUNDS[int(chance() * len(FUNDS))]
        day = number * DAYS // size
        sources = sources_of(fund)
        yield Award(
            fund,
            recipient(int(recipients_of(size) * chance() ** 2)),
            10_000 + int(chance() * 190_000),
            FIRST_DAY + timedelta(day),
            years[day],
            AREAS[int(chance() * len(AREAS))],
            sources[number % 2] if len(sources) > 1 else "",
        )


def more_awards(size: int, many: int) -> list[Award]:
    """Return awards to be made one at a time once the ledger is there: any fund, any recipient."""
    chance = random.Random(-size).random
    made = []
    for number in range(many):
        fund = FUNDS[number % len(FUNDS)]
        who = recipient(int(recipients_of(size) * chance()))
        sources = sources_of(fund)
        source = sources[0] if len(sources) > 1 else ""
        area = AREAS[int(chance() * len(AREAS))]
        made.append(Award(fund, who, 10_000 + number, date(2026, 3, 31), LAST_YEAR, area, source))
    return made


class Shelf:
    """A folder of ledgers, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / f"ledgers-{_edition()}"
        self.folder.mkdir(parents=True, exist_ok=True)

    def batch(self, size: int) -> Path:
        """Return the CSV file of a ledger's awards."""
        path = self.folder / f"awards-{size}.csv"
        if not path.exists():
            making = path.with_suffix(".making")
            with open(making, "w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(("fund", "recipient", "amount", "on", "fy", "area", "source"))
                for one in awards(size):
                    amount = format_decimal(one.pence)
                    writer.writerow((*one[:2], amount, one.on.isoformat(), *one[4:]))
            making.rename(path)
        return path

    def journal(self, size: int) -> Path:
        """Return the same awards as a journal of hledger's."""
        path = self.folder / f"awards-{size}.journal"
        if not path.exists():
            making = path.with_suffix(".making")
            with open(making, "w", encoding="utf-8") as file:
                for number, one in enumerate(awards(size), 1):
                    fund, amount = f"assets:fund:{one.fund}", format_decimal(one.pence)
                    file.write(
                        f"{one.on.isoformat()} * ({number}) {one.recipient}\n"
                        f"    ; area: {one.area}\n"
                        f"    {fund}:committed:{one.fy}  {amount} GBP\n"
                        f"    {fund}:unallocated  -{amount} GBP\n\n"
                    )
                names = [f"assets:fund:{fund}:unallocated" for fund in FUNDS]
                years = sorted({one.fy for one in awards(size)})
                names += [f"assets:fund:{fund}:committed:{fy}" for fund in FUNDS for fy in years]
                file.write("commodity 1000.00 GBP\n" + "".join(f"account {n}\n" for n in names))
            making.rename(path)
        return path

    def register(self, size: int) -> Path:
        """Return a ledger that has the funds, recipients and caps, and no award yet."""
        path = self.folder / f"register-{size}.db"
        if not path.exists():
            making = path.with_suffix(".making")
            making.unlink(missing_ok=True)
            creation.create(str(making), "benchmark", _AT, lambda session: _fill(session, size))
            making.rename(path)
        return path

    def ledger(self, size: int) -> Path:
        """Return where the ledger with its awards lies; `allocate --from` makes it."""
        return self.folder / f"ledger-{size}.db"


def copied(ledger: Path, place: Path) -> Path:
    """Return a copy that may be written to."""
    place.unlink(missing_ok=True)
    return Path(shutil.copyfile(ledger, place))


def _edition() -> str:
    """Return what changes whenever kept ledgers would no longer be those made now."""
    store = Path(creation.__file__).parent
    made = ("tables_sqlite.sql", "guards_sqlite.sql", "views.sql")
    files = [Path(__file__), *(store / name for name in made)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def _fill(session: Session, size: int) -> None:
    """Record the register, the authority and the caps."""
    recorder = Recorder(session, "benchmark", _AT)
    waiting: list[Record] = []
    for record in _records(size):
        waiting.append(record)
        if len(waiting) == _RECORDS_AT_ONCE:
            recorder.put_register(Registration(records=tuple(waiting), reason="register"))
            waiting.clear()
    recorder.put_register(Registration(records=tuple(waiting), reason="register"))
    totals: Counter[str] = Counter()
    for (fund, source, fy), pence in sorted(_authority(size).items()):
        totals[fund] += pence
        recorder.put_funding(
            Funding(fund=fund, amount_pence=Pence(pence), source=source, fy=fy, reason="settled")
        )
    for fund in FUNDS:
        for cap, limit, per in (
            (f"{fund}-FUND", totals[fund], ()),
            (f"{fund}-EACH", EACH_PENCE, ("recipient",)),
        ):
            recorder.put_cap(
                CapSet(cap=cap, fund=fund, measure="amount", limit=limit, per=per, reason="agreed")
            )
    recorder.journal.flush()


def _records(size: int) -> Iterator[Record]:
    for number in range(1, 5):
        yield FundingSource(code=f"S{number}", name=f"Source {number}")
    for number in range(11):
        yield Area(code=f"BCU-{number:02}", name=f"Command unit {number}", kind="bcu")
    for number, code in enumerate(AREAS):
        bcu = f"BCU-{number % 11:02}"
        yield Area(code=code, name=f"Borough {number}", kind="borough", bcu=bcu)
    for number, code in enumerate(FUNDS):
        yield Fund(code=code, name=f"Fund number {number}", theme=THEMES[number % 4])
    for number in range(recipients_of(size)):
        yield Recipient(
            code=recipient(number),
            name=f"Recipient {number:06}",
            kind=KINDS[number % 4],
            area=AREAS[number % 33],
        )


def _authority(size: int) -> Counter[tuple[str, str, str]]:
    """Return what each fund needs of each source and year, and something to spare."""
    needed: Counter[tuple[str, str, str]] = Counter()
    for one in awards(size):
        fy = one.fy if is_by_year(one.fund) else ""
        needed[one.fund, one.source or sources_of(one.fund)[0], fy] += one.pence
    for fund in FUNDS:
        for source in sources_of(fund):
            needed[fund, source, LAST_YEAR if is_by_year(fund) else ""] += SPARE_PENCE
    return needed
