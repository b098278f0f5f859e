"""What a check found: where, what, and what to do; with a code that stays the same for programs."""

from __future__ import annotations

from typing import Any

from vru_ledger.domain.value import Value


class Finding(Value):
    """One thing wrong in a file (with line and column, from 1) or in a ledger (with its entry).

    `code` is stable, like 'seed-unknown-key'; `value` is what stands there, safe to show; `rule` is
    the one that refuses.
    """

    code: str
    message: str
    remedy: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    entry: int = 0
    row: int = 0
    field: str = ""
    value: str = ""
    severity: str = "error"
    rule: str = ""

    def place(self) -> str:
        """Write where it is: 'seed.yaml:12:3', 'batch.csv row 4, amount', 'entry 17'."""
        if self.row:
            return f"{self.file} row {self.row}" + (f", {self.field}" if self.field else "")
        if self.line:
            return f"{self.file}:{self.line}:{self.column}"
        return f"entry {self.entry}" if self.entry else self.file

    def as_json(self) -> dict[str, Any]:
        """Return what was set, for programs."""
        told = {name: getattr(self, name) for name in self.FIELDS}
        return {name: value for name, value in told.items() if value}
