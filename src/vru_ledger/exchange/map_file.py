"""Column maps as files: a few lines of YAML beside the tables that they read, or anywhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from vru_ledger.domain.findings import Finding
from vru_ledger.domain.text import parse_name, shown
from vru_ledger.errors import FileUnreadable, MapUnsound
from vru_ledger.exchange.column_map import ColumnMap
from vru_ledger.exchange.input_file import read_text
from vru_ledger.exchange.yaml_file import START, Tree, Value, read_yaml

LARGEST_BYTES = 256 * 1024
ENDING = ".map.yaml"
KEYS = ("columns", "ignore", "set", "dates", "negative", "sheet")


def found(asked: str, table: str) -> str:
    """Return the path of a map: as it is named, or NAME.map.yaml beside the table it is for.

    Raises FileUnreadable where there is none of that name.
    """
    if "/" in asked or asked.casefold().endswith((".yaml", ".yml")):
        return asked
    beside = Path(table).parent / f"{asked}{ENDING}"
    if os.path.isfile(beside):  # Of a name that is too long it says no; Path raises.
        return str(beside)
    there = sorted(path.name.removesuffix(ENDING) for path in beside.parent.glob(f"*{ENDING}"))
    hint = f"those there: {', '.join(map(shown, there[:20]))}" if there else ""
    raise FileUnreadable(
        f"there is no map {shown(asked[:60])!r} beside {shown(Path(table).name)}",
        hint or "to make one: --save-map FILE with --column, --ignore, --set, --dates",
    )


def read_map(path: str) -> ColumnMap:
    """Read a map. Raises MapUnsound with a finding for every fault, FileUnreadable."""
    name = shown(Path(path).name)
    tree = read_yaml(read_text(path, LARGEST_BYTES))
    reading = _Reading(name, tree)
    columns = reading.map()
    if reading.findings:
        raise MapUnsound(name, reading.findings)
    return columns


class _Reading:
    """One pass over a map's tree; what does not fit becomes a finding at its place."""

    def __init__(self, name: str, tree: Tree) -> None:
        self.name = name
        self.tree = tree
        self.findings = [
            Finding(
                code=problem.code.replace("yaml-", "map-"),
                message=problem.message,
                remedy=problem.remedy,
                file=name,
                line=problem.place.line,
                column=problem.place.column,
                value=problem.value,
            )
            for problem in tree.problems
        ]

    def map(self) -> ColumnMap:
        """Return what could be read."""
        told = self.tree.value
        if not isinstance(told, dict):
            if not self.findings:
                self._add((), "map-wrong-type", f"a map has the keys {', '.join(KEYS)}")
            return ColumnMap()
        for key in told:
            if key not in KEYS:
                said = f"a map has no key {shown(key[:60])!r}; its keys are {', '.join(KEYS)}"
                self._add((key,), "map-unknown-key", said)
        return ColumnMap(
            columns=dict(self._group("columns")),
            ignored=tuple(self._list("ignore")),
            constants=dict(self._group("set")),
            dates=self._text(("dates",)),
            negative=self._text(("negative",)),
            sheet=self._text(("sheet",)),
        )

    def _group(self, key: str) -> Iterator[tuple[str, str]]:
        value = self.tree.value_at((key,))
        if isinstance(value, dict):
            for ours in value:
                yield ours, self._text((key, ours), needed=True)
        elif value is not None:
            self._add((key,), "map-wrong-type", f"{key} is a group: lines like 'award: Grant no'")

    def _list(self, key: str) -> Iterator[str]:
        value = self.tree.value_at((key,))
        if isinstance(value, list):
            for index in range(len(value)):
                yield self._text((key, index), needed=True)
        elif value is not None:
            self._add((key,), "map-wrong-type", f"{key} is a list: lines that begin with '- '")

    def _text(self, path: tuple[str | int, ...], *, needed: bool = False) -> str:
        value: Value = self.tree.value_at(path)
        if value is None and not needed:
            return ""
        if not isinstance(value, str):
            self._add(path, "map-wrong-type", f"{path[-1]} is a text, and there is none")
            return ""
        try:
            return parse_name(value)
        except ValueError as problem:
            self._add(path, "map-bad-text", shown(str(problem)))
            return ""

    def _add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        at = self.tree.places.get(path) or self.tree.keys.get(path) or START
        self.findings.append(
            Finding(code=code, message=message, file=self.name, line=at.line, column=at.column)
        )


def as_yaml(columns: ColumnMap) -> str:
    """Write a map as `read_map` reads it."""
    lines = ["# How a table reads as vru-ledger's: our columns, and their headings."]
    for key, group in (("columns", columns.columns), ("set", columns.constants)):
        if group:
            lines += [f"{key}:", *(f"  {ours}: {_quoted(told)}" for ours, told in group.items())]
    if columns.ignored:
        lines += ["ignore:", *(f"  - {_quoted(theirs)}" for theirs in columns.ignored)]
    for key in ("dates", "negative", "sheet"):
        if told := getattr(columns, key):
            lines.append(f"{key}: {_quoted(told)}")
    if len(lines) == 1:
        lines.append("columns: {}")
    return "".join(f"{line}\n" for line in lines)


def _quoted(text: str) -> str:
    # What JSON writes between quotes, YAML reads.
    return json.dumps(text, ensure_ascii=False)
