"""The budget report and the check beside ledger, hledger and beancount, where they are installed.

Three transactions a life on either side (`lives.py`). What each says was paid is compared with what
was paid before its time counts: a program that answers another question is no comparison.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks import lives
from benchmarks.bench import Bench
from benchmarks.tables import number, section, size, table, times, verdict
from benchmarks.timing import Command, Cost, cpu, mib, product, ratio
from vru_ledger.domain.money import format_decimal

SIZES = (10_000, 100_000)
_DISBURSED = re.compile(
    r"^\s*(-?[\d,]+\.\d\d) GBP\s+\S*:disbursed|:disbursed\s+(-?[\d,]+\.\d\d) GBP", re.I | re.M
)


class Peer(NamedTuple):
    """Another program: its file, its report of every fund's stages, its check, our promises."""

    name: str
    program: str
    file: Callable[[Bench, int], Path]
    report: tuple[str, ...]
    check: tuple[str, ...]
    report_faster: float
    check_faster: float = 0.0


_QUERY = "SELECT account, sum(position) GROUP BY account"
PEERS = (
    Peer(
        "ledger",
        "ledger",
        lives.journal,
        ("--args-only", "-f", "{file}", "balance", "--flat", "assets:fund"),
        ("--args-only", "-f", "{file}", "--pedantic", "source"),
        60,
    ),
    Peer(
        "hledger",
        "hledger",
        lives.journal,
        ("-f", "{file}", "balance", "--flat", "-N", "assets:fund"),
        ("-f", "{file}", "check", "-s"),
        200,
        3,
    ),
    Peer(
        "beancount",
        "bean-query",
        lives.beancount,
        ("--no-errors", "{file}", _QUERY),
        (),
        600,
    ),
)


def measured(bench: Bench) -> str:
    """Measure both questions, taking turns with every peer that is installed."""
    there = [peer for peer in PEERS if shutil.which(peer.program)]
    sizes = [awards for awards in SIZES if awards <= bench.sizes[-1]]
    reports: list[list[str]] = []
    checks: list[list[str]] = []
    for awards in sizes:
        ledger = lives.ledger(bench, awards)
        reports += _compared(bench, awards, there, product("report", "position", ledger=ledger))
        checks += _checked(bench, awards, there, product("check", ledger=ledger))
    headings = ["awards", "program", "cpu, s", "MiB", "ours is faster by", "promised", "verdict"]
    missing = ", ".join(peer.name for peer in PEERS if peer not in there)
    return section(
        "Beside other programs",
        "Each award was allocated, half of it claimed and paid: three entries for us, three "
        "transactions of two postings for the others, who know no cap, no chain and no second "
        "copy of a figure." + (f" Not installed here: {missing}." if missing else ""),
        "The budget report, every stage of every fund (`report position`; `balance`; a query):",
        table(headings, reports),
        "The check of the whole ledger (`check`; `source --pedantic`; `check -s`):",
        table(headings, checks),
    )


def _compared(bench: Bench, awards: int, there: list[Peer], ours: Command) -> list[list[str]]:
    paid = format_decimal(lives.disbursed_pence(awards))
    bench.progress(f"budget report beside others: {size(awards)}")
    bench.machine.run(ours)
    said = bench.machine.said()
    if f"£{int(paid[:-3]):,}{paid[-3:]}" not in said:
        raise AssertionError(f"ours does not say that {paid} was paid: {said}")
    costs: dict[str, list[Cost]] = {"": []}
    for number_of in range(bench.few(awards)):
        costs[""].append(bench.machine.run(ours))
        for peer in there:
            words = _words(bench, awards, peer, peer.report)
            costs.setdefault(peer.name, []).append(bench.machine.run(words))
            if number_of == 0:
                _must_say(peer, bench.machine.said(), lives.disbursed_pence(awards))
    return _rows(awards, there, costs, {peer.name: peer.report_faster for peer in there})


def _checked(bench: Bench, awards: int, there: list[Peer], ours: Command) -> list[list[str]]:
    bench.progress(f"check beside others: {size(awards)}")
    able = [peer for peer in there if peer.check]
    costs: dict[str, list[Cost]] = {"": []}
    for _ in range(bench.few(awards)):
        costs[""].append(bench.machine.run(ours))
        for peer in able:
            words = _words(bench, awards, peer, peer.check)
            costs.setdefault(peer.name, []).append(bench.machine.run(words))
    return _rows(awards, able, costs, {peer.name: peer.check_faster for peer in able})


def _words(bench: Bench, awards: int, peer: Peer, words: tuple[str, ...]) -> Command:
    program = shutil.which(peer.program) or peer.program
    file = str(peer.file(bench, awards))
    return Command((program, *(file if word == "{file}" else word for word in words)))


def _must_say(peer: Peer, said: str, paid_pence: int) -> None:
    """Raise AssertionError if a peer's report comes to another sum than was paid."""
    found = [one or other for one, other in _DISBURSED.findall(said)]
    total = sum(int(amount.replace(",", "").replace(".", "")) for amount in found)
    if total != paid_pence:
        raise AssertionError(f"{peer.name} says {total} pence were paid, not {paid_pence}: {said}")


def _rows(
    awards: int, there: list[Peer], costs: dict[str, list[Cost]], promised: dict[str, float]
) -> list[list[str]]:
    """Return a row for us and one for each peer. Promised at 100k; at 10k only to be faster."""
    ours = costs[""]
    rows = [[size(awards), "vru-ledger", number(cpu(ours)), f"{mib(ours):,.0f}", "1", "", ""]]
    for peer in there:
        theirs = costs[peer.name]
        faster, least = ratio(theirs, ours), promised[peer.name]
        if awards != SIZES[-1]:
            least = min(least, 1.0) if least == peer.report_faster else 0.0
        told = [f"≥ {least:g} x", verdict(faster >= least)] if least else ["", ""]
        peak = f"{mib(theirs):,.0f}"
        rows.append([size(awards), peer.name, number(cpu(theirs)), peak, times(faster), *told])
    return rows
