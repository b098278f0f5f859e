"""Writes docs/reference from the code, or with --check says which pages are no longer true."""

import inspect
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import typer.main

from vru_ledger import caps, errors, render, reports
from vru_ledger.actions.load_seed import load_seed
from vru_ledger.caps import CapKind
from vru_ledger.cli.main import app
from vru_ledger.cli.words import WORDS
from vru_ledger.domain.query import DIMENSIONS, Query
from vru_ledger.errors import EXIT_CODE_MEANINGS, BadInput, LedgerError
from vru_ledger.exchange.seed_file import built_in_seed, read_seed
from vru_ledger.render.columns import for_programs
from vru_ledger.rules import RULES
from vru_ledger.store import sqlite
from vru_ledger.store.creation import fill_new
from vru_ledger.store.database import Session

FOLDER = Path(__file__).parents[1] / "docs" / "reference"
WIDTH = 100
MADE_BY = (
    "<!-- scripts/reference.py writes this page from the code: mend the code, then make docs. -->"
)

_TOLD_ONCE = {"--help", "--install-completion", "--show-completion"}
"""Options that every command has, and that are told once, at the top of the page."""

_SEVERITIES = {
    "stop": "an entry that would pass it is refused",
    "warn": "the entry is recorded, and a warning says by how much it passes",
    "track": "nothing is said; reports show it",
}
_UNITS = {"pence": "pounds and pence", "recipients": "recipients", "day": "days"}


def main(words: Sequence[str]) -> int:
    """Write the pages, or compare them with what would be written; return the exit code."""
    stale = []
    for name, page in pages():
        path = FOLDER / f"{name}.md"
        if path.exists() and path.read_text(encoding="utf-8") == page:
            continue
        stale.append(path.name)
        if "--check" not in words:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page, encoding="utf-8")
    if "--check" in words and stale:
        print(f"not what the code says: {', '.join(stale)}")
        return 1
    return 0


def pages() -> Iterator[tuple[str, str]]:
    """Yield each page's name and text."""
    for name, lines in (
        ("commands", commands()),
        ("caps", kinds_of_cap()),
        ("rules", rules()),
        ("reports", all_reports()),
        ("exit-codes", exit_codes()),
    ):
        yield name, "\n".join([MADE_BY, "", *lines]).rstrip("\n") + "\n"


def prose(text: str) -> Iterator[str]:
    """Yield the lines of a text that stands indented in this file, and a blank one."""
    yield from textwrap.dedent(text).strip("\n").split("\n")
    yield ""


def commands() -> Iterator[str]:
    """Yield every command with its arguments and options, as plain text."""
    group: Any = typer.main.get_command(app)
    yield from prose(
        """
        # Commands

        Every command has `--help` as well, or `-h`. To have the shell complete words, say
        `vru-ledger --install-completion` once. The options of `vru-ledger` itself stand before the
        command; those of a command, anywhere after it.
        """
    )
    yield from _help("vru-ledger", group)
    for panel, words in WORDS.items():
        yield from ("", f"## {panel}")
        for word in words:
            command = group.get_command(None, word)
            below = getattr(command, "commands", {})
            if not below:
                yield from ("", f"### vru-ledger {word}", "", *_help(f"vru-ledger {word}", command))
            for name, one in below.items():
                path = f"vru-ledger {word} {name}"
                yield from ("", f"### {path}", "", *_help(path, one))


