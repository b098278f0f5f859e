"""What a page or a workbook says of itself: its title, who publishes it, and where it is from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vru_ledger.domain.answer import Answer
from vru_ledger.render.columns import for_people, safe

PUBLISHER = "Violence Reduction Unit, London"

_LONGEST_TITLE = 70
"""More is cut by browsers and search engines."""


def dated(meta: Mapping[str, Any]) -> str:
    """Say which day figures are of: as of a day, or the entry that was the newest and its day."""
    said = [f"as of {meta['as_of']}"] if meta.get("as_of") else []
    if meta.get("entry") is not None:
        day = str(meta.get("recorded_at") or "")[:10]
        said.append(f"at entry {meta['entry']}{f' of {day}' if day else ''}")
    return ", ".join(said)


def full_title(title: str, meta: Mapping[str, Any]) -> str:
    """Name the report, its day and its publisher: what a browser's tab and a list of files show."""
    day = f"as of {meta['as_of']}" if meta.get("as_of") else str(meta.get("recorded_at") or "")[:10]
    after = "".join(f" – {part}" for part in (day, PUBLISHER) if part)
    room = _LONGEST_TITLE - len(after)
    name = safe(title).split(": ")[0]
    return (name if len(name) <= room else f"{name[: room - 1].rstrip()}…") + after


def origin(meta: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where figures are from, each fact with its name, as far as it is known."""
    yield "Published by", PUBLISHER
    if day := dated(meta):
        yield "Figures", day
    if meta.get("filters"):
        told = ", ".join(f"{name} {value}" for name, value in meta["filters"].items())
        yield "Only", safe(told)
    if meta.get("ledger_head"):
        yield "Ledger head", str(meta["ledger_head"])
    if meta.get("made_by"):
        yield "Made by", safe(str(meta["made_by"]))


def meanings(answer: Answer) -> list[tuple[str, str]]:
    """Return what each measure shown means, by its heading."""
    headings = {column.name: column.heading for column in for_people(answer)}
    return [
        (headings[name], safe(told)) for name, told in answer.measures.items() if name in headings
    ]
