"""What the buckets of a cap hold, and what recipients have been promised: a row for each."""

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


def fullest(session: Session, fund: str, cap: str, most: int) -> list[tuple[str, int]]:
    """Return a cap's fullest buckets and what they hold, the fullest first, of equals the last.

    So they lie in the index, and none but these is read.
    """
    rows = session.rows(
        "SELECT bucket, held FROM balances WHERE scope = 'cap' AND fund = ? AND name = ?"
        " ORDER BY held DESC, bucket DESC LIMIT ?",
        (fund, cap, most),
    )
    return [(bucket, held) for bucket, held in rows]


def buckets(session: Session, fund: str, cap: str) -> Iterator[tuple[str, int]]:
    """Yield all of a cap's buckets and what they hold, the fullest first."""
    return session.stream(
        "SELECT bucket, held FROM balances WHERE scope = 'cap' AND fund = ? AND name = ?"
        " ORDER BY held DESC, bucket",
        (fund, cap),
    )
