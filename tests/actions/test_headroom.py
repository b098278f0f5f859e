"""What headroom says is the largest allocation that passes: of whatever line, however sure."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import DAY, ONE, UNIT, asked, cap, ledger_of, record, registered
from tests.reports.asking import ask, busy
from vru_ledger import Ledger
from vru_ledger.actions.headroom import of_one_line, of_recipient
from vru_ledger.actions.status import status
from vru_ledger.domain.entries import CapSet, Entry, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Moment
from vru_ledger.domain.register import Fund, FundingSource
from vru_ledger.errors import EntryRefused, LedgerError

YEARS = ("", "2021/22", "2022/23")
HOME, RESERVE = (FundingSource(code=code, name=code.title()) for code in ("HO", "RES"))

lines = st.lists(
    st.builds(
        lambda source, fy, pence, certainty, underwriter: Funding(
            fund="ALPHA",
            source=source,
            fy=fy,
            amount_pence=Pence(pence),
            certainty=certainty,
            underwriter="RES" if underwriter and certainty == "expected" and source == "HO" else "",
        ),
        st.sampled_from(("", "HO", "RES")),
        st.sampled_from(YEARS),
        st.integers(1, 500),
        st.sampled_from(("", "expected", "confirmed", "received")),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)
caps = st.lists(
    st.tuples(
        st.sampled_from(
            ((), ("recipient",), ("source",), ("financial-year",), ("source", "financial-year"))
        ),
        st.integers(1, 800),
    ),
    max_size=3,
)


def _fund(*entries: Funding) -> list[Entry]:
    return [
        registered(UNIT, ONE.replace(area=""), HOME, RESERVE),
        registered(Fund(code="ALPHA", name="Alpha Fund")),
        *entries,
        CapSet(cap="ALPHA-FUND", fund="ALPHA", measure="amount", limit=2_000),
    ]


def opened(entries: list[Funding], limits: list[tuple[tuple[str, ...], int]]) -> Ledger:
    """Make a ledger in which one fund has this money, and a cap on its total besides these."""
    told: list[Entry] = [
        *_fund(*entries),
        *(
            CapSet(cap=f"ALPHA-{number}", fund="ALPHA", measure="amount", per=per, limit=limit)
            for number, (per, limit) in enumerate(limits)
        ),
    ]
    return Ledger(ledger_of(*told), "Ada Analyst", "")


def allocate(ledger: Ledger, pence: int, source: str, fy: str) -> None:
    ledger.allocate("ALPHA", "ONE", pence, source=source, fy=fy, on=DAY)


@given(lines, caps, st.lists(st.tuples(st.integers(1, 300), st.sampled_from(YEARS)), max_size=3))
@settings(max_examples=60, deadline=None)
def test_what_headroom_says_passes_and_a_penny_more_does_not_from_any_line(
    entries: list[Funding],
    limits: list[tuple[tuple[str, ...], int]],
    before: list[tuple[int, str]],
):
    with opened(entries, limits) as ledger:
        for pence, fy in before:
            with suppress(LedgerError):
                allocate(ledger, pence, entries[0].source or "none", fy)
        with ledger.database.read() as session:
            line, _ = of_one_line(session, asked("ALPHA", "ONE", 1))
            most = of_recipient(session, line).meta["headroom_pence"]
        for entry in entries:
            with pytest.raises(LedgerError):
                allocate(ledger, most + 1, entry.source or "none", entry.fy)
        if most:
            allocate(ledger, most, line.source, line.fy)


def test_headroom_asks_the_line_with_most_to_give_not_the_one_that_expects_most():
    money = [("RES", "confirmed", 200), ("HO", "expected", 600)]
    entries = [
        Funding(fund="ALPHA", source=source, fy="2022/23", certainty=sure, amount_pence=Pence(each))
        for source, sure, each in money
    ]
    with opened(entries, []) as ledger, ledger.database.read() as session:
        line, note = of_one_line(session, asked("ALPHA", "ONE", 1))
        then, _ = of_one_line(session, asked("ALPHA", "ONE", 1), Moment(as_of=date(2023, 1, 1)))
    assert (line.source, line.fy) == (then.source, then.fy) == ("RES", "2022/23")
    assert note == (
        "this is money from RES for 2022/23, the line with most to give; "
        "others: £0.00 with --source HO --fy 2022/23"
    )


def test_headroom_asks_the_line_that_no_cap_of_its_own_stops():
    entries = [
        Funding(fund="ALPHA", source=source, amount_pence=Pence(each))
        for source, each in (("HO", 600), ("RES", 200))
    ]
    with opened(entries, [(("source",), 700)]) as ledger:
        ledger.set_cap("ALPHA-HO", "1", fund="ALPHA", measure="amount", per=("source",), reason="r")
        allocate(ledger, 100, "HO", "")
        with ledger.database.read() as session:
            line, _ = of_one_line(session, asked("ALPHA", "ONE", 1))
    assert line.source == "RES"


def test_a_year_is_lent_what_of_its_own_money_is_only_expected():
    entries = [
        Funding(fund="ALPHA", fy="2021/22", amount_pence=Pence(100), certainty="expected"),
        Funding(fund="ALPHA", amount_pence=Pence(100)),
    ]
    with opened(entries, []) as ledger:
        with pytest.raises(EntryRefused):
            allocate(ledger, 101, "none", "2021/22")
        allocate(ledger, 100, "none", "2021/22")


def test_room_beyond_a_limit_is_told_and_what_is_used_of_no_year_is_not():
    whole = Funding(fund="ALPHA", amount_pence=Pence(2_000), dated=DAY)
    ledger = opened([whole], [(("financial-year",), 1_000)])
    with ledger, ledger.database.read() as session:
        found = of_recipient(session, asked("ALPHA", "ONE", 1))
        rows = {row.cap: row for row in found.rows}
    assert (rows["ALPHA-0"].used, rows["ALPHA-0"].headroom) == (None, None)
    assert rows["ALPHA-0"].binds == "needs --fy"
    each: dict[str, Any] = {"fund": "ALPHA", "measure": "amount", "per": ("recipient",)}
    more = CapSet(cap="ALPHA-EACH", **each, limit=1_000, tolerance=200)
    ledger = Ledger(ledger_of(*_fund(whole), more), "Ada Analyst", "")
    raise_: dict[str, Any] = {"until": date(2023, 3, 31), "decision": "PCD 1", "reason": "r"}
    with ledger:
        ledger.override_cap("ALPHA-EACH", 300, bucket=("ONE",), on=DAY, **raise_)
        with ledger.database.read() as session:
            found = of_recipient(session, asked("ALPHA", "ONE", 1).replace(dated=DAY))
    row = next(row for row in found.rows if row.cap == "ALPHA-EACH")
    assert row.headroom is not None
    parts = [one.value for one in (row.limit, row.tolerance, row.override) if one]
    assert (sum(parts), row.headroom.value) == (1_500, 1_500)
    assert "ALPHA-EACH: limit £10.00 + tolerance £2.00 + override £3.00" in found.notes


def test_status_watches_who_is_over_though_somebody_who_was_raised_holds_more():
    made = busy()
    _, found = ask(made, "recipients", fund="ALPHA")
    most, next_most, *_ = sorted(found, key=lambda row: row.allocated, reverse=True)
    assert most.allocated > next_most.allocated > 100
    record(made, cap("ALPHA-PER", "amount", next_most.allocated - 100, per=("recipient",)))
    until: dict[str, Any] = {"until": date(2023, 3, 31), "decision": "PCD 1", "reason": "r"}
    Ledger(made, "Ada Analyst", "").override_cap(
        "ALPHA-PER", 10 * most.allocated, bucket=(most.recipient,), on=DAY, **until
    )
    with made.read() as session:
        told = {row.fund: row.watch for row in status(session, "", DAY).rows}
    assert "ALPHA-PER £1.00 over" in told["ALPHA"]
    made.close()
