"""Batches on the terminal: progress while they run, and one line when they are done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from vru_ledger.cli.terminal import read, say, say_aside, say_receipt
from vru_ledger.domain.money import format_decimal, format_pounds
from vru_ledger.domain.years import parse_date

if TYPE_CHECKING:
    from vru_ledger.cli.terminal import Terminal


def allocate_file(
    terminal: Terminal, path: str, *, on: str, propose: bool, preview: bool, format_: str
) -> None:
    """Allocate every row of a file, or none, and say how many."""
    from vru_ledger.actions.allocate_many import allocate_file as action

    dated = read(parse_date, "--on", on) if on else None
    done = action(
        terminal.open(),
        path,
        today=terminal.today(),
        dated=dated,
        propose=propose,
        actor=terminal.actor(),
        recorded_at=terminal.recorded_at(),
        preview=preview,
        on_progress=_show_progress if sys.stderr.isatty() else None,
    )
    if format_ in ("json", "jsonl"):
        import json

        told = {
            "schema": "vru-ledger/batch/1",
            "recorded": done.recorded,
            "already_recorded": done.already,
            "total_pence": done.total_pence,
            "total": format_decimal(done.total_pence),
            "preview": preview,
            "entry": None if preview else done.head_number,
            "hash": None if preview else done.head_hash,
            "warnings": [
                {"row": one.row, "rule": one.code, "cap": one.value or None, "message": one.message}
                for one in done.warnings
            ],
        }
        _say(json.dumps(told, ensure_ascii=False), preview, done.head_number)
        return
    say_aside("".join(f"warning: {one.place()}: {one.message}\n" for one in done.warnings))
    rows = "1 row" if done.recorded == 1 else f"{done.recorded:,} rows"
    was = "would be recorded" if preview else "recorded"
    told_of = f"{rows} {was}, {format_pounds(done.total_pence)} in all"
    before = f"; {done.already:,} already recorded" if done.already else ""
    end = "; nothing was written" if preview else f"; the ledger is at entry {done.head_number}"
    _say(f"{told_of}{before}{end}", preview, done.head_number)


def _say(text: str, preview: bool, entry: int) -> None:
    if preview:
        say(text)
    else:
        say_receipt(text, entry)


def _show_progress(rows: int) -> None:
    sys.stderr.write(f"\r{rows:,} rows ...\r")
    sys.stderr.flush()
