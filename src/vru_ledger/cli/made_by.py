"""What a report says of itself: the command that gives its figures again, whatever comes later.

`vru-ledger report position --fund MYENDS --known-at 31  # entry 31, head 47acda13855e`: a shell
takes what stands behind the # for a remark, so that the whole can be pasted.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, NamedTuple

from vru_ledger.domain.answer import Answer
from vru_ledger.domain.query import Query
from vru_ledger.errors import FileUnreadable
from vru_ledger.store import ledger
from vru_ledger.store.database import Session

_HEAD = 12
"""Characters of the head: as many as reports print at their foot."""

_BEGINS = "vru-ledger report "
_OPTIONS = {"everything": "--all"}
"""Options of `report` that are not called as the field of the query is."""

_NOT_TYPED = ("known", "known_at", "today")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.,:/@")


class MadeBy(NamedTuple):
    """Which report made a file, what it was asked (as options), and where the ledger stood."""

    report: str
    options: tuple[str, ...]
    entry: int
    head: str
    counted_to: date | None


def answered(session: Session, name: str, asked: Query, units: str = "") -> Answer:
    """Return what a report says, and how to make it again. Raises BadInput, NotFound."""
    from vru_ledger import reports
    from vru_ledger.actions import resolve

    query = resolve.query(session, asked)
    return _signed(session, name, query, reports.report(name).answer(session, query), units)


def _signed(session: Session, report: str, query: Query, answer: Answer, units: str = "") -> Answer:
    """Return an answer that says how it was made: in its meta, as `made_by` and `recorded_at`."""
    entry, head = int(answer.meta["entry"]), str(answer.meta["ledger_head"])
    words = [report, *_options(query), "--known-at", str(entry)]
    if units:
        words += ["--units", units]
    made_by = f"{_BEGINS}{' '.join(_quoted(word) for word in words)}  # entry {entry}, head "
    made_by += head[:_HEAD] or "none"
    if answer.meta.get("counted_to") and not query.as_of:
        made_by += f", counted to {answer.meta['counted_to']}"
    told = {
        "made_by": made_by,
        "recorded_at": ledger.recorded_at(session, entry),
    }
    return answer.replace(meta={**answer.meta, **told})


def _options(query: Query) -> list[str]:
    """Return a query as options that `report` takes, in the order of its fields."""
    words: list[str] = []
    for field, default in Query.DEFAULTS.items():
        value = getattr(query, field)
        if field in _NOT_TYPED or value == default:
            continue
        option = _OPTIONS.get(field, f"--{field.replace('_', '-')}")
        words += [option] if value is True else [option, _text(value)]
    return words


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _quoted(word: str) -> str:
    if word and _PLAIN.issuperset(word):
        return word
    from shlex import quote

    return quote(word)


def read_made_by(text: str, file: str) -> MadeBy:
    """Read what `answered` wrote. Raises FileUnreadable for anything else."""
    import shlex

    found = re.fullmatch(
        rf"{_BEGINS}(.{{1,4000}})  # entry (\d{{1,12}}), head ([0-9a-f]{{{_HEAD}}}|none)"
        r"(?:, counted to (\d{4}-\d\d-\d\d))?",
        text,
        re.ASCII,
    )
    try:
        words = shlex.split(found[1]) if found else []
        counted_to = date.fromisoformat(found[4]) if found and found[4] else None
    except ValueError:
        words = []
    if found is None or not words:
        raise FileUnreadable(
            f"{file} does not say which report made it",
            "write one like vru-ledger report position -o position.json; as json, jsonl, csv, tsv, "
            "html or xlsx",
        )
    head = "" if found[3] == "none" else found[3]
    return MadeBy(words[0], tuple(words[1:]), int(found[2]), head, counted_to)
