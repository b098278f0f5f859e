"""Rows of every type of field there is, plain and hostile, for the tests of ways of showing."""

import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from vru_ledger import render
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.share import Share
from vru_ledger.domain.value import Value

HOSTILE = {
    "markup": "[red]x[/] [/] [link=https://example.org]y[/link] :smile:",
    "escape": "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "c1": "\x9b31mred",
    "override": "abc\u202ecod.exe\u2066",
    "lines": "one\ntwo\rthree\tfour",
    "formula": "=1+1",
    "wide formula": "\u3000\uff1dcmd|' /C calc'!A0",
    "pipe": "a|b \\| c",
    "markdown": "**bold** <script>alert(1)</script> [x](y) `code` &lt;",
    "hash": "# not a footer",
    "quotes": '"it\'s", she said',
    "surrogate": "a\ud800b",
    "wide": "東京都" * 9,
    "long": "x" * 300,
    "empty": "",
}
STEERING = set(map(chr, [*range(32), *range(0x7F, 0xA0), *range(0x202A, 0x202F), 0x2066, 0xD800]))


NO_LIMIT = Quantity(0, "pence")


class Row(Value):
    """One field of every type."""

    TOLD: ClassVar[Mapping[str, Any]] = {
        "code": {"heading": "area code", "absent": "none"},
        "value": {"about": "approximate"},
        "approximate": {"machine_only": True},
        "hash": {"brief": 6},
    }

    name: str
    code: str | None = None
    amount: Pence = Pence(0)
    unpublished: Pence | None = None
    limit: Quantity = NO_LIMIT
    left: Quantity | None = None
    used: Share | None = None
    number: int = 0
    value: int = 0
    approximate: bool = False
    dated: date | None = None
    hash: str = ""


SHOWN = tuple(Row.FIELDS)


def row(name: str = "Newham", pence: int = 75_000_000, **more: Any) -> Row:
    return Row(name=name, amount=Pence(pence), **more)


def answer(rows: Iterable[Row], **more: Any) -> Answer:
    told: dict[str, Any] = {
        "name": "sample",
        "title": "A sample",
        "row_type": Row,
        "rows": rows,
        "shown": SHOWN,
        "drop_first": ("code", "left", "limit", "number"),
        "notes": ["a note"],
    }
    return Answer(**{**told, **more})


def rendered(way: str, asked: Answer, *, width: int = 100, colour: bool = False) -> str:
    out = io.StringIO()
    render.renderer(way).render(asked, out, width=width, colour=colour)
    return out.getvalue()


def rendered_bytes(way: str, asked: Answer) -> bytes:
    out = io.BytesIO()
    render.renderer(way).render(asked, out, width=100, colour=False)
    return out.getvalue()


FULL = (
    row(used=Share(1000), limit=Quantity(75_000_000, "pence"), left=Quantity(0, "pence")),
    row(
        "Croydon",
        1,
        code="E1",
        unpublished=Pence(5),
        limit=Quantity(8, "recipients"),
        left=Quantity(3, "recipients"),
        used=Share(125),
        number=1234,
        value=800,
        approximate=True,
        dated=date(2022, 3, 31),
        hash="0123456789abcdef",
    ),
    row("Brent", 0, limit=Quantity(20230331, "day"), used=Share(0)),
)
