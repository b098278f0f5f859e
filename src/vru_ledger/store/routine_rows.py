"""Entries as the routine path of `check` reads them: compared by the database with their copies.

The database writes the text of an award's entry again from the columns that repeat parts of it, as
`chain.fact_of` wrote it from the entry. If the same text comes out, text and columns agree, and
nothing has to be read from JSON. docs/decisions says why no more could be found by reading it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from vru_ledger.domain.entries import Allocation, Proposal
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.steps import STEPS
from vru_ledger.store.database import Row, Session

MADE: dict[str, tuple[str, str]] = {
    kind.KIND: (kind.from_stage, kind.to_stage) for kind in (Allocation, Proposal)
}
"""The kinds of entry that make an award, and the stages that its money leaves and enters."""

STEPPED: dict[str, tuple[str, str]] = {
    name: (str(kind.from_stage), str(kind.to_stage))
    for name, kind in STEPS.items()
    if all(isinstance(stage, str) and stage for stage in (kind.from_stage, kind.to_stage))
}
"""The kinds of step that always move money out of the same stage into the same other."""

SELDOM = frozenset({"restates", "plan", "approved_by"})
"""Fields that few entries have: with one of these the text reads otherwise than it is written."""

BETWEEN = frozenset({"ref", "relates_to"})
"""Fields of which no column tells: a step's are handed out as they stand in its text."""


def routine_rows(session: Session) -> Iterator[Row]:
    """Yield every entry in the order of the chain, as `COLUMNS` says.

    `between` is None unless the database found text, columns, award and movements to say the same;
    then it is what the text says besides, of `BETWEEN`: nearly always nothing.
    """
    return session.stream(sql(session.dialect))


def compares_exactly(session: Session, schema: Iterable[Finding]) -> bool:
    """Say whether the database takes two texts for the same only if they are, letter by letter.

    `schema` is what `of_schema` found: a table that is declared otherwise may compare otherwise.
    """
    if session.dialect == "sqlite":
        return not any(finding.message.startswith("the table ") for finding in schema)
    return not session.rows(
        "SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_collation l ON l.oid = a.attcollation"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'"
        " AND c.relname IN ('entries', 'awards', 'movements') AND NOT l.collisdeterministic LIMIT 1"
    )


_COLUMNS = """
  e.kind, e.fund, a.source, a.fy, a.area, a.bcu, a.recipient_kind, a.purpose,
  a.number, e.recipient, e.amount_pence, m.pence, e.movements, e.dated, a.term_from, a.term_to,
  CASE WHEN e.to_stage = 'proposed' OR e.kind = 'approve' THEN e.actor
    WHEN e.kind = 'write-off' THEN e.decision END,
  e.fact, e.previous_hash, e.hash
"""
_FROM = """
 FROM entries e LEFT JOIN awards a ON a.ref = e.award
 LEFT JOIN movements m ON m.entry = e.number AND e.movements > 2
  AND m.n = CASE e.from_stage WHEN 'unallocated' THEN 1 ELSE 2 END
  AND m.pence BETWEEN -4611686018427387904 AND 4611686018427387904
"""
"""An entry, its award, and where money without a year is lent or returned, the movement of it."""

_SAME = """
  e.to_fund IS NULL AND e.cap IS NULL AND e.reverses IS NULL AND e.proposal IS NULL
  AND (e."key" IS NULL OR e."key" <> '') AND e.recipient <> ''
  AND a.fund = e.fund AND a.recipient = e.recipient AND a.number > 0
  AND a.ref = a.fund || '-' || CASE WHEN a.number < 10 THEN '000' WHEN a.number < 100 THEN '00'
    WHEN a.number < 1000 THEN '0' ELSE '' END || a.number
"""
_MOVEMENTS = """
  e.movements = CASE WHEN e.amount_pence = 0 THEN 0 WHEN m.pence IS NULL THEN 2
    WHEN e.from_stage <> 'unallocated' AND e.to_stage <> 'unallocated' THEN -1
    WHEN m.pence = e.amount_pence OR m.pence = -e.amount_pence THEN 4 ELSE 5 END
  AND e.movements = (
    SELECT COALESCE(SUM(CASE WHEN v.fund = e.fund AND v.source = a.source AND CASE
      WHEN v.n = 1 AND e.from_stage <> 'unallocated' THEN v.stage = e.from_stage
        AND v.pence = -e.amount_pence AND v.fy = a.fy AND v.award = e.award
        AND v.recipient = e.recipient AND v.area = a.area
      WHEN v.n = e.movements AND e.to_stage <> 'unallocated' THEN v.stage = e.to_stage
        AND v.pence = e.amount_pence AND v.fy = a.fy AND v.award = e.award
        AND v.recipient = e.recipient AND v.area = a.area
      ELSE v.award IS NULL AND v.recipient IS NULL AND v.area = '' AND CASE
        v.n - CASE e.from_stage WHEN 'unallocated' THEN 0 ELSE 1 END
        WHEN 1 THEN v.stage = 'unallocated' AND (CASE WHEN m.pence IS NULL
          THEN v.fy = a.fy AND v.pence = {signed} ELSE v.fy = '' AND v.pence = m.pence END)
        WHEN 2 THEN v.stage = 'authority' AND v.fy = '' AND v.pence = -m.pence
        WHEN 3 THEN v.stage = 'authority' AND v.fy = a.fy AND v.pence = m.pence
        WHEN 4 THEN v.stage = 'unallocated' AND v.fy = a.fy AND v.pence = {signed} - m.pence
      END END THEN 1 ELSE 100 END), 0) FROM movements v WHERE v.entry = e.number)
""".format(
    signed="CASE e.from_stage WHEN 'unallocated' THEN -e.amount_pence ELSE e.amount_pence END"
)
"""Each movement is the one that the entry comes to, and there are as many: see `AwardEntry`."""


