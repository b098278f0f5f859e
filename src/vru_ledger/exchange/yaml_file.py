"""YAML that people edit, read with care: plain text values, each with its place.

No tags, no anchors, no merge keys, no second document, no key twice, and at most 20 levels; each
of these is a problem with its place. Nothing is read as a number, a date or a truth value, so
that `0777`, `1:30` and `no` stay what somebody typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from vru_ledger.domain.text import shown

DEEPEST = 20
"""How many lists and groups may lie in one another."""

Value = str | list["Value"] | dict[str, "Value"] | None
"""What a file holds; None stands where something could not be read and is reported."""

Path = tuple[str | int, ...]
"""Keys and positions (from 0) that lead to a value: ('funds', 0, 'caps', 2, 'limit')."""


class Place(NamedTuple):
    """Where something begins in a file; both counted from 1, columns in characters."""

    line: int
    column: int


START = Place(1, 1)


class Problem(NamedTuple):
    """One thing that may not stand in the file: `code` is stable, `value` safe to show."""

    code: str
    message: str
    remedy: str
    place: Place
    value: str = ""


@dataclass(slots=True)
class Tree:
    """What a file holds, and where: `places` of values, `keys` of the keys that lead to them.

    `complete` is false when reading had to stop before the end, so that what is missing from
    `value` may stand in the file all the same.
    """

    value: Value = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True

    def value_at(self, path: Path) -> Value:
        """Return what stands at `path`, None if nothing does."""
        value = self.value
        for step in path:
            if isinstance(value, dict) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value


def read_yaml(text: str) -> Tree:
    """Read one YAML document. Whatever is wrong is in its `problems`; nothing is raised.

    A syntax error ends the reading, so only the first of those is found.
    """
    tree = Tree()
    readable = "\n".join(_without_unsafe(text.removeprefix("\ufeff"), tree.problems))
    reading = _Reading(tree)
    try:
        for event in yaml.parse(readable, Loader=_PARSER):
            if not reading.take(event):
                break
    except yaml.MarkedYAMLError as problem:
        tree.complete = False
        tree.problems.append(_syntax(problem, len(readable.rstrip())))
    except yaml.YAMLError:
        tree.complete = False
        tree.problems.append(Problem("yaml-syntax", "this is not YAML", _GENERAL, START))
    if tree.complete and tree.value is None and not tree.problems:
        tree.problems.append(
            Problem("yaml-empty", "there is nothing in this file", "write something", START)
        )
    return tree


# The parser written in C reads 256 kB in a tenth of a second, the one in Python in five.
_PARSER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_LINE_END = re.compile(r"\r\n|\r|\n")


def _without_unsafe(text: str, problems: list[Problem]) -> Iterator[str]:
    """Yield the lines, with a mark in place of each character that cannot be seen or steers.

    The marks keep every column as it is; and the parser never meets what it would count as the
    end of a line and editors would not.
    """
    for number, line in enumerate(_LINE_END.split(text), 1):
        if line.isascii() and line.isprintable():
            yield line
            continue
        kept = list(line)
        for index, character in enumerate(line):
            if character == "\t" or not _is_unsafe(character):
                continue
            kept[index] = "\ufffd"
            name = f"U+{ord(character):04X}"
            problems.append(
                Problem(
                    "text-unsafe",
                    f"{name} cannot be seen or steers the terminal",
                    "delete it and type the words around it again by hand",
                    Place(number, index + 1),
                    name,
                )
            )
        yield "".join(kept)


def _is_unsafe(character: str) -> bool:
    # The last two code points of a plane are no characters, and YAML's readers stop at them.
    return ord(character) & 0xFFFE == 0xFFFE or shown(character) != character


_GENERAL = "look at the line and the one before it: spaces at the start, colons and quotes"
_REMEDIES = (
    (
        "cannot start any token",
        "use spaces, not tabs; put text that begins with @ or ` in quotes",
    ),
    ("mapping values are not allowed", "put text that has a colon and a space in it in quotes"),
    ("block sequence entries", "begin the list on a line of its own"),
    ("expected key", "begin this line in the same column as the lines it belongs with"),
    ("expected '-'", "begin this line in the same column as the lines it belongs with"),
    ("expected ',' or", "close the bracket, or put a comma between what is in it"),
    ("expected node content", "close the bracket, or write what is missing"),
    ("unexpected end of stream", "close the quotes"),
    ("expected ':'", "write a key, a colon and a space"),
    ("document start", "indent this line with what it belongs to"),
)


def _syntax(problem: yaml.MarkedYAMLError, end: int) -> Problem:
    """Return a parser's complaint with its place and what to do about it.

    What is still open at the `end` is found where it was opened.
    """
    mark, opened = problem.problem_mark, problem.context_mark
    if mark is None or (opened is not None and mark.index >= end):
        mark = opened
    said = shown(problem.problem or "it breaks off")[:120]
    remedy = next((remedy for part, remedy in _REMEDIES if part in said), _GENERAL)
    place = Place(mark.line + 1, mark.column + 1) if mark else START
    return Problem("yaml-syntax", f"this is not YAML: {said}", remedy, place)


@dataclass(slots=True)
class _Level:
    """A list or group that is being read; `key` is the one whose value comes next."""

    value: list[Value] | dict[str, Value]
    path: Path
    key: str | None = None
    refused: bool = False


class _Reading:
    """Takes the parser's events one by one and builds the document; never calls itself."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.levels: list[_Level] = []
        self.skipping = 0
        self.documents = 0

    def take(self, event: yaml.Event) -> bool:
        """Take one event. Returns false if reading must stop."""
        mark = event.start_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else START
        if isinstance(event, yaml.DocumentStartEvent):
            return self._begin(event, place)
        if isinstance(event, yaml.NodeEvent):
            self._refuse_decoration(event, place)
        if isinstance(event, yaml.CollectionStartEvent):
            return self._open(event, place)
        if isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.ScalarEvent):
            self._put_scalar(event, place)
        elif isinstance(event, yaml.AliasEvent):
            self._put(None, place)
        return True

    def _problem(self, code: str, message: str, remedy: str, place: Place, value: str = "") -> None:
        self.tree.problems.append(Problem(code, message, remedy, place, value))

    def _begin(self, event: yaml.DocumentStartEvent, place: Place) -> bool:
        self.documents += 1
        if self.documents > 1:
            self._problem(
                "yaml-documents",
                "a second document begins here; a file has one",
                "take out the line --- and what follows, or put it in another file",
                place,
            )
            return False
        if event.tags:
            self._problem("yaml-tag", "a %TAG line is not read here", "take the line out", place)
        return True

    def _refuse_decoration(self, event: yaml.NodeEvent, place: Place) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._problem(
                "yaml-alias",
                "a reference (*name) is not read here",
                "write out what it stands for; in quotes if it is text that begins with *",
                place,
            )
            return
        if event.anchor is not None:
            self._problem(
                "yaml-alias",
                "an anchor (&name) is not read here",
                "take it out; put text that begins with & in quotes",
                place,
            )
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._problem(
                "yaml-tag",
                "a tag (!name) is not read here: everything is plain text",
                "take it out; put text that begins with ! in quotes",
                place,
            )

    def _open(self, event: yaml.CollectionStartEvent, place: Place) -> bool:
        if len(self.levels) + self.skipping >= DEEPEST:
            self._problem(
                "yaml-depth",
                f"this lies more than {DEEPEST} levels deep; reading stops here",
                "check brackets and the spaces at the start of the line",
                place,
            )
            self.tree.complete = False
            return False
        if self.skipping:
            self.skipping += 1
            return True
        value: list[Value] | dict[str, Value] = (
            [] if isinstance(event, yaml.SequenceStartEvent) else {}
        )
        if self._is_key_next():
            self._problem(
                "yaml-key", "a key must be a word, not a list or a group", "write a word", place
            )
            self.levels[-1].key, self.levels[-1].refused = "", True
            self.skipping = 1
        elif self.levels and self.levels[-1].refused:
            self.levels[-1].key, self.levels[-1].refused = None, False
            self.skipping = 1
        else:
            self.levels.append(_Level(value, self._put(value, place)))
        return True

    def _close(self) -> None:
        if self.skipping:
            self.skipping -= 1
        else:
            self.levels.pop()

    def _put_scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        if self.skipping:
            return
        if self._is_key_next():
            self._name(event.value, place, plain=not event.style)
        else:
            self._put(event.value, place)

    def _is_key_next(self) -> bool:
        return (
            not self.skipping
            and bool(self.levels)
            and isinstance(self.levels[-1].value, dict)
            and self.levels[-1].key is None
        )

    def _name(self, key: str, place: Place, *, plain: bool) -> None:
        """Take a key; the value of one that may not stand here is read over."""
        level = self.levels[-1]
        level.key, level.refused = key, False
        path = (*level.path, key)
        said = shown(key[:60])
        if key == "<<" and plain:
            self._problem(
                "yaml-merge", "a merge (<<) is not read here", "write out the keys", place
            )
            level.refused = True
        elif path in self.tree.keys:
            first = self.tree.keys[path].line
            self._problem(
                "yaml-duplicate-key",
                f"{said!r} stands here a second time; the first is on line {first}",
                "keep one of the two",
                place,
                said,
            )
            level.refused = True
        else:
            self.tree.keys[path] = place

    def _put(self, value: Value, place: Place) -> Path:
        """Put a value where it belongs, and return its path."""
        if self.skipping:
            return ()
        if not self.levels:
            self.tree.value = value
            self.tree.places[()] = place
            return ()
        level = self.levels[-1]
        if isinstance(level.value, list):
            path: Path = (*level.path, len(level.value))
            level.value.append(value)
        elif level.key is None:
            # Only a reference comes here: one that stands where a key should.
            level.key, level.refused = "", True
            return ()
        else:
            path = (*level.path, level.key)
            key, refused = level.key, level.refused
            level.key, level.refused = None, False
            if refused:
                return path
            level.value[key] = value
        self.tree.places[path] = place
        return path
