"""Money that came to a fund and that a cap on its total leaves to nobody: said aloud."""

from __future__ import annotations

from vru_ledger.actions.record import Recorder
from vru_ledger.caps import stops_total
from vru_ledger.domain.entries import AuthorityEntry, Funding
from vru_ledger.domain.money import format_pounds
from vru_ledger.position import Key
from vru_ledger.rules.case import Breach
from vru_ledger.store import ledger


def stranded(recorder: Recorder, new: Funding | AuthorityEntry) -> list[Breach]:
    """Return a warning where a cap on a fund's total leaves money that nobody can be given."""
    fund = getattr(new, "to_fund", "") or new.fund
    if new.KIND not in ("fund", "vire"):
        return []
    recorder.journal.flush()
    free = ledger.free(recorder.session, fund)
    found = []
    state = recorder.state(fund)
    for cap in filter(stops_total, state.caps.values()):
        key = Key("cap", fund, cap.cap, "")
        balance = ledger.balances(recorder.session, [key]).get(key)
        room = state.bounds[cap.cap].ceiling - (balance.held if balance else 0)
        if free > max(0, room):
            found.append(
                Breach(
                    "stranded",
                    "warn",
                    f"{cap.cap} leaves {format_pounds(max(0, room))} to allocate: "
                    f"{format_pounds(free - max(0, room))} of {fund} can go to nobody until "
                    "it is set higher",
                    cap.cap,
                )
            )
    return found