def sql(dialect: str) -> str:
    """Return the query."""
    made = _kinds(MADE)
    begins, ends = before(dialect), after(dialect)
    return f"""
SELECT e.number, CASE WHEN e.amount_pence BETWEEN 0 AND 4611686018427387903 THEN CASE
  WHEN {_SAME} AND CASE
    WHEN {made} THEN a.entry = e.number WHEN {_kinds(STEPPED)} THEN a.entry < e.number END
    AND {_MOVEMENTS}
  THEN CASE
    WHEN e.fact = {begins} || {ends} THEN ''
    WHEN {made} THEN NULL
    WHEN length(e.fact) > length({begins}) + length({ends})
      AND substr(e.fact, 1, length({begins})) = {begins}
      AND substr(e.fact, length(e.fact) - length({ends}) + 1) = {ends}
    THEN substr(e.fact, length({begins}) + 1,
      length(e.fact) - length({begins}) - length({ends})) END
  END END, {_COLUMNS}{_FROM} ORDER BY e.number"""


def _kinds(stages: dict[str, tuple[str, str]]) -> str:
    """Return the condition that an entry is of one of these kinds, and of its stages."""
    cases = "".join(
        f" WHEN '{kind}' THEN '{leaves}|{enters}'" for kind, (leaves, enters) in stages.items()
    )
    return f"e.from_stage || '|' || e.to_stage = CASE e.kind{cases} END"


def before(dialect: str) -> str:
    """Return the expression of an entry's text before `BETWEEN`, its fields in order."""
    quoted = _quoted(dialect)
    return " || ".join(
        [
            f"""'{{"actor":' || {quoted("e.actor")} || ',"amount_pence":' || e.amount_pence""",
            _given("area", "a.area", quoted("a.area")),
            f"""',"award":' || {quoted("e.award")}""",
            _given("bcu", "a.bcu", quoted("a.bcu")),
            _day("dated", "e.dated"),
            _given("decision", "e.decision", quoted("e.decision")),
            f"""',"fund":' || {quoted("e.fund")}""",
            _given("fy", "a.fy", quoted("a.fy")),
            f"""CASE WHEN e."key" IS NULL THEN '' ELSE ',"key":' || {quoted('e."key"')} END""",
            """',"kind":"' || e.kind || '","number":' || e.number""",
            _given("purpose", "a.purpose", quoted("a.purpose")),
            _given("reason", "e.reason", quoted("e.reason")),
            f"""',"recipient":' || {quoted("e.recipient")}""",
            f"""',"recipient_kind":' || {quoted("a.recipient_kind")}""",
            f"""',"recorded_at":' || {quoted("e.recorded_at")}""",
        ]
    )


def after(dialect: str) -> str:
    """Return the expression of the rest: of a new award also its term and title."""
    quoted = _quoted(dialect)
    of_award = " || ".join(
        [
            _day("term_from", "a.term_from"),
            _day("term_to", "a.term_to"),
            _given("title", "a.title", quoted("a.title")),
        ]
    )
    return " || ".join(
        [
            _given("source", "a.source", quoted("a.source")),
            f"CASE WHEN a.entry = e.number THEN {of_award} ELSE '' END",
            """CASE WHEN m.pence IS NULL THEN '' ELSE ',"unassigned_pence":' ||"""
            " CASE e.from_stage WHEN 'unallocated' THEN -m.pence ELSE m.pence END END",
            "'}'",
        ]
    )


def _quoted(dialect: str) -> Callable[[str], str]:
    """Return how a text is quoted as JSON does: both databases write it as Python's json."""
    written = "json_quote({})" if dialect == "sqlite" else "to_json({})::text"
    return written.format


def _given(name: str, column: str, quoted: str) -> str:
    return f"""CASE {column} WHEN '' THEN '' ELSE ',"{name}":' || {quoted} END"""


def _day(name: str, column: str) -> str:
    """Return the expression of a day, which holds no quotes: whoever reads it makes sure."""
    return f"""CASE WHEN {column} IS NULL THEN '' ELSE ',"{name}":"' || {column} || '"' END"""
