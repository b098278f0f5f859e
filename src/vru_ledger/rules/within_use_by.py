"""Money that ends with its year stays in it, and money with a last day of use is used by then."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.domain.entries import AuthorityEntry, AwardEntry, Funding
from vru_ledger.domain.years import year_bounds
from vru_ledger.rules.case import Breach, Case


def within_use_by(case: Case) -> Iterator[Breach]:
    """Yield a breach for money carried past its time, a warning for money promised past it.

    And a warning where a year may have been mistyped: carried back, or lapsed before its end.
    """
    new, (in_year_only, use_by) = case.entry, case.terms
    if isinstance(new, AuthorityEntry) and new.KIND == "carry":
        of = " ".join(part for part in (new.fund, new.source, new.fy) if part)
        if in_year_only:
            yield Breach(
                "within-use-by",
                "stop",
                f"money of {of} is in-year-only: it lapses or is surrendered, and is not carried",
            )
        if use_by and new.to_fy and f"{new.to_fy[:4]}-04-01" > use_by.isoformat():
            said = f"money of {of} is used by {use_by.isoformat()}, before {new.to_fy} begins"
            yield Breach("within-use-by", "stop", said)
        if new.to_fy and new.to_fy < new.fy:
            said = f"{new.to_fy} is before {new.fy}: the money is brought forward, not carried"
            yield Breach("within-use-by", "warn", said)
    elif isinstance(new, AuthorityEntry) and new.KIND == "lapse" and new.fy and new.dated:
        ends_on = year_bounds(new.fy)[1]
        if new.dated < ends_on and new.certainty != "expected":
            said = f"{new.fy} ends on {ends_on.isoformat()}: the money lapses before its year does"
            yield Breach("within-use-by", "warn", said)
    elif isinstance(new, Funding) and not new.fy and (in_year_only or new.in_year_only):
        said = (
            f"money of {new.source or new.fund} ends with its year, and nothing says which year "
            "this is of: give it one with --fy"
        )
        yield Breach("within-use-by", "warn", said)
    elif isinstance(new, AwardEntry):
        last = case.terms.last_day(new.fy)
        for what, day in (("dated", new.dated), ("its term ends", getattr(new, "term_to", None))):
            if last and day and day > last:
                yield Breach(
                    "within-use-by",
                    "warn",
                    f"{what} {day.isoformat()}, after the last day on which money of "
                    f"{new.source or new.fund} may be used, {last.isoformat()}",
                )
