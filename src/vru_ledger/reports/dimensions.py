"""What figures are broken down by: how each dimension is shown, named, and put into a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from vru_ledger.domain.query import DIMENSIONS, Query
from vru_ledger.domain.register import Area, Fund, FundingSource
from vru_ledger.errors import BadInput
from vru_ledger.reports.meta import Told
from vru_ledger.store import register
from vru_ledger.store.database import Session
from vru_ledger.store.figures import Group

SHOWN_AS = {
    "fund": ("fund", "fund_name"),
    "source": ("source", "source_name"),
    "recipient": ("recipient", "recipient_name"),
    "area": ("area_name", "area"),
    "bcu": ("bcu_name", "bcu"),
    "fy": ("fy",),
    "theme": ("theme",),
}
"""The fields of a row that show a dimension, the one that is read first of all first."""

OF_AUTHORITY = ("fund", "source", "fy", "theme")
"""Dimensions that every penny of authority has, whether or not it was promised."""

_WORDS = {"fy": "year", "bcu": "command unit"}

TOLD: Told = {
    "source_name": {"absent": ""},
    "recipient_name": {"absent": ""},
    "source": {"absent": "no source given"},
    "recipient": {"absent": "no recipient given"},
    "area_name": {"absent": "no area given", "heading": "area"},
    "area": {"absent": "", "heading": "area code"},
    "bcu_name": {"absent": "no command unit given", "heading": "command unit"},
    "bcu": {"absent": "", "heading": "unit code"},
    "fy": {"absent": "no year given", "heading": "year"},
    "theme": {"absent": "no theme given"},
}
"""How rows tell these fields; None is none given, '' is not asked."""


def asked(query: Query, known: Sequence[str] = DIMENSIONS) -> tuple[str, ...]:
    """Return what a query asks to be broken down by, by fund unless told.

    Raises BadInput for a dimension that is not among the `known`.
    """
    by = tuple(dict.fromkeys(query.by)) or ("fund",)
    for name in by:
        if name in DIMENSIONS and name not in known:
            raise BadInput(
                f"these figures belong to no {in_words([name])}, and cannot be broken down by it",
                f"by any of {', '.join(known)}",
            )
        if name not in known:
            raise BadInput(
                f"figures cannot be broken down by {name[:40]!r}",
                f"by any of {', '.join(known)}: --by fund,fy",
            )
    return by


def in_words(by: Sequence[str]) -> str:
    """Name dimensions in a title: 'fund, year'."""
    return ", ".join(_WORDS.get(name, name) for name in by)


def shown(by: Sequence[str]) -> tuple[str, ...]:
    """Return the fields that show these dimensions."""
    return tuple(field for name in by for field in SHOWN_AS[name])


def levels(by: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the groups that rows come in: by each dimension, the first the outermost."""
    return [SHOWN_AS[name] for name in by]


def names(session: Session, by: Sequence[str], known_at: int | None) -> dict[str, dict[str, str]]:
    """Return names by code, for the dimensions that have them; recipients are too many to hold."""
    kinds: dict[str, Any] = {"fund": Fund, "source": FundingSource, "area": Area, "bcu": Area}
    return {
        name: {one.code: one.name for one in register.everything(session, kinds[name], known_at)}
        for name in by
        if name in kinds
    }


def fields(
    by: Sequence[str], group: Group, named: dict[str, dict[str, str]]
) -> dict[str, str | None]:
    """Return what the fields of a group's row are: codes, and names where there are any."""
    told: dict[str, str | None] = {}
    for name, code in zip(by, group.keys, strict=True):
        told[name] = code or None
        if name == "recipient":
            told["recipient_name"] = group.recipient_name or None
        elif name in named:
            told[f"{name}_name"] = named[name].get(code, code) or None
    return told
