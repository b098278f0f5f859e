"""How a refusal looks: every cap in a row, what binds, the most that would pass, what to type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vru_ledger.domain.money import format_pounds

if TYPE_CHECKING:
    from vru_ledger.rules.refusal import Refusal

_NOT_OF_AMOUNT = {
    *("measurable", "legal-step", "second-person", "decision-needed", "within-use-by"),
    *("named-person", "period-ended", "period-step", "open-period"),
}
"""Rules that look at something else than how much: to say that no amount would pass misleads."""

_DROP_FIRST = ("after", "used")
"""Columns that a narrow terminal does without, the first to go first."""


def refusal_text(refusal: Refusal, width: int) -> str:
    """Return a refusal as lines that fit `width` columns, money never cut."""
    lines = [f"refused: {refusal.asked}; nothing was written"]
    lines += _caps_table(refusal, width)
    told = {breach.cap for breach in refusal.breaches if breach.rule == "within-caps"}
    lines += [
        f"  {breach.sentence}"
        for breach in refusal.breaches
        if breach.severity == "stop" and not (breach.rule == "within-caps" and breach.cap in told)
    ]
    if refusal.largest_passing_pence:
        most = format_pounds(refusal.largest_passing_pence)
        lines.append(f"  largest amount that would pass: {most}")
    elif refusal.of_amount and not _NOT_OF_AMOUNT.intersection(
        breach.rule for breach in refusal.breaches if breach.severity == "stop"
    ):
        lines.append("  no amount would pass")
    lines += [f"  to go on: {command}" for command in refusal.commands]
    if refusal.needs:
        lines.append(f"  for all of it you need {' and '.join(refusal.needs)}")
    return "\n".join(lines)


def _caps_table(refusal: Refusal, width: int) -> list[str]:
    """Return the caps as aligned lines; where too narrow, whole columns go and are named."""
    columns = ["cap", "limit", "used", "headroom", "after", "verdict"]
    cells = [
        {
            "cap": met.cap,
            "limit": str(met.limit),
            "used": str(met.used),
            "headroom": "-" if met.headroom is None else str(met.headroom),
            "after": str(met.after),
            "verdict": met.verdict,
        }
        for met in refusal.caps
    ]
    if not cells:
        return []
    dropped = []
    for name in _DROP_FIRST:
        if _needed(columns, cells) > width:
            columns.remove(name)
            dropped.append(name)
    if _needed(columns, cells) > width:
        return [
            line
            for cap, *row in (row.items() for row in cells)
            for line in [f"  {cap[1]}", *(f"    {name}: {told}" for name, told in row)]
        ]
    wide = {name: max(len(name), *(len(row[name]) for row in cells)) for name in columns}
    lines = []
    for row in [{name: name for name in columns}, *cells]:
        aligned = [
            row[name].ljust(wide[name])
            if name in ("cap", "verdict")
            else row[name].rjust(wide[name])
            for name in columns
        ]
        lines.append(f"  {'  '.join(aligned)}".rstrip())
    if dropped:
        lines.append(f"  (not shown at {width} columns: {', '.join(dropped)})")
    return lines


def _needed(columns: list[str], cells: list[dict[str, str]]) -> int:
    return 2 + sum(2 + max(len(name), *(len(row[name]) for row in cells)) for name in columns)
