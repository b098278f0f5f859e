"""Budget monitoring: the budget and how it changed, actual, profile, forecast outturn, variance."""

# No annotations from __future__: the types of the row's fields are read as the program runs.
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.periods import period_bounds
from vru_ledger.domain.profiles import Profile
from vru_ledger.domain.query import Query
from vru_ledger.domain.register import Fund
from vru_ledger.domain.share import Change, change_of, format_share
from vru_ledger.domain.value import Value
from vru_ledger.errors import LedgerContradicts
from vru_ledger.reports import dimensions, proof
from vru_ledger.reports.meta import Told, allow, counted_to, meta, narrowing, standing
from vru_ledger.store import budget_changes, figures, plans, register
from vru_ledger.store.database import Session
from vru_ledger.store.figures import Figures, Group

TITLE = "Monitoring: budget, actual, profile, forecast outturn and variance"

GREEN, AMBER = 50, 100
"""Tenths of a per cent of the budget: an underspend up to these is green, or amber; more is red."""

RAG = (
    f"green: an underspend of at most {format_share(GREEN)} of the budget; amber: at most "
    f"{format_share(AMBER)}; red: more, or any overspend"
)

MEASURES = {
    "original": "authority received, less what of it was undone; of a year also what awards took "
    "over from money of no year",
    "virements": "authority moved in by virement or carried in, less what was moved or carried out",
    "ended": "authority that lapsed or was surrendered, below zero",
    "revised": "the budget as it stands: original + virements + ended, and what all stages hold",
    "actual": "actual to date: payable + disbursed",
    "committed": "awarded and not yet claimed",
    "profile": "profile to date: planned in periods that have ended by the end of the day, less "
    "what came back",
    "forecast": "forecast outturn: actual, and for each award with a plan what is planned in "
    "periods that have not ended (at most what is committed), without one what is committed",
    "variance": "forecast - revised: an underspend is below zero",
    "variance_of_budget": "variance / revised, in per cent, rounded towards zero",
    "rag": f"{RAG}. What is not green is an exception",
    "comment": "what the variance is made of, to the penny",
}
SIGN = "variance = forecast - revised budget: below zero is an underspend, above zero an overspend"
_FILTERS = ("fund", "source", "fy")
_MONEY = (
    *("original", "virements", "ended", "revised", "actual", "committed", "profile"),
    *("forecast", "variance"),
)


class Row(Value):
    """One group. Whoever asks by a year gets the money of that year, whenever it is paid."""

    TOLD: ClassVar[Told] = {
        **dimensions.TOLD,
        "profile": {"heading": "profile to date"},
        "actual": {"heading": "actual to date"},
        "forecast": {"heading": "forecast outturn"},
        "variance_of_budget": {"heading": "variance %", "absent": "-"},
        "rag": {"heading": "RAG"},
    }

    fund: str | None = ""
    fund_name: str | None = ""
    source: str | None = ""
    source_name: str | None = ""
    fy: str | None = ""
    theme: str | None = ""
    original: Pence = Pence(0)
    virements: Pence = Pence(0)
    ended: Pence = Pence(0)
    revised: Pence = Pence(0)
    actual: Pence = Pence(0)
    committed: Pence = Pence(0)
    profile: Pence = Pence(0)
    forecast: Pence = Pence(0)
    variance: Pence = Pence(0)
    variance_of_budget: Change | None = None
    rag: str = ""
    comment: str = ""


def answer(session: Session, query: Query) -> Answer:
    """Return the budget by fund unless told, or by fund, source, year and theme."""
    allow(query, "monitoring", _FILTERS, by=True, periods=True, exceptions=True)
    by = dimensions.asked(query, dimensions.OF_AUTHORITY)
    query = query.replace(by=by)
    if query.periods:
        from vru_ledger.reports import monitoring_by_period

        return monitoring_by_period.answer(session, query, by)
    day = counted_to(session, query)
    total, rows = _rows(session, query, by, day)
    list(proof.tied(rows, total, _MONEY))
    notes: list[str] = []
    shown = dimensions.shown(by)
    if query.exceptions:
        rows, notes = proof.only_exceptions(rows, lambda row: row.rag != "green", ("revised",))
        total = _completed(proof.summed(Row, rows, _MONEY))
    told = meta(session, query)
    return Answer(
        name="monitoring",
        title=f"Budget monitoring by {dimensions.in_words(by)}, to {day.isoformat()}",
        row_type=Row,
        rows=rows,
        shown=(*shown, *MEASURES),
        total=total.replace(**{shown[0]: "total"}),
        drop_first=(
            *("comment", *(name for name in shown if name.endswith("_name"))),
            *("ended", "original", "virements", "profile", "committed", "actual"),
            *("variance_of_budget", "forecast", "revised"),
        ),
        charted=("forecast", "revised"),
        meta={**told, "counted_to": day.isoformat()},
        measures=MEASURES,
        notes=[
            *narrowing(told),
            *notes,
            SIGN,
            f"in all: {_in_words(total)}",
            RAG,
            f"{proof.said({'revised': total.revised, 'forecast': total.forecast})}; "
            f"{standing(told)}",
        ],
        levels=dimensions.levels(by),
        complete=_completed,
    )


