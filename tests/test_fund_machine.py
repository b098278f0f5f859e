"""A fund's money, its limits and its periods in any order, with every other kind of entry among it.

What the awards' own machine leaves out: money that is expected, covered, confirmed and received;
overrides of caps; plans of payments and milestones; restatements; decisions, sources and limits of
authority; periods and papers; plans and batches. Each is previewed first, and the preview is true.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
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

from tests.builders import WHEN, asked, findings, held, ledger_of, registered, rows
from tests.torture import many
from tests.twice import said, twice
from vru_ledger.actions.administer import Told
from vru_ledger.actions.allocate import allocate
from vru_ledger.actions.allocate_many import allocate_file
from vru_ledger.actions.apply_plan import apply
from vru_ledger.actions.authority import change
from vru_ledger.actions.authority_request import AuthorityRequest
from vru_ledger.actions.award import Stepper, StepRequest, take
from vru_ledger.actions.decide import (
    NewLimit,
    SourceChange,
    add_decision,
    add_source,
    set_limit,
    set_source,
)
from vru_ledger.actions.import_table import import_file
from vru_ledger.actions.limits import NewCap, set_cap
from vru_ledger.actions.override import override
from vru_ledger.actions.plan import plan, steps_file
from vru_ledger.actions.points import close_period, reopen_period, tag_paper
from vru_ledger.actions.profile import Told as PlanTold
from vru_ledger.actions.profile import forecast, meet
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.restate import Restatement, restate
from vru_ledger.actions.reverse import Told as Undoing
from vru_ledger.actions.reverse import reverse
from vru_ledger.actions.steps_many import steps_file as step_rows
from vru_ledger.actions.steps_many import take_file
from vru_ledger.domain.chain import kinds
from vru_ledger.domain.entries import CapSet, Funding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.periods import parse_period
from vru_ledger.domain.profiles import Instalment
from vru_ledger.domain.register import Decision, Fund, FundingSource, Recipient
from vru_ledger.domain.steps import STEPS
from vru_ledger.errors import AlreadyThere, AuthorityMissing, LedgerError, RowsRejected
from vru_ledger.exchange.column_map import ColumnMap
from vru_ledger.position import Key

DONE: Counter[str] = Counter()
WRITTEN: set[str] = set()
"""Every kind of entry that came to stand in some ledger."""

DAYS = (date(2022, 3, 31), date(2022, 4, 1), date(2023, 4, 1), date(2024, 2, 29))
"""Both sides of a year end, and a leap day. Periods are closed of the first three."""

LAST = date(2025, 4, 1)
"""The day on which everything is undone: no period that is closed holds it."""

FAR = date(2099, 3, 31)
PEOPLE = ("Ada", "Bob")
FUNDS = ("F0", "F1")
SOURCES = ("HO", "CR")
UNDERWRITERS = ("", "RES")
YEARS = ("", "2022/23")
RECIPIENTS = ("R1", "R2")
PERIODS = ("2021/22-Q4", "2021/22", "2022/23-P01", "2022/23-Q4")
TOTAL, EACH = 2_000, 600
Line = tuple[str, str, str]

THEIRS = ColumnMap(
    columns={"award": "Grant", "amount": "Sum"},
    constants={"advance": "yes", "reason": "Run 7"},
    negative="clawback",
)

pence = st.integers(1, 250)
fund = st.sampled_from(FUNDS)
source = st.sampled_from(SOURCES)
year = st.sampled_from(YEARS)
who = st.sampled_from(PEOPLE)
day = st.sampled_from(DAYS)


class FundMachine(RuleBasedStateMachine):
    """Everything about a fund, against what is expected of each line in plain dictionaries."""

    folder: Path
    """Where files are written; the next ledger writes over them."""

    @initialize(ordinary=st.booleans(), p=st.integers(40, 80))
    def begin(self, ordinary: bool, p: int) -> None:
        self.files = 0
        self.papers = 0
        self.expected: defaultdict[tuple[Line, str], int] = defaultdict(int)
        self.sure: defaultdict[tuple[Line, str], int] = defaultdict(int)
        self.authority: defaultdict[Line, int] = defaultdict(int)
        self.database = ledger_of(
            registered(
                *(FundingSource(code=code, name=f"Source {code}") for code in (*SOURCES, "RES")),
                *(Recipient(code=one, name=f"Trust {one}", kind="charity") for one in RECIPIENTS),
                *(Fund(code=code, name=f"Fund {code}") for code in FUNDS),
            ),
            *(CapSet(cap=f"{one}-TOTAL", fund=one, measure="amount", limit=TOTAL) for one in FUNDS),
            *(
                CapSet(
                    cap=f"{one}-EACH", fund=one, measure="amount", limit=EACH, per=("recipient",)
                )
                for one in FUNDS
            ),
            *(
                CapSet(
                    cap=f"{one}-SHARE",
                    fund=one,
                    measure="share",
                    limit=2_000,
                    per=("recipient",),
                    severity="track",
                )
                for one in FUNDS
            ),
            *(
                Funding(fund=one, amount_pence=Pence(700), source=code)
                for one in FUNDS
                for code in SOURCES
            ),
        )
        for one in FUNDS:
            for code in SOURCES:
                self.authority[one, code, ""] = 700
        self.at_first = self.balances()
        self.first = self.newest()
        self.make("F0", "R1", "HO", "", 200, False, "Ada", DAYS[0])
        self.make("F1", "R2", "CR", "", 200, True, "Bob", DAYS[1])
        if ordinary:
            self.an_ordinary_year(p)

    def an_ordinary_year(self, p: int) -> None:
        """Let everything happen once as it mostly does, so that no kind is left to chance."""
        line = ("F0", "HO", "2022/23")
        self.money("fund", *line, "expected", "", 4 * p, DAYS[3])
        self.money("cover", *line, "", "RES", p, DAYS[3])
        self.money("confirm", *line, "", "RES", p // 2, DAYS[3])
        self.money("confirm", *line, "", "", p, DAYS[3])
        self.money("receive", *line, "", "", p, LAST)
        for kind in ("vire", "carry", "lapse", "surrender"):
            self.move(kind, *line, False, kind == "vire", p // 8, DAYS[3])
            self.move(kind, *line, True, False, p // 8, LAST)
        ref = self.awards()[0]
        for kind in ("suspend", "resume", "claim", "reject-claim", "claim", "pay", "advance"):
            self.take(kind, ref, p // 4, "Ada", LAST)
        for kind in ("clawback", "clawback", "recover", "write-off", "amend", "close"):
            self.take(kind, ref, p // 8, "Ada", LAST)
        for number, kind in enumerate(("reject", "withdraw", "approve")):
            self.make("F1", "R1", "CR", "", 20 + number, True, "Ada", DAYS[2])
            self.take(kind, self.awards()[-1], 1, "Bob", LAST)
        self.plan_payments(len(self.awards()) - 1, 0, LAST, True)
        self.pass_a_cap("F0", "R2", p, DAYS[3], True)
        self.make("F0", "R2", "HO", "", 2 * p, False, "Ada", DAYS[3])
        newest = [at for at, one in enumerate(self.awards()) if one.startswith("F0")][-1]
        self.make_anew(newest, -p, LAST)
        self.name_a_point(True, LAST)
        for which in range(5):
            self.set_up(which, p + which, LAST)
        self.make("F1", "R2", "HO", "", 2 * p, False, "Ada", DAYS[3])
        self.whole_files("F1", "CR", p, len(self.awards()) - 1)
        self.undo(0, LAST)
        self.turn_period("2021/22", False, True)
        self.turn_period("2021/22", True, True)

    def teardown(self) -> None:
        if not hasattr(self, "database"):
            return
        assert findings(self.database) == []
        self.undo_everything()
        assert findings(self.database) == []
        WRITTEN.update(one for (one,) in rows(self.database, "SELECT DISTINCT kind FROM entries"))
        DONE["ledgers"] += 1
        self.database.close()

    def undo_everything(self) -> None:
        """Undo from the newest entry to the oldest what was not undone; all is as it was."""
        for number in range(self.newest(), self.first, -1):
            kind, undone = rows(
                self.database,
                "SELECT kind, (SELECT count(*) FROM entries AS later WHERE later.reverses = "
                "entries.number) FROM entries WHERE number = ?",
                number,
            )[0]
            if undone or kind.startswith("reverse") or kind in NEVER_UNDONE:
                continue
            told = Undoing(reason="a mistake", dated=LAST)
            try:
                done = reverse(self.database, number, told, actor="Ada", recorded_at=WHEN)
            except AlreadyThere:
                # What was asked for was made once, and that is undone: to ask moved nothing.
                assert kind == "propose-authority"
                continue
            self.follow_undoing(done.original)
            DONE[f"{kind} undone at the end"] += 1
        assert self.balances() == self.at_first
        assert not +Counter(self.expected)

    def newest(self) -> int:
        return int(rows(self.database, "SELECT number FROM head")[0][0])

    def balances(self) -> dict[Key, int]:
        return {key: one.held for key, one in held(self.database).items() if one.held}

    def do(self, what: str, call: Callable[[bool], Any]) -> Any:
        """Preview and then do, and count it; return what was done, None if it was refused."""
        done = twice(self.database, call)
        refused = isinstance(done, LedgerError)
        DONE[f"{what} refused" if refused else what] += 1
        # Over a limit that somebody set, who asks alone is refused what would fit.
        self.not_alone = isinstance(done, AuthorityMissing)
        return None if refused else done

    def free(self, line: Line, *, expected: bool) -> int:
        """Return what may leave a line: what is only expected, or what is not."""
        only_expected = self.expected[line, ""]
        if expected:
            return only_expected
        key = Key("stage", line[0], "unallocated", f"{line[1]}|{line[2]}|")
        return self.balances().get(key, 0) - only_expected

    def is_closed(self, on: date) -> bool:
        with self.database.read() as session:
            closed = Recorder(session, "Ada", WHEN).closed
        return any(one.first_day <= on <= one.last_day for one in closed)

    # Awards

    @rule(
        code=fund,
        recipient=st.sampled_from(RECIPIENTS),
        from_=source,
        fy=year,
        p=pence,
        propose=st.booleans(),
        actor=who,
        on=day,
    )
    def make(
        self,
        code: str,
        recipient: str,
        from_: str,
        fy: str,
        p: int,
        propose: bool,
        actor: str,
        on: date,
    ) -> None:
        request = asked(code, recipient, p, source=from_, fy=fy, dated=on, propose=propose)
        request = request.replace(
            profile="quarterly" if p % 2 and p > 8 else "",
            term_from=on,
            term_to=date(2024, 3, 31),
            decision="PCD 7",
        )
        done = self.do(
            "propose" if propose else "allocate",
            lambda preview: allocate(
                self.database, request, actor=actor, recorded_at=WHEN, preview=preview
            ),
        )
        if done:
            self.lend(done.entry)

    def lend(self, entry: Any, sign: int = 1) -> None:
        """Follow what an award draws from authority of no year into its own."""
        if lent := sign * entry.unassigned_pence:
            self.authority[entry.fund, entry.source, ""] -= lent
            self.authority[entry.fund, entry.source, entry.fy] += lent

    @precondition(lambda self: self.awards())
    @rule(which=st.integers(0, 40), n=st.integers(0, 40), p=pence, actor=who, on=day)
    def step(self, which: int, n: int, p: int, actor: str, on: date) -> None:
        """Take a step that may follow, of a size that mostly fits."""
        ref = self.awards()[which % len(self.awards())]
        with self.database.read() as session:
            stepper = Stepper(Recorder(session, actor, WHEN))
            legal = stepper.life(stepper.made(ref)).possible()
        if not legal:
            return
        kind = legal[n % len(legal)]
        lower = kind == "amend" and bool(p % 2)
        propose = kind == "amend" and p % 6 == 0
        on = LAST if n % 3 else on
        self.take(kind, ref, p % 40 + 1, actor, on, lower=lower, propose=propose)

    def take(self, kind: str, ref: str, p: int, actor: str, on: date, **more: Any) -> None:
        request = StepRequest(
            kind=kind,
            award=ref,
            dated=on,
            amount_pence=Pence(p),
            reason="because",
            decision="PCD 7",
            **more,
        )
        done = self.do(
            kind,
            lambda preview: take(
                self.database, [request], actor=actor, recorded_at=WHEN, preview=preview
            ),
        )
        if done:
            sign = -1 if done[0].entry.to_stage == "unallocated" else 1
            self.lend(done[0].entry, sign)

    def awards(self) -> list[str]:
        return [row[0] for row in rows(self.database, "SELECT ref FROM awards ORDER BY ref")]

    @precondition(lambda self: self.awards())
    @rule(which=st.integers(0, 40), off=st.sampled_from((0, 0, 0, 1)), on=day, name=st.booleans())
    def plan_payments(self, which: int, off: int, on: date, name: bool) -> None:
        """Plan what an award comes to in two parts, one that waits; or a penny too much."""
        ref = self.awards()[which % len(self.awards())]
        with self.database.read() as session:
            stepper = Stepper(Recorder(session, "Ada", WHEN))
            worth = stepper.life(stepper.made(ref)).worth_pence() + off
        if worth < 2:
            return
        parts = (
            Instalment("2022/23-Q1", Pence(worth // 2)),
            Instalment("2023/24-Q4", Pence(worth - worth // 2), "Survey" if name else ""),
        )
        told = PlanTold(dated=on, reason="as agreed")
        self.do(
            "profile",
            lambda preview: forecast(
                self.database, ref, parts, told, actor="Ada", recorded_at=WHEN, preview=preview
            ),
        )
        self.do(
            "milestone",
            lambda preview: meet(
                self.database, ref, "Survey", told, actor="Ada", recorded_at=WHEN, preview=preview
            ),
        )

    @precondition(lambda self: self.awards())
    @rule(which=st.integers(0, 40), p=st.integers(-60, 60), on=st.sampled_from((LAST, *DAYS)))
    def make_anew(self, which: int, p: int, on: date) -> None:
        ref = self.awards()[which % len(self.awards())]
        wrong = Restatement(ref, p or 1, "It was wrong", on, decision="PCD 7", key="")
        done = self.do(
            "restate",
            lambda preview: restate(
                self.database, wrong, actor="Ada", recorded_at=WHEN, preview=preview
            ),
        )
        if done:
            self.lend(done.undone.original.entry, -1)
            self.lend(done.made.entry)

    # Money

    @rule(
        kind=st.sampled_from(("fund", "fund", "confirm", "receive", "cover", "cover")),
        code=fund,
        from_=source,
        fy=year,
        sure=st.sampled_from(("", "expected", "expected", "confirmed", "received")),
        underwriter=st.sampled_from(UNDERWRITERS),
        p=pence,
        on=st.sampled_from((LAST, *DAYS)),
    )
    def money(
        self,
        kind: str,
        code: str,
        from_: str,
        fy: str,
        sure: str,
        underwriter: str,
        p: int,
        on: date,
    ) -> None:
        """Let money come, be sure, be here, or be underwritten."""
        line = (code, from_, fy)
        if kind == "cover":
            underwriter = "RES"
        certainty = {"confirm": "confirmed", "receive": "received", "cover": ""}.get(kind, sure)
        if kind == "fund" and sure != "expected":
            underwriter = ""
        request = AuthorityRequest(
            kind="confirm" if kind == "receive" else kind,
            fund=code,
            dated=on,
            amount_pence=Pence(p),
            source=from_,
            fy=fy or ("" if kind == "fund" else "none"),
            certainty=certainty,
            underwriter=underwriter or ("none" if kind in ("confirm", "receive") else ""),
            reason="because",
        )
        there = self.expected[line, "" if kind == "cover" else underwriter]
        fits = (kind == "fund" or p <= there) and not self.is_closed(on)
        surer = kind == "receive"  # Or money that was confirmed already comes in.
        done = self.do(kind, lambda preview: self.changed(request, preview))
        assert bool(done) == (fits and not self.not_alone) or surer, (kind, line, p, there, on)
        for one in done or ():
            self.follow(one.entry)

    def changed(self, request: AuthorityRequest, preview: bool, actor: str = "Ada") -> Any:
        return change(self.database, request, actor=actor, recorded_at=WHEN, preview=preview)

    def follow(self, entry: Any, sign: int = 1) -> None:
        """Keep account of what a change of authority, or its undoing, does to its lines."""
        line, p = (entry.fund, entry.source, entry.fy), sign * entry.amount_pence
        sort = (entry.certainty, entry.underwriter)
        if entry.KIND == "fund":
            self.authority[line] += p
            self.say(line, *sort, p)
        elif entry.KIND == "cover":
            self.say(line, "expected", "", -p)
            self.say(line, *sort, p)
        elif entry.KIND == "confirm":
            self.say(line, *sort, -p)
            self.say(line, entry.now, "", p)
        elif entry.KIND in ("vire", "carry", "lapse", "surrender"):
            there = (entry.to_fund, entry.to_source, entry.to_fy)
            self.authority[line] -= p
            self.say(line, *sort, -p)
            if entry.to_fund:
                self.authority[there] += p
                self.say(there, *sort, p)

    def say(self, line: Line, certainty: str, underwriter: str, p: int) -> None:
        """Keep account of how sure money is, and who underwrites it."""
        if certainty == "expected":
            self.expected[line, underwriter] += p
        elif certainty:
            self.sure[line, certainty] += p

    def is_of_one_sort(self, line: Line, p: int) -> bool:
        """Say whether there is as much of one sort: an entry moves nothing of two."""
        sure = [self.sure[line, certainty] for certainty in ("confirmed", "received")]
        covered = [held for (of, by), held in self.expected.items() if of == line and by]
        unsaid = self.authority[line] - sum(sure) - sum(covered) - self.expected[line, ""]
        return any(held >= p for held in (unsaid, *sure, *covered))

    @rule(
        kind=st.sampled_from(("vire", "carry", "lapse", "surrender")),
        code=fund,
        from_=source,
        fy=year,
        only_expected=st.booleans(),
        propose=st.booleans(),
        p=pence,
        on=st.sampled_from((LAST, *DAYS)),
    )
    def move(
        self,
        kind: str,
        code: str,
        from_: str,
        fy: str,
        only_expected: bool,
        propose: bool,
        p: int,
        on: date,
    ) -> None:
        """Move authority, or ask for it and have somebody else make it."""
        line = (code, from_, fy)
        request = AuthorityRequest(
            kind=kind,
            fund=code,
            dated=on,
            amount_pence=Pence(p),
            source=from_,
            fy=fy or "none",
            to_fund=FUNDS[1 - FUNDS.index(code)] if kind == "vire" else "",
            to_fy="2023/24" if kind == "carry" else "",
            expected=only_expected,
            propose=propose,
            reason="because",
            decision="PCD 7",
        )
        there = p <= self.free(line, expected=only_expected)
        there = there and (only_expected or self.is_of_one_sort(line, p))
        fits = there and not self.is_closed(on)
        if line not in self.authority:
            fits = False
        what = "propose-authority" if propose else kind
        done = self.do(what, lambda preview: self.changed(request, preview))
        if propose and done:
            approval = AuthorityRequest(
                kind="approve", fund="", dated=LAST, proposal=done[0].recorded.number
            )
            own = said(lambda preview: self.changed(approval, preview), preview=True)
            assert isinstance(own, LedgerError)
            done = self.do(kind, lambda preview: self.changed(approval, preview, "Bob"))
        if not propose:
            assert bool(done) == (fits and not self.not_alone), (kind, line, p, on)
        for one in done or ():
            self.follow(one.entry)

    @precondition(lambda self: self.newest() > self.first)
    @rule(back=st.integers(0, 12), on=st.sampled_from((LAST, LAST, *DAYS)))
    def undo(self, back: int, on: date) -> None:
        """Undo the newest entry that can be, or one a little older."""
        number = max(self.first + 1, self.newest() - back)
        told = Undoing(reason="a mistake", dated=on)
        done = self.do(
            "reverse",
            lambda preview: reverse(
                self.database, number, told, actor="Ada", recorded_at=WHEN, preview=preview
            ),
        )
        if done:
            self.follow_undoing(done.original)

    def follow_undoing(self, original: Any) -> None:
        entry = original.entry
        if hasattr(entry, "unassigned_pence"):
            self.lend(entry, 1 if getattr(entry, "to_stage", "") == "unallocated" else -1)
        elif hasattr(entry, "certainty"):
            self.follow(entry, -1)

    # Limits, periods, papers, and the register

    @rule(code=fund, recipient=st.sampled_from(RECIPIENTS), p=pence, on=day, by=st.booleans())
    def pass_a_cap(self, code: str, recipient: str, p: int, on: date, by: bool) -> None:
        told = Told(dated=on, reason="because", decision="PCD 7" if by else "")
        done = self.do(
            "override",
            lambda preview: override(
                *(self.database, f"{code}-EACH", (recipient,), Pence(p), FAR, told),
                actor="Ada",
                recorded_at=WHEN,
                preview=preview,
            ),
        )
        assert bool(done) == (by and not self.not_alone and not self.is_closed(on))

    @rule(name=st.sampled_from(PERIODS), reopen=st.booleans(), named=st.booleans())
    def turn_period(self, name: str, reopen: bool, named: bool) -> None:
        period, told = parse_period(name), Told(dated=LAST, reason="because")
        words: dict[str, Any] = {"actor": "Ada", "recorded_at": WHEN}
        if reopen:
            self.do(
                "reopen-period",
                lambda preview: reopen_period(
                    self.database, period, told, named=named, preview=preview, **words
                ),
            )
        else:
            self.do(
                "close-period",
                lambda preview: close_period(self.database, period, told, preview=preview, **words),
            )

    @rule(new=st.booleans(), on=st.sampled_from((LAST, DAYS[0])))
    def name_a_point(self, new: bool, on: date) -> None:
        self.papers += new
        told = Told(dated=on, reason="")
        self.do(
            "paper",
            lambda preview: tag_paper(
                *(self.database, f"BOARD-{self.papers}", told),
                actor="Ada",
                recorded_at=WHEN,
                preview=preview,
            ),
        )

    @rule(which=st.integers(0, 4), p=st.integers(50, 400), on=day)
    def set_up(self, which: int, p: int, on: date) -> None:
        """Register a source, correct one, register a decision, set who may decide, set a cap."""
        told = Told(dated=on, reason="because", decision="PCD 7")
        new_source = FundingSource(code=f"S{p}", name=f"Number {p}")
        words: dict[str, Any] = {"actor": "Ada", "recorded_at": WHEN}
        limit = NewLimit(p, decision_given=True, second_person_over_pence=2 * p)
        # Never below what it has to hold when everything is undone.
        cap = NewCap(code="F0-SOFT", limit=f"{p}", fund="F0", measure="amount", severity="track")
        what, action, new = (
            ("source added", add_source, new_source),
            ("source set", set_source, SourceChange("HO", name=f"Office {p}", use_by=FAR)),
            ("decision", add_decision, Decision(code=f"PCD {p}")),
            ("authority set", set_limit, limit),
            ("cap", set_cap, cap),
        )[which]
        call: Any = action
        self.do(what, lambda preview: call(self.database, new, told, preview=preview, **words))

    # Files

    def file(self, text: str) -> str:
        self.files += 1
        path = self.folder / f"{self.files}.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    @precondition(lambda self: self.awards())
    @rule(code=fund, from_=source, p=st.integers(1, 90), which=st.integers(0, 40))
    def whole_files(self, code: str, from_: str, p: int, which: int) -> None:
        """Allocate a file, claim another, and apply a plan; each row or none."""
        ref = self.awards()[which % len(self.awards())]
        words: dict[str, Any] = {"actor": "Ada", "recorded_at": WHEN}
        path = self.file(
            f"fund,recipient,amount,source,decision\n{code},R1,{p / 100:.2f},{from_},PCD 7\n"
            f"{code},R2,{p / 100:.2f},{from_},PCD 7\n"
        )
        day_: dict[str, Any] = {"today": LAST, "dated": None}
        self.do(
            "allocate --from",
            lambda preview: allocate_file(self.database, path, preview=preview, **day_, **words),
        )
        claims = self.file(f"award,amount\n{ref},0.01\n{ref},{p / 100:.2f}\n")
        self.do(
            "claim --from",
            lambda preview: take_file(
                self.database,
                step_rows(claims, "claim"),
                "claim",
                preview=preview,
                **{**day_, **words},
            ),
        )
        paid = self.file(f"award,amount,advance\n{ref},{p / 100:.2f},\n{ref},0.01,yes\n")
        self.do(
            "pay --from",
            lambda preview: take_file(
                self.database, step_rows(paid, "pay"), "pay", preview=preview, **{**day_, **words}
            ),
        )
        theirs = self.file(f"Grant,Sum\n{ref},0.02\n{ref},(0.01)\n")
        self.do(
            "import payments",
            lambda preview: import_file(
                self.database, theirs, "payments", THEIRS, preview=preview, **{**day_, **words}
            ),
        )
        self.plan_and_apply(code, from_, p, words | day_)

    def plan_and_apply(self, code: str, from_: str, p: int, words: dict[str, Any]) -> None:
        """What a plan says of each step is what becomes of it, and it is made the same twice."""
        path = self.file(
            "do,fund,recipient,award,amount,source,decision\n"
            f"allocate,{code},R1,@new,{p / 100:.2f},{from_},PCD 7\n"
            "claim,,,@new,all,,PCD 7\npay,,,@new,0.01,,PCD 7\n"
        )
        made = said(lambda _: plan(self.database, steps_file(path), **words), preview=True)
        if isinstance(made, LedgerError):
            assert isinstance(made, RowsRejected)
            DONE["plan refused"] += 1
            return
        assert made == plan(self.database, steps_file(path), **words)
        done = self.do(
            "apply",
            lambda preview: apply(
                self.database, made, actor="Ada", recorded_at=WHEN, preview=preview
            ),
        )
        assert done.steps == made.steps
        assert not done.differences
        assert apply(self.database, made, actor="Ada", recorded_at=WHEN).already

    # What holds at any time

    @invariant()
    def every_penny_is_in_one_stage_and_no_more_is_promised_than_is_sure(self) -> None:
        if not hasattr(self, "database"):
            return
        stages: Counter[Line] = Counter()
        authority: Counter[Line] = Counter()
        lines: Counter[tuple[Line, str]] = Counter()
        sure: Counter[tuple[Line, str]] = Counter()
        for key, one in held(self.database).items():
            if key.scope == "stage":
                from_, fy, _ = key.bucket.split("|")
                (authority if key.name == "authority" else stages)[key.fund, from_, fy] += one.held
                assert key.name != "unallocated" or one.held >= (one.floor or 0) >= 0
            elif key.scope == "line" and key.name == "expected":
                from_, fy, by = key.bucket.split("|")
                lines[(key.fund, from_, fy), by] += one.held
            elif key.scope == "line" and key.name in ("confirmed", "received"):
                from_, fy, _ = key.bucket.split("|")
                sure[(key.fund, from_, fy), key.name] += one.held
            elif key.scope == "award":
                assert one.held >= 0
        assert +sure == +Counter(self.sure)
        for line, pence in authority.items():
            of_line = [p for (of, _), p in (*lines.items(), *sure.items()) if of == line]
            assert sum(of_line) <= pence, f"more is said of {line} than there is"
        assert +stages == +authority == +Counter(self.authority)
        assert all(p >= 0 for p in lines.values())
        covered = {key: p for key, p in lines.items() if key[1] and p}
        assert covered == {key: p for key, p in self.expected.items() if key[1] and p}


NEVER_UNDONE = ("register", "cap", "paper", "close-period", "reopen-period")
"""Kinds of entry that moved no money, and are set again instead of undone."""

KINDS = (
    *("fund", "confirm", "receive", "cover", "vire", "carry", "lapse", "surrender"),
    *("propose-authority", "override", "profile", "milestone", "restate", "reverse"),
    *("close-period", "reopen-period", "paper", "source added", "source set", "decision"),
    *("authority set", "cap", "allocate", "propose", *(one for one in STEPS if one != "reverse")),
    *("allocate --from", "claim --from", "pay --from", "import payments", "apply"),
)
"""What the machine has to have done before it says anything."""


def test_a_funds_money_is_as_the_model_says_whatever_happens_around_it(tmp_path: Path):
    FundMachine.folder = tmp_path
    run_state_machine_as_test(
        FundMachine, settings=settings(max_examples=many(30), stateful_step_count=25, deadline=None)
    )
    told = ", ".join(f"{many:,} {what}" for what, many in sorted(DONE.items()))
    sys.stdout.write(f"{told}\n")
    assert {*KINDS} <= {*DONE}
    assert {*kinds()} == WRITTEN
