"""The chain: each entry's fact as exact text, and the hash that ties it to the entry before.

`hash = SHA-256(previous hash + fact)`. The text that was hashed is kept, so that no new field and
no library's way of writing JSON can ever break an old link.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

from vru_ledger.domain.entries import ENTRIES, Entry, Registration
from vru_ledger.domain.register import RECORDS, Record
from vru_ledger.domain.value import Value

GENESIS = "0" * 64
"""What stands before the first entry."""

_RECORD_OF = {record.TABLE: record for record in RECORDS}


def fact_of(entry: Entry, number: int, actor: str, recorded_at: str) -> str:
    """Write an entry as the text that is hashed: JSON, keys sorted, nothing that was not given."""
    told = _given(entry)
    told["kind"] = entry.KIND
    told["number"] = number
    told["actor"] = actor
    told["recorded_at"] = recorded_at
    return _encoder()(told)


def written(name: str, value: str) -> str:
    """Write one field as it stands in the text of an entry that has it: '"ref":"BACS-1"'."""
    return _encoder()({name: value})[1:-1]


@cache
def _encoder() -> Callable[[dict[str, Any]], str]:
    """Return how facts are written; who only reads reports does not pay for JSON."""
    import json

    return json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def read_fact(fact: str) -> Entry:
    """Read back an entry from the text that was hashed. Raises ValueError if it is not one."""
    import json

    try:
        return entry_of(json.loads(fact))
    except RecursionError:
        raise ValueError("its fact is nested too deeply") from None


def link(previous_hash: str, fact: str) -> str:
    """Return the hash that ties `fact` to the entry before it."""
    hashed: str = sha256()((previous_hash + fact).encode()).hexdigest()
    return hashed


@cache
def sha256() -> Callable[..., Any]:
    """Return SHA-256 as Python has it built in, or OpenSSL's where that is loaded already.

    Loading OpenSSL costs a third of a bare start of Python, and hashing one entry is nothing;
    `check`, which hashes them all, imports hashlib first.
    """
    if "hashlib" not in sys.modules:
        for name in ("_sha2", "_sha256"):
            try:
                builtin: Callable[..., Any] = import_module(name).sha256
            except ImportError:
                continue
            return builtin
    import hashlib

    return hashlib.sha256


def kind_called(name: str) -> type[Any] | None:
    """Return the kind of entry that the ledger knows by this name, None if there is none."""
    if name in ENTRIES:
        return ENTRIES[name]
    from vru_ledger.domain.authority import AUTHORITY_ENTRIES
    from vru_ledger.domain.overrides import OVERRIDES
    from vru_ledger.domain.points import MARKERS
    from vru_ledger.domain.profiles import PLANS
    from vru_ledger.domain.steps import STEPS

    others = (STEPS, AUTHORITY_ENTRIES, PLANS, OVERRIDES, MARKERS)
    return next((kinds[name] for kinds in others if name in kinds), None)


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds of entry."""
    from vru_ledger.domain.authority import AUTHORITY_ENTRIES
    from vru_ledger.domain.overrides import OVERRIDES
    from vru_ledger.domain.points import MARKERS
    from vru_ledger.domain.profiles import PLANS
    from vru_ledger.domain.steps import STEPS

    return (*ENTRIES, *STEPS, *AUTHORITY_ENTRIES, *PLANS, *OVERRIDES, *MARKERS)


def entry_of(told: dict[str, Any]) -> Entry:
    """Read back an entry from its decoded fact. Raises ValueError if it is not one."""
    named = told.get("kind", "") if isinstance(told, dict) else None
    kind: Any = kind_called(named) if isinstance(named, str) else None
    if kind is None:
        raise ValueError(f"its kind is {named!r}, which this program does not know")
    given = {name: value for name, value in told.items() if name not in _ENVELOPE}
    try:
        _of_their_types(kind, given)
        for name in _dates(kind):
            if name in given:
                given[name] = date.fromisoformat(given[name])
        if kind is Registration:
            given["records"] = tuple(_record_of(record) for record in given["records"])
        elif "per" in given:
            given["per"] = tuple(str(name) for name in given["per"])
        elif "instalments" in given:
            given["instalments"] = tuple(_instalment_of(one) for one in given["instalments"])
        entry: Entry = kind(**given)
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError(f"its fact is not that of a {kind.KIND} entry: {problem}") from None
    return entry


_ENVELOPE = frozenset({"kind", "number", "actor", "recorded_at"})


_JSON_TYPES: dict[Any, type] = {
    **{"str": str, "bool": bool, "date | None": str},
    **{"int": int, "int | None": int, "Pence": int},
    **{"tuple[str, ...]": list, "tuple[Record, ...]": list, "tuple[Instalment, ...]": list},
}


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field, kind.DEFAULTS.get(field)) for field in kind.FIELDS)


@cache
def _dates(kind: Any) -> tuple[str, ...]:
    return tuple(field for field, held in kind.FIELDS.items() if held == "date | None")


@cache
def _types(kind: Any) -> dict[str, type]:
    return {field: _JSON_TYPES[held] for field, held in kind.FIELDS.items()}


def _of_their_types(kind: Any, given: dict[str, Any]) -> None:
    """Raise TypeError or KeyError unless each value is of its field's type, to the letter."""
    types = _types(kind)
    for name, value in given.items():
        if type(value) is not types[name]:
            raise TypeError(f"{name} is {value!r}")


def _given(thing: Value) -> dict[str, Any]:
    """Return what was given: every field that differs from its default, in JSON's own types."""
    given: dict[str, Any] = {}
    for (name, default), value in zip(_defaults(type(thing)), thing, strict=True):
        if value == default and type(value) is type(default):
            continue
        if isinstance(value, date):
            given[name] = value.isoformat()
        elif name == "records":
            given[name] = [{"table": record.TABLE, **_given(record)} for record in value]
        elif name == "instalments":
            given[name] = [_given(one) for one in value]
        else:
            given[name] = value
    return given


def _instalment_of(told: dict[str, Any]) -> Value:
    from vru_ledger.domain.profiles import Instalment

    _of_their_types(Instalment, told)
    return Instalment(**told)


def _record_of(told: dict[str, Any]) -> Record:
    record = _RECORD_OF[told["table"]]
    given = {name: value for name, value in told.items() if name != "table"}
    _of_their_types(record, given)
    for name in _dates(record):
        if name in given:
            given[name] = date.fromisoformat(given[name])
    return record(**given)