def _rows(session: Session, query: Query, by: Sequence[str], day: date) -> tuple[Row, list[Row]]:
    """Return the total, asked for without groups, and the rows."""
    held = Figures(session)
    moved = budget_changes.moved(session, query)
    theme_of = {one.code: one.theme for one in register.everything(session, Fund)}
    told = [(one.plan, *_told(one, day)) for one in plans.in_force(session, query)]
    made = []
    for some in ((), by):
        groups = {group.keys: group.sums for group in held.groups(some, query)}
        changed = _changed(moved, some, query, theme_of)
        plans_of = _planned(told, some, theme_of)
        every = [*groups, *(keys for keys in {**changed, **plans_of} if keys not in groups)]
        named = dimensions.names(session, some, query.known_at)
        made.append(
            [
                _row(
                    groups.get(keys, figures.NOTHING),
                    changed.get(keys, {}),
                    plans_of.get(keys, (0, 0, 0)),
                    dimensions.fields(some, Group(keys, "", ()), named),
                )
                for keys in sorted(every, key=lambda keys: [(not key, key) for key in keys])
            ]
        )
    return (made[0] or [_completed(Row())])[0], made[1]


def _told(planned: plans.Planned, day: date) -> tuple[int, int, int]:
    """Return of one plan: planned to date, what it leaves in periods to come, what is committed.

    No more is to come than is committed, whatever was planned before an award was cut. What came
    back is taken off what was planned to date, as it is off what was paid.
    """
    ended = to_come = 0
    for period, pence, left in planned.instalments():
        if period_bounds(period)[1] <= day:
            ended += pence
        else:
            to_come += left
    committed = planned.held.get("committed", 0)
    return max(0, ended - planned.back_pence()), min(to_come, committed), committed


def _keys(line: Any, by: Sequence[str], theme_of: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        theme_of.get(line.fund, "") if name == "theme" else getattr(line, name) for name in by
    )


def _planned(
    told: Iterable[tuple[Profile, int, int, int]], by: Sequence[str], theme_of: Mapping[str, str]
) -> dict[tuple[str, ...], tuple[int, int, int]]:
    sums: dict[tuple[str, ...], tuple[int, int, int]] = {}
    for plan, *pence in told:
        keys = _keys(plan, by, theme_of)
        before = sums.get(keys, (0, 0, 0))
        ended, to_come, committed = (old + new for old, new in zip(before, pence, strict=True))
        sums[keys] = ended, to_come, committed
    return sums


def _changed(
    moved: Iterable[budget_changes.Moved],
    by: Sequence[str],
    query: Query,
    theme_of: Mapping[str, str],
) -> dict[tuple[str, ...], dict[str, int]]:
    """Return what each kind of move changed of each group's authority."""
    sums: dict[tuple[str, ...], dict[str, int]] = {}
    for one in moved:
        if all(getattr(query, name) in ("", getattr(one, name)) for name in _FILTERS):
            of = sums.setdefault(_keys(one, by, theme_of), defaultdict(int))
            of[one.kind] += one.pence
    return sums


def _row(
    sums: figures.Sums,
    changed: Mapping[str, int],
    planned: tuple[int, int, int],
    named: Mapping[str, Any],
) -> Row:
    held = dict(zip(figures.COLUMNS, sums, strict=True))
    virements = changed.get("vire", 0) + changed.get("carry", 0)
    ended = changed.get("lapse", 0) + changed.get("surrender", 0)
    actual = held["payable"] + held["disbursed"]
    to_date, to_come, committed = planned
    forecast = actual + to_come + held["committed"] - committed
    variance = forecast - held["authority"]
    parts = {
        "unallocated": held["unallocated"],
        "proposed": held["proposed"],
        "demanded back": held["recoverable"],
        "committed and in no period to come": committed - to_come,
    }
    return _completed(
        Row(
            **named,
            original=Pence(held["authority"] - virements - ended),
            virements=Pence(virements),
            ended=Pence(ended),
            revised=Pence(held["authority"]),
            actual=Pence(actual),
            committed=Pence(held["committed"]),
            profile=Pence(to_date),
            forecast=Pence(forecast),
            variance=Pence(variance),
            comment=_made_of(variance, parts),
        )
    )


def _made_of(variance: int, parts: Mapping[str, int]) -> str:
    """Say what a variance is made of: 'underspend: £25,000.00 unallocated'."""
    if variance != -sum(parts.values()):
        raise LedgerContradicts(f"a variance of {variance}p is not {parts}")
    word = "underspend" if variance < 0 else "overspend" if variance else ""
    told = ", ".join(f"{format_pounds(pence)} {what}" for what, pence in parts.items() if pence)
    return f"{word}: {told}" if word else told


def _completed(row: Row) -> Row:
    """Return a row with what is worked out from its sums."""
    return row.replace(
        variance_of_budget=change_of(row.variance, row.revised),
        rag=_rag(row),
        comment=row.comment or ("" if not row.variance else _in_words(row)),
    )


def _rag(row: Row) -> str:
    if not row.revised and not row.forecast:
        return "no budget"
    if row.variance > 0 or -row.variance * 1000 > AMBER * row.revised:
        return "red"
    return "amber" if -row.variance * 1000 > GREEN * row.revised else "green"


def _in_words(row: Row) -> str:
    """Say a variance in words: 'an underspend of £25,000.00, 0.4% of the budget'."""
    if not row.variance:
        return "no variance"
    what = "an underspend" if row.variance < 0 else "an overspend"
    share = change_of(abs(row.variance), row.revised)
    of = "" if share is None else f", {format_share(share)} of the budget"
    return f"{what} of {format_pounds(abs(row.variance))}{of}"
