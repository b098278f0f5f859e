"""Profiles: CSV files of planned payments, with period, amount and what a payment waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import parse_pounds
from vru_ledger.domain.periods import parse_part
from vru_ledger.domain.profiles import Instalment, in_order
from vru_ledger.domain.text import parse_sentence, shown
from vru_ledger.errors import FileUnreadable, RowsRejected
from vru_ledger.exchange.batch_file import BatchFile, BatchRow

REQUIRED = ("period", "amount")
OPTIONAL = ("milestone",)
_PARSERS: dict[str, Callable[[str], Any]] = {
    "period": parse_part,
    "amount": parse_pounds,
    "milestone": parse_sentence,
}


def read_profile(path: str) -> tuple[Instalment, ...]:
    """Read planned payments, in the order of their periods.

    Raises FileUnreadable where the file or its heading cannot be read or it has no row, and
    RowsRejected with a finding for every cell that is wrong.
    """
    file = BatchFile(path, REQUIRED, OPTIONAL)
    file.look()
    findings: list[Finding] = []
    found = [_instalment(file.name, row, findings) for row in file.rows(findings)]
    if findings:
        bad = len({finding.row for finding in findings})
        cannot = "1 row that cannot" if bad == 1 else f"{bad:,} rows that cannot"
        raise RowsRejected(
            f"{file.name} has {cannot} be planned; nothing was written", findings, refused=False
        )
    if not found:
        raise FileUnreadable(f"{file.name} plans no payment", "give it a row for each payment")
    return in_order(one for one in found if one)


def _instalment(name: str, row: BatchRow, findings: list[Finding]) -> Instalment | None:
    """Return a row's payment, or None after a finding for each cell that is wrong."""
    before = len(findings)
    read: dict[str, Any] = {}
    for column, parse in _PARSERS.items():
        typed = row.cells.get(column, "")
        try:
            if typed or column in REQUIRED:
                read[column] = parse(typed)
        except ValueError as problem:
            said = str(problem) if typed else f"{column} is missing"
            findings.append(
                Finding(
                    code=f"profile-bad-{column}",
                    message=shown(said),
                    file=name,
                    row=row.number,
                    field=column,
                    value=shown(typed[:80]),
                )
            )
    if len(findings) > before:
        return None
    return Instalment(read["period"], read["amount"], read.get("milestone", ""))
