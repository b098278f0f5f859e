"""From a file's tree to the shape of a seed: what does not fit becomes a finding at its place."""

from __future__ import annotations

import copy
import re
from typing import Any, get_args

from pydantic import ValidationError

from vru_ledger.exchange.seed_findings import Findings, folded, near
from vru_ledger.exchange.seed_shape import Row, SeedFile, keys_of
from vru_ledger.exchange.yaml_file import Path, Tree, Value


def read_shape(tree: Tree, findings: Findings) -> SeedFile | None:
    """Read a tree as a seed; whatever does not fit goes into `findings` and reads as nothing.

    Returns None if there is so much of that, that nobody would read what else is wrong.
    """
    value = tree.value
    try:
        return SeedFile.model_validate(value)
    except ValidationError as problem:
        value = copy.deepcopy(value)
        for error in problem.errors(include_url=False, include_input=False):
            path: Path = error["loc"]
            _report(path, error["type"], error.get("ctx", {}), error["msg"], findings, tree)
            value = _without(value, path, take_out=error["type"] == "extra_forbidden")
    return None if findings.are_too_many() else SeedFile.model_validate(value)


def _report(
    path: Path, kind: str, said: dict[str, Any], otherwise: str, findings: Findings, tree: Tree
) -> None:
    """Turn one of pydantic's errors into a finding."""
    if kind == "extra_forbidden":
        _report_unknown_key(path, findings, tree)
    elif kind == "missing":
        key, row = path[-1], _row_at(path[:-1])
        remedy = f"add a line that begins with '{key}:'"
        findings.add("seed-missing-key", path, f"{row.NOUN} needs {key!r}", remedy)
    elif kind.startswith("seed-"):
        findings.add(kind, path, said["message"], said["remedy"])
    else:
        findings.add("seed-wrong-type", path, otherwise)


def _report_unknown_key(path: Path, findings: Findings, tree: Tree) -> None:
    key, row = str(path[-1]), _row_at(path[:-1])
    known = keys_of(row)
    remedy = near(key, folded(known), f"the keys are {', '.join(known)}")
    if re.fullmatch(r"\d{3}(\.\d\d)?", key) and not tree.value_at(path):
        # `{limit: £750,000}` is two keys: inside brackets a comma ends the value.
        remedy = "inside { } and [ ], put an amount with commas in quotes: '£750,000'"
    findings.add(
        "seed-unknown-key", path, f"{row.NOUN} has no key {key[:60]!r}", remedy, at_key=True
    )


def _row_at(path: Path) -> type[Row]:
    """Return the kind of group that stands at `path`."""
    row: type[Row] = SeedFile
    for step in path:
        if isinstance(step, str):
            fields = row.model_fields.items()
            row = next(
                _row_in(field.annotation) or row
                for name, field in fields
                if step in (name, field.alias)
            )
    return row


def _row_in(annotation: Any) -> type[Row] | None:
    if isinstance(annotation, type) and issubclass(annotation, Row):
        return annotation
    return next(filter(None, map(_row_in, get_args(annotation))), None)


def _without(value: Value, path: Path, *, take_out: bool) -> Value:
    """Put nothing where something was refused, so that the rest can be read; returns the whole."""
    if not path:
        return None
    at: Any = value
    for step in path[:-1]:
        at = at[step]
    if take_out:
        del at[path[-1]]
    else:
        at[path[-1]] = None
    return value
