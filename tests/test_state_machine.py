"""The ledger against a model in plain dictionaries: whatever is done in any order, both agree."""

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.builders import contents, findings, give, held, ledger_of, record, registered
from tests.torture import many
from vru_ledger.domain.entries import CapSet, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Area, Fund, FundingSource, Listing, Recipient
from vru_ledger.errors import BadInput, EntryRefused, KeyConflict
from vru_ledger.position import Key

DONE: Counter[str] = Counter()

SOURCES = ("HO", "CR")
YEARS = ("2021/22", "2022/23", "")
AREAS = ("", "E1", "E2")
KINDS = ("charity", "a-and-e")
PURPOSES = ("youth", "doors", "")
PROPERTY = {
    "recipient": "recipient",
    "kind": "kind",
    "area": "area",
    "financial-year": "fy",
    "source": "source",
    "purpose": "purpose",
}
DAYS = (20220331, 20230331)
SEVERITIES = ("stop", "warn", "stop", "track")

pence = st.integers(1, 200)
plenty = st.integers(100, 2_000)
per = st.sampled_from(
    [
        *[(), ("recipient",), ("recipient",), ("kind",), ("source",), ("source", "recipient")],
        *[("area",), ("financial-year",), ("purpose",), ("kind", "financial-year")],
    ]
)


@dataclass
class Given:
    """An award as the model remembers it."""

    fund: str
    recipient: str
    kind: str
    area: str
    source: str
    fy: str
    purpose: str
    pence: int
    term_to: int


@dataclass
class Limit:
    """A cap as the model remembers it."""

    fund: str
    measure: str
    limit: int
    per: tuple[str, ...]
    only: str
    severity: str
    tolerance: int


@dataclass
class Model:
    """Everything, in plain dictionaries: nothing is kept that can be worked out."""

    funds: dict[str, dict[str, Any]] = field(default_factory=dict)
    authority: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unallocated: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    recipients: dict[str, tuple[str, str]] = field(default_factory=dict)
    caps: dict[str, Limit] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    keys: dict[str, tuple[Given, int]] = field(default_factory=dict)

    def of_fund(self, fund: str) -> dict[str, Limit]:
        return {code: cap for code, cap in sorted(self.caps.items()) if cap.fund == fund}

    def bound(self, cap: Limit) -> int:
        if cap.measure != "share":
            return cap.limit
        whole = sum(sum_ for (fund, *_), sum_ in self.authority.items() if fund == cap.fund)
        return whole * cap.limit // 10_000

    def bucket(self, cap: Limit, one: Given) -> str:
        return "|".join(getattr(one, PROPERTY[name]) for name in cap.per)

    def counts(self, cap: Limit, one: Given) -> bool:
        return one.fund == cap.fund and cap.only in ("", one.kind)

    def used(self, cap: Limit, bucket: str, given: list[Given]) -> int:
        """Work out from all awards what a bucket of a cap of money or people holds."""
        mine = [one for one in given if self.counts(cap, one) and self.bucket(cap, one) == bucket]
        if cap.measure == "recipients":
            return len({one.recipient for one in mine})
        return sum(one.pence for one in mine)

    def stops(self, new: Given) -> bool:
        """Say whether any rule or cap is against an award."""
        fund = self.funds[new.fund]
        if fund["closed"] and new.recipient not in fund["listed"]:
            return True
        caps = self.of_fund(new.fund)
        whole = [
            cap
            for cap in caps.values()
            if cap.measure in ("amount", "share")
            and cap.severity == "stop"
            and not cap.per
            and not cap.only
        ]
        if not whole:
            return True
        for cap in caps.values():
            if not self.counts(cap, new) or cap.severity != "stop":
                continue
            if any(not getattr(new, PROPERTY[name]) for name in cap.per):
                return True
            if cap.measure == "end" and not new.term_to:
                return True
            if self.over(cap, new):
                return True
        own = self.unallocated[new.fund, new.source, new.fy]
        lent = self.unallocated[new.fund, new.source, ""] if new.fy else 0
        return new.pence > own + lent

    def over(self, cap: Limit, new: Given) -> bool:
        ceiling = self.bound(cap) + cap.tolerance
        if cap.measure == "end":
            return new.term_to > cap.limit
        if cap.measure == "award":
            return new.pence > ceiling
        bucket = self.bucket(cap, new)
        before = self.used(cap, bucket, self.given)
        after = self.used(cap, bucket, [*self.given, new])
        return after > before and after > ceiling

    def give(self, new: Given) -> None:
        own = min(new.pence, self.unallocated[new.fund, new.source, new.fy])
        lent = new.pence - own
        self.unallocated[new.fund, new.source, new.fy] -= own
        if lent:
            self.unallocated[new.fund, new.source, ""] -= lent
            self.authority[new.fund, new.source, ""] -= lent
            self.authority[new.fund, new.source, new.fy] += lent
        self.given.append(new)


