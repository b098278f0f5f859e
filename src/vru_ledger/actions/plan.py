"""Plan a file of steps: take them all, write down what each comes to, and undo everything."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from vru_ledger.actions.award import NEEDS_REASON
from vru_ledger.actions.planned_steps import MAKING, STEPS_OF_A_PLAN, UNDOING, PlannedSteps
from vru_ledger.actions.record import Recorder
from vru_ledger.actions.rows import NOT_MADE, RowFindings
from vru_ledger.domain.decisions import parse_decision
from vru_ledger.domain.money import parse_pounds
from vru_ledger.domain.periods import parse_period_name
from vru_ledger.domain.text import parse_name, parse_purpose, parse_sentence
from vru_ledger.domain.years import parse_date, parse_financial_year
from vru_ledger.errors import BadInput, FileUnreadable, LedgerError
from vru_ledger.exchange.batch_file import BatchRow
from vru_ledger.exchange.plan_file import Given, Head, Plan, PlannedStep, Source, made
from vru_ledger.exchange.table_file import TableFile
from vru_ledger.store import ledger
from vru_ledger.store.database import Database, Session

COLUMNS = tuple(name for name in Given.model_fields if name not in ("do", "lower", "calls"))
REQUIRED = ("do",)
OPTIONAL = tuple("amount" if name == "amount_pence" else name for name in COLUMNS)
MOST_STEPS = 20_000
"""A plan is to be read by somebody."""

_EVERY = ("on", "decision", "reason")
_TAKES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys(
        MAKING,
        (
            ("fund", "recipient", "amount"),
            (
                *("award", "fy", "term_from", "term_to", "area", "source", "purpose", "title"),
                "relates_to",
            ),
        ),
    ),
    **dict.fromkeys(
        ("amend", "claim", "reject-claim", "pay", "advance", "clawback", "recover", "write-off"),
        (("award", "amount"), ("ref", "relates_to")),
    ),
    **dict.fromkeys(
        ("approve", "reject", "withdraw", "close", "suspend", "resume"),
        (("award",), ("ref", "relates_to")),
    ),
    "vire": (
        ("fund", "to_fund", "amount", "reason"),
        ("source", "fy", "ref", "relates_to"),
    ),
    "carry": (
        ("fund", "amount", "fy", "to_fy", "decision", "reason"),
        ("source", "ref", "relates_to"),
    ),
    **dict.fromkeys(
        ("lapse", "surrender"),
        (("fund", "amount", "decision", "reason"), ("source", "fy", "ref", "relates_to")),
    ),
    **dict.fromkeys(UNDOING, (("entry", "reason"), ("relates_to",))),
}
"""The columns that each step needs, and those that it may have besides."""


def steps_file(path: str, *, sheet: str = "") -> TableFile:
    """Return a file of steps of any kind."""
    return TableFile(path, REQUIRED, OPTIONAL, sheet=sheet)


def plan(
    database: Database,
    file: TableFile,
    *,
    today: date,
    dated: date | None,
    actor: str,
    recorded_at: str,
) -> Plan:
    """Take the steps of a file, roll them back, and return the plan; nothing is written.

    `dated` is the day of rows that give none, the clock's `today` if it is None: a plan keeps the
    day it was made for. Raises RowsRejected with a finding for every row that cannot be read or
    taken, FileUnreadable, and those of `write`.
    """

    def work(session: Session) -> Plan:
        head = ledger.head(session)
        steps = _Planning(Recorder(session, actor, recorded_at), file).steps(dated or today)
        source = Source(name=file.name, sha256=file.hash)
        return made(Head(entry=head.number, hash=head.hash), source, steps)

    return database.write(work, keep=False)


class _Planning:
    """One pass over a file of steps."""

    def __init__(self, recorder: Recorder, file: TableFile) -> None:
        self.file = file
        self.taker = PlannedSteps(recorder)
        self.findings = RowFindings(file.name, (*REQUIRED, *OPTIONAL))
        self._failed: dict[str, int] = {}
        self._called: set[str] = set()

    def steps(self, dated: date) -> list[PlannedStep]:
        found = self.findings
        steps: list[PlannedStep] = []
        for row in self.file.rows(found.found):
            if len(steps) == MOST_STEPS:
                raise FileUnreadable(
                    f"{self.file.name} has more than {MOST_STEPS:,} steps",
                    "a plan is to be read: divide it, or use pay --from, claim --from",
                )
            given = self._given(row, dated)
            if given is None:
                continue
            try:
                _, outcome = self.taker.take(given)
            except LedgerError as error:
                found.refuse(row, error)
                self._fails(row)
                continue
            steps.append(
                PlannedStep(step=len(steps) + 1, row=row.number, given=given, outcome=outcome)
            )
        if found.found:
            raise found.rejected("nothing was planned")
        if not steps:
            raise BadInput(f"{self.file.name} has no steps", "give it a row for each")
        return steps

    def _fails(self, row: BatchRow) -> None:
        """Remember that the award which a row was to make, as far as can be read, is not there."""
        named, do = row.cells.get("award", ""), row.cells.get("do", "").casefold()
        may_make = do in MAKING or do not in _TAKES
        if may_make and named.startswith("@") and named not in self.taker.called:
            self._failed.setdefault(named, row.number)

    def _given(self, row: BatchRow, dated: date) -> Given | None:
        """Return what a row asks for, or None after a finding for each cell that is wrong."""
        before = len(self.findings.found)
        do = row.cells.get("do", "").casefold().replace(" ", "-").replace("_", "-")
        if do not in _TAKES:
            known = ", ".join(STEPS_OF_A_PLAN)
            said = f"{do[:40]!r} is no step" if do else "do is missing"
            self.findings.add(row, "do", "plan-unknown-step", said, f"the steps are {known}")
            self._fails(row)
            return None
        told = self._cells(row, do)
        if len(self.findings.found) > before or not self._named(row, do, told):
            self._fails(row)
            return None
        told["on"] = told.get("on") or dated.isoformat()
        return Given(do=do, **told)

    def _cells(self, row: BatchRow, do: str) -> dict[str, Any]:
        """Return what the cells of a row say, by field."""
        needed, more = _TAKES[do]
        if do in NEEDS_REASON:
            needed = (*needed, "reason")
        told: dict[str, Any] = {}
        for column in OPTIONAL:
            typed = row.cells.get(column, "")
            if typed and column not in (*needed, *more, *_EVERY):
                self.findings.add(
                    row,
                    column,
                    "plan-not-taken",
                    f"{do} takes no {column}",
                    f"leave it empty; {do} takes {', '.join((*needed, *more))}",
                )
            elif column == "amount":
                told |= self._amount(row, do, needed=column in needed)
            else:
                read = self.findings.read(
                    row, column, _PARSERS.get(column, parse_sentence), needed=column in needed
                )
                if read is not None:
                    told[column] = read.isoformat() if isinstance(read, date) else read
        return told

    def _amount(self, row: BatchRow, do: str, *, needed: bool) -> dict[str, Any]:
        typed = row.cells.get("amount", "")
        if typed.casefold() == "all" and do not in ("amend", *MAKING):
            return {}
        if do == "amend" and typed:
            if typed[0] not in "+-":
                said = f"{typed[:40]!r} does not say which way; write +20k or -20k"
                self.findings.add(row, "amount", "batch-bad-amount", said)
                return {}
            row = BatchRow(row.number, {**row.cells, "amount": typed[1:]}, row.key)
            pence = self.findings.read(row, "amount", parse_pounds)
            return {"amount_pence": pence, "lower": typed[0] == "-"}
        pence = self.findings.read(row, "amount", parse_pounds, needed=needed)
        return {} if pence is None else {"amount_pence": pence}

    def _named(self, row: BatchRow, do: str, told: dict[str, Any]) -> bool:
        """Say whether the awards of this plan are named once, and before they are used."""
        named = told.get("award", "")
        if do in MAKING and named:
            told["calls"] = told.pop("award")
            if not re.fullmatch(r"@[a-z0-9-]{1,40}", named, re.ASCII | re.IGNORECASE):
                said = f"{named[:40]!r} is not a name for a new award; write it like @brent"
            elif named in self._called:
                said = f"{named} is the name of another award of this plan"
            else:
                self._called.add(named)
                return True
            self.findings.add(row, "award", "plan-bad-name", said)
            return False
        if named in self._failed:
            said = f"{named} was not made: see row {self._failed[named]}"
            self.findings.add(row, "award", NOT_MADE, said)
            return False
        return True


def _parse_entry(text: str) -> int:
    if not re.fullmatch(r"\d{1,15}", text, re.ASCII):
        raise ValueError(f"{text[:40]!r} is not the number of an entry, like 17")
    return int(text)


_PARSERS: dict[str, Any] = {
    **dict.fromkeys(("on", "term_from", "term_to"), parse_date),
    **dict.fromkeys(("fy", "to_fy"), parse_financial_year),
    **dict.fromkeys(("award", "fund", "recipient", "area", "source", "to_fund"), parse_name),
    "purpose": parse_purpose,
    "decision": parse_decision,
    "relates_to": parse_period_name,
    "entry": _parse_entry,
}
