"""Pictures for slides and mails: what as_svg draws, as PNG, by resvg (the extra [png])."""

from __future__ import annotations

from typing import BinaryIO

from vru_ledger.domain.answer import Answer
from vru_ledger.errors import FormatMissing, to_install
from vru_ledger.render.as_svg import FONT, standing_alone

SUFFIXES = ("png",)
BINARY = True

_ZOOM = 2.0
"""Dots for each pixel, so that print and good screens are sharp."""

_LETTERS = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="30">'
    '<g {}><text y="20">{}</text></g></svg>'
)


def render(answer: Answer, out: BinaryIO, *, width: int, colour: bool) -> None:
    """Write the picture of an answer. Raises FormatMissing without resvg, or without any font."""
    drawn = standing_alone(answer)
    try:
        from resvg_py import svg_to_bytes
    except ModuleNotFoundError:
        raise FormatMissing(
            "a PNG picture needs resvg, which is not installed",
            f"{to_install('resvg_py')}, or -o FILE.svg",
        ) from None
    with_text, without = (_LETTERS.format(FONT, text) for text in ("£", ""))
    if svg_to_bytes(svg_string=with_text) == svg_to_bytes(svg_string=without):
        raise FormatMissing(
            "this computer has no font, and a picture without its figures would mislead",
            "install one (on Debian: apt-get install fonts-dejavu-core), or -o FILE.svg",
        )
    out.write(bytes(svg_to_bytes(svg_string=drawn, zoom=_ZOOM)))
