"""How results are written: Markdown tables, numbers as short as they are true, and verdicts."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks.timing import ROOT

BEGIN, END = "<!-- results -->", "<!-- end of results -->"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; every column but the first is set to the right."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def section(title: str, *parts: str) -> str:
    """Return a heading and what stands under it."""
    return "\n\n".join([f"### {title}", *parts])


def number(value: float) -> str:
    """Write a number with three figures: 0.0123, 1.23, 12.3, 123, 12,300."""
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}" if value >= 100 else f"{value:#.3g}"


def times(value: float) -> str:
    """Write a ratio: 6.93 x."""
    return f"{value:.2f} x" if value < 10 else f"{value:.1f} x"


def milliseconds(seconds: float) -> str:
    """Write seconds as milliseconds."""
    return f"{number(seconds * 1000)} ms"


def size(awards: int) -> str:
    """Write how many awards a ledger holds: 1k, 100k, 1M."""
    if awards >= 1_000_000:
        return f"{awards / 1_000_000:g}M"
    return f"{awards / 1000:g}k" if awards >= 1000 else str(awards)


def verdict(kept: bool) -> str:
    """Say whether a promise was kept."""
    return "kept" if kept else "**broken**"


def at_most(measured: float, limit: float) -> list[str]:
    """Return the cells of a promise that a ratio stays below."""
    return [times(measured), f"≤ {limit:g} x", verdict(measured <= limit)]


def here(date: str) -> str:
    """Say on which machine, with what, and when this was measured."""
    import typer

    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("rich", "sqlmodel", "sqlalchemy"))
    return (
        f"{date or _commit()}. {models[0] if models else platform.machine()}, {os.cpu_count()} "
        f"cores, {memory:.0f} GiB, {platform.system()} {platform.release()}; Python "
        f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}, typer {typer.__version__}, "
        f"{packages}."
    )


def _commit() -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), "log", "-1", "--format=Commit %h (%cs)"],
        capture_output=True,
        text=True,
        check=False,
    )
    changed = subprocess.run(
        ["git", "-C", str(ROOT), "status", "--porcelain", "src"],
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.strip() or "No commit"
    return f"{said}, and changes not committed" if changed.stdout.strip() else said


def write_results(results: str) -> Path:
    """Put results into the README, between its two marks."""
    page = Path(__file__).with_name("README.md")
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{results}\n\n{END}{after}", encoding="utf-8")
    return page