def _help(path: str, command: Any) -> Iterator[str]:
    """Yield a command's help, without the frames that a terminal draws around it."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [
        one
        for one in command.params
        if one.param_type_name == "option" and not _TOLD_ONCE & set(one.opts)
    ]
    rest = ["[OPTIONS]"] if options else []
    rest += ["COMMAND ..."] if hasattr(command, "commands") else []
    groups = [
        [(_bare(one), _about(one)) for one in arguments],
        [(_named(one), _about(one)) for one in options],
    ]
    widest = max((len(name) for told in groups for name, _ in told), default=0)
    yield "```text"
    yield " ".join([path, *map(_in_usage, arguments), *rest])
    yield from ("", *textwrap.wrap(command.help or "", WIDTH))
    for told in filter(None, groups):
        yield ""
        for name, about in told:
            lines = textwrap.wrap(about, WIDTH - widest - 4) or [""]
            yield f"  {name.ljust(widest)}  {lines[0]}".rstrip()
            yield from (" " * (widest + 4) + line for line in lines[1:])
    yield "```"


def _bare(argument: Any) -> str:
    return re.sub(r"[\[\]]", "", argument.metavar or argument.name.upper())


def _in_usage(argument: Any) -> str:
    """Write an argument as the usage line does: in brackets where it may be left out."""
    name: str = argument.metavar or argument.name.upper()
    more = "..." if argument.nargs == -1 else ""
    if "[" in name or "]" in name or argument.required:
        return name + more
    return f"[{name}]{more}"


def _named(option: Any) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    return names if option.is_flag else f"{names} {option.metavar or 'NUMBER'}"


def _about(one: Any) -> str:
    """Say what an argument or option is, and what it is where nobody says."""
    said = [one.help or ""]
    if one.param_type_name == "option" and one.required:
        said.append("Must be given.")
    if isinstance(one.envvar, str):
        said.append(f"Or set {one.envvar}.")
    default = one.default
    if isinstance(default, float):
        said.append(f"{default:g} unless told.")
    elif default and isinstance(default, str | int) and not isinstance(default, bool):
        said.append(f"{default} unless told.")
    return " ".join(part for part in said if part)


def kinds_of_cap() -> Iterator[str]:
    """Yield each kind of cap: what it measures, how a limit is written, what it counts."""
    yield from prose(
        """
        # Kinds of cap

        A cap is what it measures, per what, of whom, and how much. It is set by an entry, from a
        seed file or with `vru-ledger cap set`, so it is dated, reasoned and chained like money.
        """
    )
    yield from _table("kind", "what it limits", "a limit is written like", "counted in")
    adds = []
    for name in caps.names():
        kind, module = caps.kind_of(name), import_module(f"vru_ledger.caps.{name}")
        said = _sentence(module).rstrip(".")
        yield f"| `{name}` | {said} | {_written(kind)} | {_UNITS[kind.UNIT]} |"
        adds.append(f"- `{name}`: {_lower(_sentence(kind.adds))}")
    yield from ("", "## What an allocation adds", "", *adds, "")
    yield from prose(
        """
        A cap of kind `end` judges the last day of an award's term: the fund's, unless `--term` says
        another. It refuses an allocation that has no term.

        ## Per what

        Without `--per` a cap counts over the whole fund. With it, each value has a count of its
        own; several are joined by commas (`--per recipient,financial-year`). What a cap counts per
        must be said: an allocation that leaves it out is refused. `award` and `end` look at each
        award by itself, whatever they count per.
        """
    )
    yield from _table("per", "an allocation has it from")
    yield from (f"| `{name}` | {_had_from(name)} |" for name in caps.PROPERTIES)
    yield ""
    yield from prose(
        """
        `--only KIND` counts recipients of that kind only: a fund can have eight of one kind and
        four of another.

        ## Severity
        """
    )
    yield from _table("severity", "what happens")
    yield from (f"| `{name}` | {_SEVERITIES[name]} |" for name in caps.SEVERITIES)
    yield ""
    yield from prose(
        """
        A fund needs a cap of kind `amount` or `share` on its whole total with severity `stop`: what
        is not limited is not allowed.

        ## Tolerance

        By how much a limit may be passed: in its own unit (`1k`, `2`), or as a percentage of it
        (`2.5%`). Past the limit and within the tolerance, an entry is recorded with a warning; past
        both it is refused. A seed file may give both, and then the lower counts.

        ## A cap that is cut

        A limit may be set below what is promised already: that records what somebody decided. The
        cap then shows as over, nothing new passes it, and what brings it back towards its limit
        always does.
        """
    )


def _written(kind: CapKind) -> str:
    """Return the examples that a kind itself gives when it cannot read a limit."""
    try:
        kind.read("?")
    except ValueError as problem:
        examples = str(problem).rpartition(" like ")[2]
        return ", ".join(f"`{one}`" for one in re.split(r", | or ", examples))
    raise AssertionError("every kind of cap refuses a question mark")


def _had_from(name: str) -> str:
    option = caps.OPTION_OF.get(name)
    instead = {
        "area": ", or its recipient's area",
        "bcu": ", or its recipient's area: the command unit that it lies in",
        "source": ", or the fund's only source",
    }
    return f"`{option}`{instead.get(name, '')}" if option else "its recipient"


def rules() -> Iterator[str]:
    """Yield every rule in the order in which they speak."""
    yield from prose(
        """
        # Rules

        What every entry must keep. They speak in this order, all of them every time: when an entry
        is written, in a preview, and again over the whole ledger in `vru-ledger check`. A refusal
        names them as `rule`.
        """
    )
    for rule in RULES:
        yield from (f"## `{rule.__name__.replace('_', '-')}`", "")
        module = import_module(rule.__module__)
        yield from (_sentence(module), "")
        told = inspect.getdoc(getattr(module, rule.__name__)) or ""
        if more := told.partition("\n\n")[2]:
            yield from (*textwrap.wrap(" ".join(more.split()), WIDTH), "")


_PROBES: dict[str, Any] = {
    "fund": "MYENDS",
    "recipient": "NET-NEWHAM",
    "area": "E09000025",
    "bcu": "BCU-NORTH-EAST",
    "source": "NATIONAL",
    "fy": "2021/22",
    "stage": "committed",
    "award": "MYENDS-0001",
    "kind": "cap",
    "since": date(2021, 4, 1),
    "until": date(2021, 4, 1),
    "as_of": date(2021, 4, 1),
    "known_at": 1,
    "periods": "quarter",
    "exceptions": True,
}
"""A value of each filter, to ask a report whether it takes that filter."""


def all_reports() -> Iterator[str]:
    """Yield every report: what it answers, what it takes, its columns and what they mean."""
    seed = read_seed(built_in_seed()).seed
    if seed is None:
        raise AssertionError("the built-in seed is sound")
    yield from prose(
        """
        # Reports

        `vru-ledger report NAME`, narrowed by filters, shown in any of the formats at the end of
        this page. A table calls a column by its heading, JSON and CSV by its name; there, money
        stands twice, in whole pence and in pounds as a decimal.
        """
    )
    database = sqlite.in_memory()
    fill_new(database, "reference", "", lambda session: load_seed(session, seed))
    with database.read() as session:
        for name in reports.names():
            yield from _report(session, name)
    database.close()
    yield from ("## Formats", "", *_table("`-f`", "what it is", "endings of `-o FILE`"))
    for name in render.names():
        module = import_module(f"vru_ledger.render.as_{name}")
        endings = ", ".join(f"`.{suffix}`" for suffix in render.renderer(name).SUFFIXES)
        yield f"| `{name}` | {_sentence(module).rstrip('.')} | {endings} |"


def _report(session: Session, name: str) -> Iterator[str]:
    report = reports.report(name)
    answer = report.answer(session, Query())
    taken = [
        f"`--{one.replace('_', '-')}`"
        for one, value in _PROBES.items()
        if _takes(session, name, **{one: value})
    ]
    by = [f"`{one}`" for one in DIMENSIONS if _takes(session, name, by=(one,))]
    taken += ["`--by`"] * bool(by)
    yield from (f"## `{name}`", "", _sentence(report), "")
    yield f"It takes {', '.join(taken)}." if taken else "It takes no filter."
    if by:
        yield f"`--by` names {'any of ' if len(by) > 2 else ''}{', '.join(by)}."
    yield from ("", *_table("column", "in JSON and CSV", "what it is"))
    for column in for_programs(answer):
        names = ", ".join(f"`{one}`" for one in column.machine_names)
        heading = "" if column.machine_only else column.heading
        yield f"| {heading} | {names} | {answer.measures.get(column.name, '')} |"
    yield ""


def _takes(session: Session, name: str, **asked: Any) -> bool:
    """Say whether a report takes a filter, by asking it."""
    try:
        reports.report(name).answer(session, Query(**asked))
    except BadInput:
        return False
    return True


def exit_codes() -> Iterator[str]:
    """Yield every exit code, and every error with its code for programs."""
    yield from ("# Exit codes", "", *_table("code", "meaning"))
    yield from (f"| `{code.value}` | {meaning} |" for code, meaning in EXIT_CODE_MEANINGS.items())
    yield ""
    yield from prose(
        """
        # Errors

        An error is one sentence on stderr, and beneath it what to do. With `-f json` it is one
        document, also on stderr. Its `code` stays the same from version to version:

        `{"error": {"code": ..., "message": ..., "hint": ...}}`

        A refusal has `reasons`, `caps`, `largest_passing_pence` and `commands` besides; a file with
        bad rows has `findings`.
        """
    )
    yield from _table("code", "exit code", "when")
    told: dict[str, type[LedgerError]] = {}
    for error in list(_below(LedgerError))[1:]:
        told.setdefault(error.code, error)  # One that is more special has the code of its base.
    for code, error in sorted(told.items(), key=lambda one: (one[1].exit_code, one[0])):
        exits = f"`{int(error.exit_code)}`"
        if error is errors.RowsRejected:
            exits += f", or `{int(errors.ExitCode.REFUSED)}` where a rule or cap refused a row"
        yield f"| `{code}` | {exits} | {_sentence(error)} |"
    yield ""
    yield from prose(
        """
        What `check` finds has codes of its own, and `check` exits with `4`. Those of a seed file
        are listed in [the seed file](seed-file.md).
        """
    )


def _below(error: type[LedgerError]) -> Iterator[type[LedgerError]]:
    """Yield an error and those made from it, the most general first."""
    yield error
    for one in error.__subclasses__():
        yield from _below(one)


def _table(*headings: str) -> tuple[str, str]:
    """Return the first two lines of a table."""
    return f"| {' | '.join(headings)} |", f"| {' | '.join('---' for _ in headings)} |"


def _sentence(thing: Any) -> str:
    """Return the first sentence of what something says of itself."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
