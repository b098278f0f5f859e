"""What a cap's balance holds: pence, a number of recipients, or a day; and how each is written."""

from typing import NamedTuple

from vru_ledger.domain.money import format_decimal, format_pounds


class Quantity(NamedTuple):
    """A whole number and its unit: pence, recipients or day (20230331; 0 is no day)."""

    value: int
    unit: str

    def __str__(self) -> str:
        if self.unit == "pence":
            return format_pounds(self.value)
        return day_text(self.value) if self.unit == "day" else f"{self.value:,}"

    def plain(self) -> str:
        """Write it for other programs: '750000.00', '8', '2023-03-31'."""
        if self.unit == "pence":
            return format_decimal(self.value)
        return day_text(self.value) if self.unit == "day" else str(self.value)


def day_text(day: int) -> str:
    """Write 20230331 as '2023-03-31', and no day as '-'."""
    return f"{day // 10_000}-{day // 100 % 100:02}-{day % 100:02}" if day else "-"
