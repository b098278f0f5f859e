"""What recipients have been promised, one row for each recipient or award."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.store.database import Row, Session

_PROMISED = (
    "COALESCE((SELECT CAST(SUM(b.held) AS BIGINT) FROM balances b WHERE b.scope = 'recipient'"
    " AND b.fund = {fund} AND b.name IN"
    " ('proposed', 'committed', 'payable', 'disbursed', 'recoverable') AND b.bucket = r.code), 0)"
)
_RECIPIENT = "r.code, r.name, r.kind, r.area"


def recipients(session: Session, fund: str) -> Iterator[Row]:
    """Yield each recipient: code, name, kind, area, pence promised, and where it is written.

    With a fund, only those that it lists or has promised money, and only its money.
    """
    if fund:
        promised = _PROMISED.format(fund="?")
        return session.stream(
            f"SELECT {_RECIPIENT}, {promised}, r.citation FROM recipients r WHERE r.code IN ("
            "SELECT recipient FROM listings WHERE fund = ? UNION"
            " SELECT bucket FROM balances WHERE scope = 'recipient' AND fund = ?)"
            " ORDER BY r.code",
            (fund, fund, fund),
        )
    promised = f"(SELECT CAST(SUM({_PROMISED.format(fund='f.code')}) AS BIGINT) FROM funds f)"
    return session.stream(
        f"SELECT {_RECIPIENT}, COALESCE({promised}, 0), r.citation FROM recipients r"
        " ORDER BY r.code"
    )
