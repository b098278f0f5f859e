"""One screen: every fund and its headroom, which caps are nearly reached, and the ledger's head."""

from datetime import date

from vru_ledger.actions.headroom import of_fund
from vru_ledger.caps import kind_of
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.query import NOW, Moment, at_moment
from vru_ledger.domain.register import Fund, Headline
from vru_ledger.domain.stages import MEASURES
from vru_ledger.domain.value import Value
from vru_ledger.store import ledger, register
from vru_ledger.store.books import books_at
from vru_ledger.store.database import Session
from vru_ledger.store.present_books import Books

_NEARLY = 90
"""Per cent of its limit at which a cap is worth watching."""
_WATCHED = 5


class Row(Value):
    """One fund, from its authority to what could still be given."""

    fund: str
    name: str
    authority: Pence
    allocated: Pence
    disbursed: Pence
    headroom: Pence
    watch: str


def status(session: Session, place: str, day: date, moment: Moment = NOW) -> Answer:
    """Return one row for each fund, with what to watch and where the ledger stands.

    Overrides of caps count that are in force on `day`.
    """
    books = books_at(session, moment)
    books.stage_balances()
    rows = [_row(books, fund, day) for fund in register.everything(session, Fund, moment.known_at)]
    total = Row(
        "total",
        "",
        Pence(sum(row.authority for row in rows)),
        Pence(sum(row.allocated for row in rows)),
        Pence(sum(row.disbursed for row in rows)),
        Pence(sum(row.headroom for row in rows)),
        "",
    )
    stands = ledger.standing(session, moment)
    apart = [
        f"apart, in no total: {one.name}, {format_pounds(one.amount_pence)}"
        for one in register.everything(session, Headline, moment.known_at)
    ]
    return Answer(
        name="status",
        title="Where the ledger stands",
        row_type=Row,
        rows=rows,
        shown=("fund", "name", "authority", "allocated", "disbursed", "headroom", "watch"),
        total=total,
        drop_first=("name", "disbursed", "watch", "allocated"),
        meta={"place": place, **stands},
        measures={
            **{name: MEASURES[name] for name in ("authority", "allocated", "disbursed")},
            "headroom": "unallocated, or less where a cap on the whole fund leaves less",
            "watch": f"caps at {_NEARLY} per cent or more of their limit",
        },
        notes=[
            *apart,
            f"{place}: entry {stands['entry']}, head {stands['ledger_head']}",
            *at_moment(moment),
        ],
    )


def _row(books: Books, fund: Fund, day: date) -> Row:
    held: dict[str, int] = {}
    for key, pence in books.stage_balances(fund.code):
        held[key.name] = held.get(key.name, 0) + pence
    authority = held.get("authority", 0)
    return Row(
        fund.code,
        fund.name,
        Pence(authority),
        Pence(authority - held.get("unallocated", 0)),
        Pence(held.get("disbursed", 0)),
        Pence(of_fund(books, fund.code, day)[0]),
        ", ".join(_watch(books, fund.code, day)),
    )


def _watch(books: Books, fund: str, day: date) -> list[str]:
    """Return the caps whose fullest bucket is nearly at its limit, or over it."""
    said = []
    raised = books.raised(day)
    for cap, bounds in books.caps(fund):
        unit = kind_of(cap.measure).UNIT
        if unit == "day" or cap.severity == "track":
            continue
        # One that is raised can be fullest and have room, while another has none.
        most = 1 + sum(code == cap.cap for code, _ in raised)
        fullest = [
            (held, bounds.limit + raised.get((cap.cap, bucket), 0))
            for bucket, held in books.fullest(cap, most)
        ]
        if not fullest:
            continue
        held, limit = max(fullest, key=lambda one: one[0] - one[1])
        if held > limit:
            said.append(f"{cap.cap} {Quantity(held - limit, unit)} over")
        elif held == limit:
            said.append(f"{cap.cap} full")
        elif held * 100 >= limit * _NEARLY:
            said.append(f"{cap.cap} {held * 100 // limit}%")
    return said[:_WATCHED]