class LedgerMachine(RuleBasedStateMachine):
    """Everything that can be done to a ledger, in any order."""

    @initialize()
    def begin(self) -> None:
        self.model = Model()
        self.database = ledger_of(
            registered(
                *(Area(code=code, name=f"Area {code}", kind="borough") for code in AREAS if code),
                *(FundingSource(code=code, name=f"Source {code}") for code in SOURCES),
            )
        )
        self.add_recipient("charity", "E1")
        self.add_recipient("a-and-e", "E2")
        self.add_fund(closed=False, limit=1_500)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            assert findings(self.database) == []
            DONE["ledgers"] += 1
            self.database.close()

    @precondition(lambda self: len(self.model.funds) < 3)
    @rule(closed=st.booleans(), limit=plenty)
    def add_fund(self, closed: bool, limit: int) -> None:
        DONE["funds"] += 1
        code = f"F{len(self.model.funds)}"
        listed = [name for name in self.model.recipients if len(name) % 2 == 0] if closed else []
        record(
            self.database,
            registered(
                Fund(code=code, name=f"Fund {code}", closed=closed),
                *(Listing(fund=code, recipient=name) for name in listed),
            ),
            CapSet(cap=f"{code}-FUND", fund=code, measure="amount", limit=limit),
        )
        self.model.funds[code] = {"closed": closed, "listed": set(listed)}
        self.model.caps[f"{code}-FUND"] = Limit(code, "amount", limit, (), "", "stop", 0)
        for source in SOURCES:
            self.add_authority(len(self.model.funds) - 1, source, "", 600)

    @rule(
        fund=st.integers(0, 2), source=st.sampled_from(SOURCES), fy=st.sampled_from(YEARS), p=pence
    )
    def add_authority(self, fund: int, source: str, fy: str, p: int) -> None:
        DONE["authority"] += 1
        code = f"F{fund % len(self.model.funds)}"
        record(self.database, Funding(fund=code, amount_pence=Pence(p), source=source, fy=fy))
        self.model.authority[code, source, fy] += p
        self.model.unallocated[code, source, fy] += p

    @precondition(lambda self: len(self.model.recipients) < 6)
    @rule(kind=st.sampled_from(KINDS), area=st.sampled_from(AREAS))
    def add_recipient(self, kind: str, area: str) -> None:
        DONE["recipients"] += 1
        code = "R" + "x" * len(self.model.recipients)
        code = code.upper()
        record(self.database, registered(Recipient(code=code, name=code, kind=kind, area=area)))
        self.model.recipients[code] = (kind, area)

    @rule(
        data=st.data(),
        fund=st.integers(0, 2),
        measure=st.sampled_from(("amount", "recipients", "award", "share", "end")),
        per=per,
        only=st.sampled_from(("", *KINDS)),
        severity=st.sampled_from(SEVERITIES),
        tolerance=st.sampled_from((0, 0, 20)),
    )
    def set_cap(
        self,
        data: st.DataObject,
        fund: int,
        measure: str,
        per: tuple[str, ...],
        only: str,
        severity: str,
        tolerance: int,
    ) -> None:
        code = f"F{fund % len(self.model.funds)}"
        cap = f"{code}-{measure}-{'-'.join(per)}-{only}".upper().strip("-")[:40]
        if measure in ("award", "end"):
            per = ()
        before = self.model.caps.get(cap)
        if before is None and len(self.model.of_fund(code)) > 3:
            return
        limit = data.draw(
            {
                "recipients": st.integers(1, 5),
                "share": st.integers(1_000, 10_000),
                "end": st.sampled_from(DAYS),
            }.get(measure, plenty)
        )
        if measure in ("recipients", "end"):
            tolerance = 0
        entry = CapSet(
            cap=cap,
            fund=code,
            measure=measure,
            limit=limit,
            per=per,
            only=only,
            severity=severity,
            tolerance=tolerance or None,
        )
        new = Limit(code, measure, limit, per, only, severity, tolerance)
        if before and (before.measure, before.per, before.only) != (measure, per, only):
            try:
                record(self.database, entry)
            except BadInput:
                return
            raise AssertionError("a cap came to measure something else")
        record(self.database, entry)
        DONE["caps changed" if before else "caps"] += 1
        self.model.caps[cap] = new

    @rule(which=st.integers(0, 20), limit=plenty, severity=st.sampled_from(SEVERITIES))
    def change_cap(self, which: int, limit: int, severity: str) -> None:
        """Raise a limit or cut it, below its use too, and make it stop or not."""
        code = sorted(self.model.caps)[which % len(self.model.caps)]
        cap = self.model.caps[code]
        if cap.measure == "end":
            return
        if cap.measure == "recipients":
            limit = limit % 5 + 1
        record(
            self.database,
            CapSet(
                cap=code,
                fund=cap.fund,
                measure=cap.measure,
                limit=limit,
                per=cap.per,
                only=cap.only,
                severity=severity,
                tolerance=cap.tolerance or None,
            ),
        )
        cap.limit, cap.severity = limit, severity
        DONE["caps changed"] += 1
        DONE["cut below use"] += any(
            balance.grandfathered > 0
            for key, balance in held(self.database).items()
            if key.name == code
        )

    @rule(
        fund=st.integers(0, 2),
        who=st.integers(0, 5),
        source=st.sampled_from(SOURCES),
        fy=st.sampled_from(YEARS),
        area=st.sampled_from(AREAS),
        purpose=st.sampled_from(PURPOSES),
        p=pence,
        term_to=st.sampled_from((*DAYS, 0)),
        key=st.sampled_from(("", "K1", "", "K2", "K3")),
        times=st.integers(1, 4),
    )
    def allocate(
        self,
        fund: int,
        who: int,
        source: str,
        fy: str,
        area: str,
        purpose: str,
        p: int,
        term_to: int,
        key: str,
        times: int,
    ) -> None:
        code = f"F{fund % len(self.model.funds)}"
        recipient = sorted(self.model.recipients)[who % len(self.model.recipients)]
        kind, home = self.model.recipients[recipient]
        new = Given(code, recipient, kind, area or home, source, fy, purpose, p, term_to)
        words: dict[str, Any] = {"source": source, "fy": fy, "area": area, "purpose": purpose}
        if term_to:
            words["term_to"] = date(term_to // 10_000, term_to // 100 % 100, term_to % 100)
        self._try(new, words, key, preview=True)
        for _ in range(times):
            self._try(new, words, key, preview=False)

    def _try(self, new: Given, words: dict[str, Any], key: str, *, preview: bool) -> None:
        """Allocate, and see that it becomes of it what the model says."""
        years = {
            fy
            for fund, source, fy in self.model.authority
            if (fund, source) == (new.fund, new.source)
        }
        needs_year = bool(years) and not new.fy and "" not in years
        before = contents(self.database) if preview else {}
        kept = self.model.keys.get(key)
        try:
            done = give(
                self.database, new.fund, new.recipient, new.pence, key=key, preview=preview, **words
            )
        except EntryRefused as error:
            self._refused(new, error)
            assert not (kept and kept[0] == new)
            became = "refused"
        except KeyConflict:
            assert kept
            assert kept[0] != new
            became = "key conflicts"
        except BadInput:
            assert needs_year
            became = "without a year"
        else:
            assert not needs_year
            if done.already:
                assert kept == (new, done.recorded.number)
                became = "recorded before"
            else:
                assert not kept
                assert not self.model.stops(new), f"{new} was accepted"
                if not preview:
                    self.model.give(new)
                    if key:
                        self.model.keys[key] = (new, done.recorded.number)
                became = "recorded"
        DONE[f"{'previews ' if preview else ''}{became}"] += 1
        if preview:
            assert contents(self.database) == before

    def _refused(self, new: Given, error: EntryRefused) -> None:
        """See that the model refuses it too, and what it says would be the most that passes."""
        largest = error.refusal.largest_passing_pence
        assert self.model.stops(new), f"{new} was refused: {error}"

        def passes(amount: int) -> bool:
            return amount > 0 and not self.model.stops(Given(**{**new.__dict__, "pence": amount}))

        if largest:
            assert passes(largest), f"{new}: {largest} would not pass"
        assert not passes(largest + 1), f"{new}: more than {largest} would pass"

    @invariant()
    def every_penny_is_in_one_stage(self) -> None:
        if not hasattr(self, "database"):
            return
        lines: Counter[tuple[str, str, str]] = Counter()
        authority: Counter[tuple[str, str, str]] = Counter()
        unallocated: Counter[tuple[str, str, str]] = Counter()
        for key, balance in held(self.database).items():
            if key.scope != "stage":
                continue
            source, fy, _ = key.bucket.split("|")
            line = (key.fund, source, fy)
            if key.name == "authority":
                authority[line] += balance.held
            else:
                lines[line] += balance.held
            if key.name == "unallocated":
                unallocated[line] += balance.held
        assert +lines == +authority == +self.model.authority
        assert +unallocated == +self.model.unallocated

    @invariant()
    def every_cap_holds_what_the_awards_come_to_and_no_more(self) -> None:
        if not hasattr(self, "database"):
            return
        stored = held(self.database)
        for code, cap in self.model.caps.items():
            ceiling = self.model.bound(cap) + cap.tolerance
            if cap.measure in ("award", "end"):
                continue
            buckets = {
                self.model.bucket(cap, one)
                for one in self.model.given
                if self.model.counts(cap, one)
            }
            for bucket in buckets:
                balance = stored[Key("cap", cap.fund, code, bucket)]
                used = self.model.used(cap, bucket, self.model.given)
                assert balance.held == used
                if cap.severity == "stop":
                    assert balance.ceiling == ceiling
                    assert balance.grandfathered == max(0, used - ceiling)
                else:
                    assert balance.ceiling is None


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(max_examples=many(50), stateful_step_count=30, deadline=None)


def test_the_machine_did_a_good_deal_of_everything():
    told = ", ".join(f"{many:,} {what}" for what, many in sorted(DONE.items()))
    sys.stdout.write(f"{told}\n")
