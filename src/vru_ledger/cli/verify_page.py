"""A page that somebody kept, written again whole: every letter of it is compared."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from vru_ledger.cli.made_by import MadeBy
from vru_ledger.cli.output import shaped, with_picture
from vru_ledger.cli.report import defined
from vru_ledger.domain.answer import Answer, Pack
from vru_ledger.domain.query import Query
from vru_ledger.render import as_html
from vru_ledger.store.database import Session

_STANDING = re.compile(
    r", as of (?:the newest entry|what was known at entry \d+|"
    r"(\d{4}-\d\d-\d\d)(?:, what was known at entry \d+)?)(?: \([^()<>]{1,80}\))?</li>"
)
"""How the moment was asked for: a report that is made again is asked for its entry instead."""

_GENERATOR = re.compile(r'<meta name="generator" content="([^"<>]*)">')
_TAG = re.compile(r"<[^>]*>")


def written_by_us(page: str) -> bool:
    """Say whether a page says that this version of the program wrote it."""
    found = _GENERATOR.search(page[:20_000])
    return found is not None and found[1] == as_html.GENERATOR


def first_difference(page: str, ways: list[str]) -> str:
    """Say where a page first differs from each of several ways of writing it; '' if it is one."""
    kept = _plain(page)
    said = ""
    for way in ways:
        for number, (was, now) in enumerate(zip_longest(kept, _plain(way), fillvalue=""), start=1):
            if was != now:
                there, here = (_TAG.sub("", line).strip() for line in (was, now))
                if there == here:
                    there, here = was.strip(), now.strip()
                said = said or (
                    f"line {number} of the page: {_short(there)} in the file, "
                    f"{_short(here)} in the ledger"
                )
                break
        else:
            return ""
    return said


def of_answer(answer: Answer, units: str) -> list[str]:
    """Return a report as a page, in each way that it may have been asked for."""
    answer = _read(answer)
    drawn = with_picture(answer)
    return [_page(one, units) for one in (answer, drawn, defined(answer), defined(drawn))]


def of_pack(session: Session, asked: Query, made_by: Sequence[MadeBy]) -> list[str]:
    """Return the board pack of a moment as a page; `made_by` are its parts."""
    from vru_ledger.cli.pack import pack_of

    taken = {name: getattr(asked, name) for name in ("fund", "as_of", "known", "known_at")}
    counted_to = next((one.counted_to for one in made_by if one.counted_to), None)
    pack = pack_of(session, Query(**taken, today=counted_to))
    out = io.StringIO()
    as_html.render_pack(_shaped(pack), out)
    return [out.getvalue()]


def _shaped(pack: Pack) -> Pack:
    return pack.replace(answers=[shaped(answer, "html", "") for answer in pack.answers])


def _page(answer: Answer, units: str) -> str:
    out = io.StringIO()
    as_html.render(shaped(answer, "html", units), out, width=120, colour=False)
    return out.getvalue()


def _read(answer: Answer) -> Answer:
    """Return an answer whose rows can be read more than once."""
    more: dict[str, Any] = {
        "rows": list(answer.rows),
        "apart": [_read(one) for one in answer.apart],
    }
    if answer.charted_rows is not None:
        more["charted_rows"] = list(answer.charted_rows)
    return answer.replace(**more)


def _plain(page: str) -> list[str]:
    return _STANDING.sub(r", as of \1</li>", page.replace("\r\n", "\n")).split("\n")


def _short(text: str) -> str:
    return repr(text if len(text) <= 120 else f"{text[:120]}...") if text else "nothing"
