"""An award's whole life against a model in plain dictionaries, and then all of it undone again."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.builders import DAY, WHEN, asked, contents, findings, held, ledger_of, registered
from tests.torture import many
from tests.twice import said, twice
from vru_ledger.actions.allocate import allocate
from vru_ledger.actions.award import StepRequest, take
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.reverse import Told, reverse
from vru_ledger.domain.authority import AUTHORITY_ENTRIES
from vru_ledger.domain.entries import CapSet, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.query import Moment
from vru_ledger.domain.register import Fund, FundingSource, Recipient
from vru_ledger.domain.stages import HELD
from vru_ledger.domain.steps import STEPS
from vru_ledger.errors import AlreadyThere, AuthorityMissing, BadInput, EntryRefused, LedgerError
from vru_ledger.position import Key
from vru_ledger.rules import judge, stops
from vru_ledger.store import awards
from vru_ledger.store.database import Session

DONE: Counter[str] = Counter()

DAYS = (DAY, DAY + timedelta(1), DAY + timedelta(400))
"""Awards are made on the first, and undone on the last; steps come on any."""

PEOPLE = ("Ada", "Bob", "Cy")
FUNDS = ("F0", "F1")
SOURCES = ("HO", "CR")
YEARS = ("", "2021/22", "2022/23")
RECIPIENTS = ("R1", "R2", "R3")
LAST = date(2023, 3, 31)
TOTAL, EACH, COUNT, ONE = 1_200, 500, 2, 350
"""Limits of each fund: pence in all, pence per recipient, recipients, pence in one award."""

PLAIN: dict[str, tuple[str, str]] = {
    "approve": ("proposed", "committed"),
    "reject": ("proposed", "unallocated"),
    "withdraw": ("proposed", "unallocated"),
    "claim": ("committed", "payable"),
    "reject-claim": ("payable", "committed"),
    "pay": ("payable", "disbursed"),
    "advance": ("committed", "disbursed"),
    "clawback": ("disbursed", "recoverable"),
    "recover": ("recoverable", "unallocated"),
    "write-off": ("recoverable", "disbursed"),
    "close": ("committed", "unallocated"),
    "suspend": ("", ""),
    "resume": ("", ""),
}
"""From which stage to which each step moves money, where the step alone says so."""

pence = st.integers(1, 240)
who = st.sampled_from(PEOPLE)
steps = st.tuples(
    st.integers(0, 30),
    st.sampled_from(
        [
            *(kind for kind in sorted(STEPS) if kind != "reverse"),
            *("approve", "amend", "amend", "claim", "claim", "pay", "clawback", "recover"),
        ]
    ),
    st.none() | pence,
    st.booleans(),
    st.booleans(),
    who,
    st.sampled_from((DAYS[-1], *DAYS)),
)
"""An award, a step, how much, whether an amendment is down or proposed, who takes it, and when."""


@dataclass
class Written:
    """An entry as the model remembers it: where its money came from, and whether it was undone."""

    number: int
    kind: str
    actor: str
    award: str = ""
    from_stage: str = ""
    to_stage: str = ""
    pence: int = 0
    lent: int = 0
    lines: tuple[tuple[str, str, str] | None, tuple[str, str, str] | None] = (None, None)
    undone: bool = False
    reverses: int = 0
    day: date = DAYS[-1]


@dataclass
class Promise:
    """An award as the model remembers it."""

    fund: str
    recipient: str
    line: tuple[str, str, str]
    held: Counter[str] = field(default_factory=Counter)
    life: list[Written] = field(default_factory=list)

    def held_on(self, stage: str, day: date) -> int:
        moves = [one for one in self.life if one.day <= day]
        to = sum(one.pence for one in moves if one.to_stage == stage)
        return to - sum(one.pence for one in moves if one.from_stage == stage)

    def steps(self) -> list[Written]:
        return [one for one in self.life if not one.undone and not one.reverses]

    def standing(self) -> list[str]:
        return [one.kind for one in self.steps()]

    def is_before(self, kind: str, day: date) -> bool:
        """Say whether a step of that day would come before what it takes for granted."""
        first = {"suspend": ("allocate", "propose"), "resume": ("suspend",)}.get(kind, ())
        if kind == "close":
            return any(one.day > day for one in self.steps())
        return any(one.day > day for one in [s for s in self.steps() if s.kind in first][-1:])

    @property
    def is_closed(self) -> bool:
        return "close" in self.standing()

    @property
    def is_suspended(self) -> bool:
        turns = [kind for kind in self.standing() if kind in ("suspend", "resume")]
        return bool(turns) and turns[-1] == "suspend"

    @property
    def is_promised(self) -> bool:
        later = any(self.held[stage] for stage in HELD if stage != "proposed")
        return later or bool({"allocate", "approve"} & {*self.standing()})

    @property
    def is_dead(self) -> bool:
        """Say whether it is over without ever having been promised, or undone altogether."""
        kinds = self.standing()
        if not {"allocate", "propose"} & {*kinds}:
            return True
        refused = {"reject", "withdraw"} & {*kinds}
        promised = {"allocate", "approve"} & {*kinds}
        return bool(refused) and not promised and not sum(self.held.values())

    def proposers(self) -> set[str]:
        last = 0
        for one in self.life:
            if one.kind in ("approve", "reject", "withdraw") and not one.undone:
                last = one.number
        return {one.actor for one in self.life if one.number > last and one.to_stage == "proposed"}

    def allows(self, kind: str) -> bool:
        """Say whether a step may be taken at all, whatever its amount."""
        has, stopped = self.held, self.is_closed or self.is_suspended
        delivers = bool(has["committed"] or has["payable"])
        begun = any(has[stage] for stage in ("payable", "disbursed", "recoverable"))
        if kind in ("approve", "reject", "withdraw"):
            return has["proposed"] > 0
        if kind == "amend":
            return not self.is_closed and not self.is_dead
        if kind in ("claim", "advance"):
            return not stopped and delivers
        if kind == "pay":
            return not stopped and delivers and begun
        if kind == "reject-claim":
            return self.is_suspended or (not stopped and delivers and begun)
        if kind in ("clawback", "recover", "write-off"):
            return begun or self.is_suspended or self.is_closed
        if kind == "suspend":
            return not stopped and delivers
        if kind == "resume":
            return self.is_suspended and not self.is_closed
        only_proposed = has["proposed"] > 0 and has["proposed"] == sum(has.values())
        return not self.is_closed and not self.is_dead and not only_proposed


@dataclass
class Model:
    """Everything, in plain dictionaries: nothing is kept that can be worked out."""

    authority: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unallocated: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    awards: dict[str, Promise] = field(default_factory=dict)
    entries: dict[int, Written] = field(default_factory=dict)

    def holding(self, fund: str, recipient: str = "") -> int:
        return sum(
            sum(one.held.values())
            for one in self.awards.values()
            if one.fund == fund and recipient in ("", one.recipient)
        )

    def recipients(self, fund: str) -> int:
        return sum(self.holding(fund, recipient) > 0 for recipient in RECIPIENTS)

    def is_over(self, fund: str, recipient: str, before: int, more: int) -> bool:
        """Say whether an award that holds `before` may not hold `more` pence besides."""
        new = not self.holding(fund, recipient)
        return (
            self.holding(fund) + more > TOTAL
            or self.holding(fund, recipient) + more > EACH
            or before + more > ONE
            or (new and self.recipients(fund) + 1 > COUNT)
        )

    def drawn(self, line: tuple[str, str, str], more: int) -> int | None:
        """Return what would be lent from authority of no year, None if there is not enough."""
        fund, source, fy = line
        own = self.unallocated[line]
        lent = max(0, more - own)
        there = self.unallocated[fund, source, ""] if fy else 0
        return None if lent > there else lent

    def move(self, one: Written) -> None:
        """Take an entry about an award into account."""
        award = self.awards[one.award]
        fund, source, fy = award.line
        for stage, sign in ((one.from_stage, -1), (one.to_stage, 1)):
            if stage == "unallocated":
                self.unallocated[award.line] += sign * (one.pence - one.lent)
                self.unallocated[fund, source, ""] += sign * one.lent
                self.authority[fund, source, ""] += sign * one.lent
                self.authority[fund, source, fy] -= sign * one.lent
            elif stage:
                award.held[stage] += sign * one.pence
        award.life.append(one)
        self.entries[one.number] = one

    def shift(self, one: Written) -> None:
        """Take an entry about authority into account."""
        for line, sign in zip(one.lines, (-1, 1), strict=True):
            if line:
                self.authority[line] += sign * one.pence
                self.unallocated[line] += sign * one.pence
        self.entries[one.number] = one


class AwardMachine(RuleBasedStateMachine):
    """Everything that can happen to awards and to authority, in any order."""

    @initialize(ordinary=st.booleans(), p=st.integers(8, 40))
    def begin(self, ordinary: bool, p: int) -> None:
        self.model = Model()
        self.database = ledger_of(
            registered(
                *(FundingSource(code=code, name=f"Source {code}") for code in SOURCES),
                *(
                    Recipient(code=code, name=f"Trust {code}", kind="charity")
                    for code in RECIPIENTS
                ),
                *(Fund(code=code, name=f"Fund {code}") for code in FUNDS),
            ),
            *(
                entry
                for fund in FUNDS
                for entry in (
                    CapSet(cap=f"{fund}-TOTAL", fund=fund, measure="amount", limit=TOTAL),
                    CapSet(
                        cap=f"{fund}-EACH",
                        fund=fund,
                        measure="amount",
                        limit=EACH,
                        per=("recipient",),
                    ),
                    CapSet(cap=f"{fund}-COUNT", fund=fund, measure="recipients", limit=COUNT),
                    CapSet(cap=f"{fund}-ONE", fund=fund, measure="award", limit=ONE),
                    CapSet(cap=f"{fund}-ENDS", fund=fund, measure="end", limit=20230331),
                    CapSet(
                        cap=f"{fund}-SHARE",
                        fund=fund,
                        measure="share",
                        limit=2_000,
                        per=("recipient",),
                        severity="warn",
                    ),
                )
            ),
            *(
                Funding(fund=fund, amount_pence=Pence(500), source=source)
                for fund in FUNDS
                for source in SOURCES
            ),
        )
        for fund in FUNDS:
            for source in SOURCES:
                self.model.authority[fund, source, ""] = 500
                self.model.unallocated[fund, source, ""] = 500
        self.at_first = self.balances()
        self.first = self.head() + 1
        self.in_order = True
        # Something for the steps to happen to.
        self.make_one("F0", "R1", "HO", "", 200, propose=False, actor="Ada")
        self.make_one("F1", "R2", "CR", "2021/22", 200, propose=True, actor="Bob")
        if ordinary:
            self.ordinary_lives(p)

    def ordinary_lives(self, p: int) -> None:
        """Let every kind of step be taken once as it mostly is: none is left to chance."""
        paid, decided = [*self.model.awards]
        self.take_of(decided, "reject", None)
        self.make_one("F1", "R1", "CR", "", p, propose=True, actor="Ada")
        self.take_of([*self.model.awards][-1], "withdraw", None)
        self.make_one("F1", "R2", "HO", "", p, propose=True, actor="Ada")
        self.take_of([*self.model.awards][-1], "approve", None)
        for kind in ("suspend", "resume", "claim", "reject-claim", "claim", "pay", "advance"):
            self.take_of(paid, kind, p)
        for kind in ("clawback", "recover", "clawback", "write-off", "amend", "close"):
            self.take_of(paid, kind, p // 2)
        for kind in ("fund", "vire", "carry", "lapse", "surrender"):
            self.authority(kind, "F1", "CR", "", "2022/23", p)

    def teardown(self) -> None:
        if not hasattr(self, "database"):
            return
        assert findings(self.database) == []
        self.undo_everything()
        assert findings(self.database) == []
        DONE["ledgers"] += 1
        self.database.close()

    def undo_everything(self) -> None:
        """Undo from the newest entry to the oldest; each balance is then where it was."""
        left = [one for one in self.model.entries.values() if not one.undone and not one.reverses]
        left.sort(key=lambda one: -one.number)
        while left:
            refused = []
            for one in left:
                done = self.reverse_now(one.number, "Bob", preview=False)
                if isinstance(done, LedgerError):
                    # Where something older was undone before, this may have to wait for another.
                    assert not self.in_order, f"entry {one.number} could not be undone: {done}"
                    refused.append(one)
                else:
                    DONE["undone at the end"] += 1
            if len(refused) == len(left):
                DONE["ledgers where undoing out of order got stuck"] += 1
                return
            left = refused
        assert self.balances() == self.at_first

    def head(self) -> int:
        with self.database.read() as session:
            return int(session.rows("SELECT number FROM head")[0][0])

    def balances(self) -> dict[Key, int]:
        return {key: one.held for key, one in held(self.database).items() if one.held}

    def twice(self, call: Callable[[bool], Any]) -> Any:
        """Preview and then do; return what was done, or the failure."""
        return twice(self.database, call)

    # What may happen

    @rule(
        fund=st.sampled_from(FUNDS),
        recipient=st.sampled_from(RECIPIENTS),
        source=st.sampled_from(SOURCES),
        fy=st.sampled_from(YEARS),
        p=pence,
        propose=st.booleans(),
        actor=who,
    )
    def make(
        self, fund: str, recipient: str, source: str, fy: str, p: int, propose: bool, actor: str
    ) -> None:
        self.make_one(fund, recipient, source, fy, p, propose=propose, actor=actor)

    def make_one(
        self, fund: str, recipient: str, source: str, fy: str, p: int, *, propose: bool, actor: str
    ) -> None:
        years = {line[2] for line in self.model.authority if line[:2] == (fund, source)}
        assert "" in years
        request = asked(fund, recipient, p, source=source, fy=fy, term_to=LAST, propose=propose)
        done = self.twice(
            lambda preview: allocate(
                self.database, request, actor=actor, recorded_at=WHEN, preview=preview
            )
        )
        line = (fund, source, fy)
        lent = self.model.drawn(line, p)
        fits = lent is not None and not self.model.is_over(fund, recipient, 0, p)
        kind = "propose" if propose else "allocate"
        if isinstance(done, LedgerError):
            assert isinstance(done, EntryRefused), done
            assert not fits, f"{request} was refused: {done}"
            DONE[f"{kind} refused"] += 1
            return
        assert fits, f"{request} was accepted"
        DONE[kind] += 1
        self.model.awards[done.entry.award] = Promise(fund, recipient, line)
        stage = "proposed" if propose else "committed"
        number = done.recorded.number
        self.model.move(
            Written(
                number,
                kind,
                actor,
                done.entry.award,
                "unallocated",
                stage,
                p,
                lent or 0,
                day=DAYS[0],
            )
        )

    @rule(step=steps)
    def step(self, step: Any) -> None:
        self.take_step(step)

    @rule(step=steps)
    def step_again(self, step: Any) -> None:
        self.take_step(step)

    @rule(which=st.integers(0, 30), p=st.integers(1, 20), actor=who)
    def live(self, which: int, p: int, actor: str) -> None:
        """Let an award go the way that most go, as far as it may."""
        for kind in (
            *("approve", "claim", "pay", "suspend", "resume", "clawback", "recover", "claim"),
            *("reject-claim", "clawback", "write-off"),
        ):
            self.take_one(which * 3, kind, p, lower=False, propose=False, actor=actor, day=DAYS[-1])

    @rule(several=st.lists(steps, min_size=2, max_size=6))
    def several_steps(self, several: list[Any]) -> None:
        for step in several:
            self.take_step(step)

    def take_step(self, step: tuple[int, str, int | None, bool, bool, str, date]) -> None:
        which, kind, p, lower, propose, actor, day = step
        self.take_one(which, kind, p, lower=lower, propose=propose, actor=actor, day=day)

    def take_one(
        self,
        which: int,
        kind: str,
        p: int | None,
        *,
        lower: bool,
        propose: bool,
        actor: str,
        day: date,
    ) -> None:
        ref = [*self.model.awards][which % len(self.model.awards)]
        award = self.model.awards[ref]
        possible = [one for one in sorted(STEPS) if one != "reverse" and award.allows(one)]
        if which % 3 and possible:
            # Two of three are steps that may be taken: otherwise no award would get far.
            kind = possible[which % len(possible)]
        self.take_of(ref, kind, p, lower=lower, propose=propose, actor=actor, day=day)

    def take_of(
        self,
        ref: str,
        kind: str,
        p: int | None,
        *,
        lower: bool = False,
        propose: bool = False,
        actor: str = "Cy",
        day: date = DAYS[-1],
    ) -> None:
        award = self.model.awards[ref]
        if kind == "amend" and p is None:
            p = 7
        of_award = "committed" if award.is_promised and not propose else "proposed"
        frm, to = PLAIN.get(kind, (of_award, "unallocated"))
        if kind == "amend" and not lower:
            frm, to = "unallocated", of_award
        request = StepRequest(
            kind=kind,
            award=ref,
            dated=day,
            amount_pence=None if p is None else Pence(p),
            lower=kind == "amend" and lower,
            propose=kind == "amend" and propose,
            reason="because",
            decision="PCD 7" if kind == "write-off" else "",
        )
        moved = self.amount(kind, award, frm, p)
        lent = self.model.drawn(award.line, moved) if frm == "unallocated" else 0
        done = self.twice(
            lambda preview: take(
                self.database, [request], actor=actor, recorded_at=WHEN, preview=preview
            )
        )
        in_order = all(award.held_on(frm, then) >= moved for then in DAYS if then >= day)
        early = (frm in HELD and not in_order) or award.is_before(kind, day)
        passes = self.passes(kind, award, frm, moved, lent) and not early
        if isinstance(done, LedgerError):
            own = kind == "approve" and actor in award.proposers()
            assert isinstance(done, EntryRefused), done
            assert isinstance(done, AuthorityMissing) == (passes and own), done
            assert own or not passes, f"{kind} of {moved} on {ref} was refused: {done}"
            self.largest(kind, award, frm, done, lower=lower)
            DONE["refused for its day"] += early and 0 < moved <= award.held[frm]
            if award.allows(kind) and award.is_before(kind, day):
                DONE[f"{kind} refused for its day"] += 1
            DONE[f"{kind} refused"] += 1
            return
        assert passes, f"{kind} of {moved} on {ref} was accepted"
        assert not (kind == "approve" and actor in award.proposers())
        DONE[kind] += 1
        number = done[0].recorded.number
        self.model.move(Written(number, kind, actor, ref, frm, to, moved, lent or 0, day=day))
        assert dict(done[0].life.held) == {stage: p for stage, p in award.held.items() if p}

    def amount(self, kind: str, award: Promise, frm: str, p: int | None) -> int:
        whole = kind in ("approve", "reject", "withdraw", "close", "suspend", "resume")
        return award.held[frm] if p is None or whole else p

    def passes(self, kind: str, award: Promise, frm: str, moved: int, lent: int | None) -> bool:
        if not award.allows(kind):
            return False
        if kind == "close":
            return not any(award.held[s] for s in ("proposed", "payable", "recoverable"))
        if kind in ("suspend", "resume"):
            return True
        if frm == "unallocated":
            before = sum(award.held.values())
            return lent is not None and not self.model.is_over(
                award.fund, award.recipient, before, moved
            )
        return 0 < moved <= award.held[frm]

    def largest(
        self, kind: str, award: Promise, frm: str, error: EntryRefused, *, lower: bool
    ) -> None:
        """See that the most which a refusal says would pass does, and not a penny more."""
        most = error.refusal.largest_passing_pence

        def passes(p: int) -> bool:
            drawn = self.model.drawn(award.line, p) if frm == "unallocated" else 0
            return self.passes(kind, award, frm, p, drawn)

        if most:
            DONE["told the most that would pass"] += 1
            assert passes(most), f"{kind}: {most} would not pass"
            assert not passes(most + 1), f"{kind}: more than {most} would pass"

    @precondition(lambda self: len(self.model.awards) > 1)
    @rule(actor=who, kind=st.sampled_from(("approve", "reject", "withdraw")))
    def decide_all(self, actor: str, kind: str) -> None:
        """Decide every award in one transaction: all of them, or none."""
        requests = [
            StepRequest(kind=kind, award=ref, dated=DAYS[-1], reason="because")
            for ref in self.model.awards
        ]
        open_ = all(award.held["proposed"] for award in self.model.awards.values())
        own = any(actor in award.proposers() for award in self.model.awards.values())
        passes = open_ and not (kind == "approve" and own)
        before = contents(self.database)
        done = self.twice(
            lambda preview: take(
                self.database, requests, actor=actor, recorded_at=WHEN, preview=preview
            )
        )
        if isinstance(done, LedgerError):
            assert not passes, f"{kind} of everything was refused: {done}"
            assert contents(self.database) == before
            DONE["batches refused"] += 1
            return
        assert passes
        DONE["batches"] += 1
        for one in done:
            award = self.model.awards[one.entry.award]
            self.model.move(
                Written(
                    one.recorded.number,
                    kind,
                    actor,
                    one.entry.award,
                    *PLAIN[kind],
                    award.held["proposed"],
                )
            )

    @rule(
        kind=st.sampled_from(("fund", "vire", "carry", "lapse", "surrender")),
        fund=st.sampled_from(FUNDS),
        source=st.sampled_from(SOURCES),
        fy=st.sampled_from(YEARS),
        to=st.sampled_from(YEARS),
        p=st.integers(1, 60),
    )
    def authority(self, kind: str, fund: str, source: str, fy: str, to: str, p: int) -> None:
        line = (fund, source, fy)
        other = FUNDS[1 - FUNDS.index(fund)]
        goes_to = {"vire": (other, source, fy), "carry": (fund, source, to)}.get(kind)
        if kind == "carry" and to == fy:
            return
        told: dict[str, Any] = {"fund": fund, "amount_pence": Pence(p), "source": source, "fy": fy}
        told["decision"] = "PCD 1000"  # Without one authority is not carried.
        lines: Any = (line, goes_to)
        if kind == "fund":
            entry: Any = Funding(**told)
            lines = (None, line)
        elif goes_to:
            names = ("to_fund", "to_source", "to_fy")
            told |= dict(zip(names, goes_to, strict=True))
            entry = AUTHORITY_ENTRIES[kind](**told)
        else:
            entry = AUTHORITY_ENTRIES[kind](**told)

        def work(session: Session) -> Any:
            recorder = Recorder(session, "Ada", WHEN)
            recorded, case = recorder.put_authority(entry)
            recorder.journal.flush()
            return recorded, stops(judge(case)) if recorded is None else False

        recorded, stopped = self.database.write(work)
        fits = kind == "fund" or p <= self.model.unallocated[line]
        assert (recorded is not None) == fits
        assert stopped != fits
        if recorded is None:
            DONE[f"{kind} refused"] += 1
            return
        DONE[kind] += 1
        self.model.shift(Written(recorded.number, kind, "Ada", pence=p, lines=lines))

    @precondition(lambda self: self.model.entries)
    @rule(which=st.integers(0, 60), actor=who, newest=st.booleans())
    def undo(self, which: int, actor: str, newest: bool) -> None:
        numbers = [*self.model.entries]
        standing = [n for n, one in self.model.entries.items() if not one.undone]
        number = numbers[which % len(numbers)]
        if newest:
            own = [n for n in standing if not self.model.entries[n].reverses]
            number = max(own, default=number)
        if number != max(standing):
            self.in_order = False
        self.reverse_now(number, actor, preview=True)

    def reverse_now(self, number: int, actor: str, *, preview: bool) -> Any:
        """Undo an entry, after a preview if told; return what became of it."""
        one = self.model.entries[number]
        told = Told(reason="a mistake", dated=DAYS[-1])

        def call(preview: bool) -> Any:
            return reverse(
                self.database, number, told, actor=actor, recorded_at=WHEN, preview=preview
            )

        done = self.twice(call) if preview else said(call, preview=False)
        if isinstance(done, LedgerError):
            if one.reverses:
                assert isinstance(done, BadInput)
            elif one.undone:
                assert isinstance(done, AlreadyThere)
            else:
                assert isinstance(done, EntryRefused)
                assert not self.may_undo(one), f"undoing {one} was refused: {done}"
            DONE["reverse refused"] += 1
            return done
        assert self.may_undo(one), f"{one} was undone"
        DONE["reverse"] += 1
        one.undone = True
        new = done.recorded.number
        if one.award:
            self.model.move(
                Written(
                    new,
                    "reverse",
                    actor,
                    one.award,
                    one.to_stage,
                    one.from_stage,
                    one.pence,
                    one.lent,
                    reverses=number,
                )
            )
        else:
            lines = (one.lines[1], one.lines[0])
            self.model.shift(
                Written(new, "reverse", actor, pence=one.pence, lines=lines, reverses=number)
            )
        return done

    def may_undo(self, one: Written) -> bool:
        if one.undone or one.reverses:
            return False
        if not one.award:
            line = one.lines[1]
            return line is None or one.pence <= self.model.unallocated[line]
        award = self.model.awards[one.award]
        others = [e for e in award.life if not e.undone and not e.reverses and e is not one]
        if one.kind in ("allocate", "propose") and others:
            return False
        if any(e.kind == "close" and e.number > one.number for e in others):
            return False
        if one.to_stage == "unallocated" and one.pence:
            fund, source, _ = award.line
            before = sum(award.held.values())
            own = one.pence - one.lent
            return (
                own <= self.model.unallocated[award.line]
                and one.lent <= self.model.unallocated[fund, source, ""]
                and not self.model.is_over(award.fund, award.recipient, before, one.pence)
            )
        return not one.to_stage or one.pence <= award.held[one.to_stage]

    # What holds at any time

    @invariant()
    def no_award_holds_less_than_nothing_on_any_day(self) -> None:
        if not hasattr(self, "database"):
            return
        with self.database.read() as session:
            for ref in self.model.awards:
                for day in DAYS:
                    then = awards.happened(session, ref, Moment(as_of=day))
                    assert all(pence >= 0 for pence in awards.held_then(then).values()), (ref, day)

    @invariant()
    def every_penny_is_in_one_stage(self) -> None:
        if not hasattr(self, "database"):
            return
        lines: Counter[tuple[str, ...]] = Counter()
        authority: Counter[tuple[str, ...]] = Counter()
        unallocated: Counter[tuple[str, ...]] = Counter()
        of_awards: Counter[tuple[str, str]] = Counter()
        caps: Counter[tuple[str, str]] = Counter()
        for key, balance in held(self.database).items():
            if key.scope == "award":
                of_awards[key.bucket, key.name] += balance.held
            if key.scope == "cap":
                caps[key.name, key.bucket] += balance.held
            if key.scope != "stage":
                continue
            source, fy, _ = key.bucket.split("|")
            line = (key.fund, source, fy)
            (authority if key.name == "authority" else lines)[line] += balance.held
            if key.name == "unallocated":
                unallocated[line] += balance.held
        assert +lines == +authority == +self.model.authority
        assert +unallocated == +self.model.unallocated
        assert +of_awards == +Counter(
            {
                (ref, stage): p
                for ref, award in self.model.awards.items()
                for stage, p in award.held.items()
            }
        )
        self._caps_agree(caps)

    def _caps_agree(self, caps: Counter[tuple[str, str]]) -> None:
        for fund in FUNDS:
            assert caps[f"{fund}-TOTAL", ""] == self.model.holding(fund) <= TOTAL
            assert caps[f"{fund}-COUNT", ""] == self.model.recipients(fund) <= COUNT
            for recipient in RECIPIENTS:
                holding = self.model.holding(fund, recipient)
                assert caps[f"{fund}-EACH", recipient] == holding <= EACH
                assert caps[f"{fund}-SHARE", recipient] == holding
        for ref, award in self.model.awards.items():
            assert caps[f"{award.fund}-ONE", ref] == sum(award.held.values()) <= ONE


def test_an_award_lives_as_the_model_says_and_every_kind_of_step_was_taken():
    run_state_machine_as_test(
        AwardMachine,
        settings=settings(max_examples=many(30), stateful_step_count=30, deadline=None),
    )
    told = ", ".join(f"{many:,} {what}" for what, many in sorted(DONE.items()))
    sys.stdout.write(f"{told}\n")
    assert {*STEPS, "allocate", "propose", "vire", "carry", "lapse", "surrender"} <= {*DONE}
