"""How each text of a seed file is read: by the functions that the command line reads with.

A None stands where something is missing or was refused, and is reported already: it gives an
empty text, a nought or an empty list, so that the rest of the file can still be checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from vru_ledger.domain.money import parse_pounds
from vru_ledger.domain.text import parse_code, parse_name, parse_sentence, shown
from vru_ledger.domain.years import parse_date, parse_financial_year
from vru_ledger.exchange.seed_findings import folded, near

_T = TypeVar("_T")
_KIND = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_WHOLE = re.compile(r"0|[1-9]\d{0,2}(?:,\d{3}){0,3}|[1-9]\d{0,11}", re.ASCII)
_ADVICE = re.compile(r"; ((?:write|type) [^;]*)$")
_LIKE_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}", re.ASCII)


def refusal(code: str, message: str, remedy: str = "") -> PydanticCustomError:
    """Make the error that pydantic collects, with a code of ours."""
    remedy = remedy or _REMEDIES.get(code, "")
    return PydanticCustomError(code, "{message}", {"message": message, "remedy": remedy})


_REMEDIES = {
    "seed-bad-amount": "write an amount like £750,000, 750k or 0.75m",
    "seed-bad-code": "write a code like MYENDS-EACH",
    "seed-bad-flag": "write true or false",
    "seed-bad-kind": "write a kind like community-organisation",
    "seed-bad-limit": "write it as the measure is written: £750,000, 8, 12.5% or 2023-03-31",
    "seed-bad-number": "write it in digits: 8 or 2,500",
    "seed-bad-text": "shorten it",
    "seed-bad-tolerance": "write it in the measure's unit, a tolerance_share as a percentage",
    "seed-bad-year": "write it like 2022/23",
    "seed-impossible-date": "write a day of the calendar, like 2023-03-31",
    "seed-text-unsafe": "delete it and type the words around it again by hand",
    "seed-wrong-type": "look at the spaces at the start of the line, and at colons",
}
"""What to do, where what was refused does not say it."""


def what_is(value: Any) -> str:
    """Say in a person's words what stands somewhere."""
    if isinstance(value, dict):
        return "a group of keys"
    return "a list" if isinstance(value, list) else "a text"


def reader(
    parse: Callable[[str], _T], code: str | Callable[[str], str], otherwise: _T
) -> Callable[[Any], Any]:
    """Return what reads a text with `parse`, its ValueError becoming a finding with `code`.

    What could not be read before (None) is `otherwise`.
    """

    def read(value: Any) -> Any:
        if value is None:
            return otherwise
        if not isinstance(value, str):
            raise refusal("seed-wrong-type", f"this must be a text, and is {what_is(value)}")
        if not value.strip():
            raise refusal(
                "seed-empty-value", "there is nothing here", "write a value, or take the key out"
            )
        try:
            return parse(value)
        except PydanticCustomError:
            raise
        except ValueError as problem:
            said = str(problem)
            # What to do is the end of the sentence, where a domain function says it.
            advice = _ADVICE.search(said)
            raise refusal(
                code if isinstance(code, str) else code(value),
                said[: advice.start()] if advice else said,
                advice[1] if advice else "",
            ) from None

    return read


def _reads(
    parse: Callable[[str], _T], code: str | Callable[[str], str], otherwise: _T
) -> BeforeValidator:
    return BeforeValidator(reader(parse, code, otherwise))


def lists(value: Any) -> Any:
    """Pass on a list, and nothing else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise refusal(
            "seed-wrong-type",
            f"this must be a list, and is {what_is(value)}",
            "write each on a line of its own that begins with -, or all in [ ]",
        )
    return value


def groups(value: Any) -> Any:
    """Pass on a group of keys, and nothing else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise refusal("seed-wrong-type", f"this must be a group of keys, and is {what_is(value)}")
    return value


def _one_line(text: str) -> str:
    """Read a sentence that may run over several lines of the file."""
    return parse_sentence(text.replace("\n", " "))


def whole(text: str) -> int:
    """Read a whole number, 0 or more: '8', '2,500'. Raises ValueError."""
    typed = text.strip(" ")
    if not _WHOLE.fullmatch(typed):
        raise ValueError(f"{shown(typed[:40])!r} is not a whole number like 8 or 2,500")
    return int(typed.replace(",", ""))


def _counted(text: str) -> int:
    if not (number := whole(text)):
        raise ValueError("0 is too small: this counts from 1")
    return number


def _kind(text: str) -> str:
    typed = text.strip(" ")
    if not _KIND.fullmatch(typed):
        raise ValueError(
            f"{shown(typed[:40])!r} is not a kind: small letters, digits and hyphens, "
            "like community-organisation"
        )
    return typed


def _flag(text: str) -> bool:
    typed = text.strip(" ").lower()
    if typed not in ("true", "false"):
        raise ValueError(f"{shown(typed[:40])!r} is not true or false")
    return typed == "true"


def one_of(what: str, known: tuple[str, ...], code: str, otherwise: str) -> BeforeValidator:
    """Read one of a few words, and say what was meant if it is nearly one of them."""

    def parse(text: str) -> str:
        typed = " ".join(text.split()).lower()
        if typed not in known:
            said = near(typed, folded(known), f"it can be {'; '.join(known)}")
            raise refusal(code, f"{shown(typed[:40])!r} is not {what}", said)
        return typed

    return _reads(parse, code, otherwise)


def _text_code(text: str) -> str:
    return "seed-bad-text" if shown(text) == text else "seed-text-unsafe"


def _sentence_code(text: str) -> str:
    return _text_code(text.replace("\n", " "))


def _date_code(text: str) -> str:
    like = _LIKE_A_DATE.fullmatch(text.strip(" "))
    return "seed-impossible-date" if like else "seed-bad-date"


Code = Annotated[str, _reads(parse_code, "seed-bad-code", "")]
Name = Annotated[str, _reads(parse_name, _text_code, "")]
Sentence = Annotated[str, _reads(_one_line, _sentence_code, "")]
Amount = Annotated[int, _reads(parse_pounds, "seed-bad-amount", 0)]
Whole = Annotated[int, _reads(whole, "seed-bad-number", 0)]
Counted = Annotated[int, _reads(_counted, "seed-bad-number", 0)]
Day = Annotated[date | None, _reads(parse_date, _date_code, None)]
Year = Annotated[str, _reads(parse_financial_year, "seed-bad-year", "")]
Kind = Annotated[str, _reads(_kind, "seed-bad-kind", "")]
Flag = Annotated[bool, _reads(_flag, "seed-bad-flag", False)]
Counts = Annotated[dict[str, Whole], BeforeValidator(groups)]
Item = TypeVar("Item")
Items = Annotated[list[Item], BeforeValidator(lists)]
