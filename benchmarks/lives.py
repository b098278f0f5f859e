"""Awards that were claimed and paid: the same three steps for us and for plain-text programs."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench
from benchmarks.ledgers import FUNDS, Award, awards, copied
from benchmarks.loading import load
from benchmarks.timing import product
from vru_ledger.domain.money import format_decimal

CLAIMED_AFTER, PAID_AFTER = timedelta(30), timedelta(45)


class Life(NamedTuple):
    """An award, its reference, and how much of it was claimed and then paid."""

    award: Award
    ref: str
    claimed_pence: int


class Step(NamedTuple):
    """A movement of an award's money between two stages."""

    on: date
    source: str
    target: str
    pence: int


def lives(size: int) -> Iterator[Life]:
    """Yield each award with the reference that the product gives it; half of it is claimed."""
    made: Counter[str] = Counter()
    for one in awards(size):
        made[one.fund] += 1
        yield Life(one, f"{one.fund}-{made[one.fund]:04}", one.pence // 2)


def steps(life: Life) -> list[Step]:
    """Return the three transactions of a life, in order."""
    one, half = life.award, life.claimed_pence
    return [
        Step(one.on, "unallocated", "committed", one.pence),
        Step(one.on + CLAIMED_AFTER, "committed", "payable", half),
        Step(one.on + PAID_AFTER, "payable", "disbursed", half),
    ]


def ledger(bench: Bench, size: int) -> Path:
    """Return the product's ledger of these lives, made by the product itself."""
    path = bench.shelf.folder / f"lives-{size}.db"
    if path.exists():
        return path
    if not bench.shelf.ledger(size).exists():
        load(bench, size)
    making = copied(bench.shelf.ledger(size), path.with_suffix(".making"))
    for word, after in (("claim", CLAIMED_AFTER), ("pay", PAID_AFTER)):
        bench.progress(f"{word} --from, to be measured against others: {size:,} rows")
        rows = bench.place(f"{word}.csv")
        with open(rows, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("award", "amount", "on"))
            for life in lives(size):
                on = (life.award.on + after).isoformat()
                writer.writerow((life.ref, format_decimal(life.claimed_pence), on))
        bench.machine.run(product("--as", "benchmark", word, "--from", str(rows), ledger=making))
        rows.unlink()
    making.rename(path)
    return path


def disbursed_pence(size: int) -> int:
    """Return what every program must say was paid."""
    return sum(life.claimed_pence for life in lives(size))


def journal(bench: Bench, size: int) -> Path:
    """Return the same as a journal that hledger and ledger read, three transactions a life."""
    return _written(bench, size, "journal", _JOURNAL_HEAD, _journal_step, "assets:fund:{}:{}")


def beancount(bench: Bench, size: int) -> Path:
    """Return the same as a file of beancount's."""
    return _written(bench, size, "beancount", "", _beancount_step, "Assets:Fund:{}:{}")


_JOURNAL_HEAD = "commodity GBP\n"
_STAGES = ("unallocated", "committed", "payable", "disbursed")


def _journal_step(life: Life, step: Step) -> str:
    fund, amount = f"assets:fund:{life.award.fund}", format_decimal(step.pence)
    return (
        f"{step.on.isoformat()} * ({life.ref}) {life.award.recipient}\n"
        f"    {fund}:{step.target}  {amount} GBP\n"
        f"    {fund}:{step.source}  -{amount} GBP\n\n"
    )


def _beancount_step(life: Life, step: Step) -> str:
    fund, amount = f"Assets:Fund:{life.award.fund}", format_decimal(step.pence)
    return (
        f'{step.on.isoformat()} * "{life.award.recipient}" "{life.ref}"\n'
        f"  {fund}:{step.target.title()}  {amount} GBP\n"
        f"  {fund}:{step.source.title()}  -{amount} GBP\n\n"
    )


def _written(
    bench: Bench,
    size: int,
    ending: str,
    head: str,
    written: Callable[[Life, Step], str],
    account: str,
) -> Path:
    path = bench.shelf.folder / f"lives-{size}.{ending}"
    if path.exists():
        return path
    making = path.with_suffix(".making")
    with open(making, "w", encoding="utf-8") as file:
        file.write(head)
        for fund in FUNDS:
            for stage in _STAGES:
                if ending == "beancount":
                    file.write(f"2000-01-01 open {account.format(fund, stage.title())}\n")
                else:
                    file.write(f"account {account.format(fund, stage)}\n")
        for life in lives(size):
            file.writelines(written(life, step) for step in steps(life))
    making.rename(path)
    return path
