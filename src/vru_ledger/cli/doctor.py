"""`vru-ledger doctor`: what is wrong with a ledger, what to do, and what can still be saved."""

from typing import TYPE_CHECKING, Annotated

import typer

from vru_ledger.cli.options import terminal_of
from vru_ledger.cli.progress import Progress
from vru_ledger.cli.terminal import Terminal, given, held, say_waiting
from vru_ledger.errors import BadInput, ExitCode

if TYPE_CHECKING:
    from vru_ledger.actions.salvage import Salvaged

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def doctor(
    ctx: typer.Context,
    salvage: Annotated[
        str,
        typer.Option(
            "--salvage", help="Save every entry that can be read into this new file.", metavar="NEW"
        ),
    ] = "",
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--with", help="A backup that fills what cannot be read; repeated.", metavar="FILE"
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("-f", "--format", help="text, json, github or junit.", metavar="FORMAT")
    ] = "text",
) -> None:
    """What is wrong with a ledger's file or server, and what to do; --salvage saves its entries."""
    from vru_ledger.render.findings import FORMATS

    if format_ not in FORMATS:
        raise BadInput(f"--format: {format_[:40]!r} is none of {', '.join(FORMATS)}")
    if others and not salvage:
        raise BadInput("--with fills what a salvage lacks", "say where to: --salvage NEW.db")
    if salvage:
        code = _salvage(terminal_of(ctx), salvage, others or [], format_)
    else:
        code = _examine(terminal_of(ctx), format_)
    if code:
        raise typer.Exit(int(code))


def _examine(terminal: Terminal, format_: str) -> ExitCode:
    from vru_ledger.actions.doctor import doctor as action
    from vru_ledger.cli.suggestions import hint_pasted
    from vru_ledger.render.findings import FORMATS

    with Progress() as bar:
        found = action(
            terminal.place,
            wait=terminal.wait,
            today=terminal.today(),
            on_wait=say_waiting,
            on_entries=bar.entries if bar else None,
        )
    place = terminal.shown_place()
    counted = _counted([one.severity for one in found.findings])
    if not found.usable:
        verdict = f"{counted}: {place} cannot be used"
    else:
        verdict = f"{counted or 'well'}: {place}: {found.entries:,} entries, head {found.hash}"
    told = {
        "schema": "vru-ledger/doctor/1",
        "what": place,
        "usable": found.usable,
        "entries": found.entries,
        "ledger_head": found.hash or None,
        "verdict": verdict,
    }
    findings = [one.replace(remedy=hint_pasted(one.remedy, given)) for one in found.findings]
    held.write(FORMATS[format_](findings, told))
    if not found.usable:
        return ExitCode.UNUSABLE
    return ExitCode.FOUND if found.findings else ExitCode.DONE


def _counted(severities: list[str]) -> str:
    parts = []
    for severity in ("error", "warning"):
        if count := severities.count(severity):
            parts.append(f"{count:,} {severity}{'s' * (count != 1)}")
    return ", ".join(parts)


def _salvage(terminal: Terminal, new: str, others: list[str], format_: str) -> ExitCode:
    from vru_ledger.actions.salvage import salvage as action
    from vru_ledger.render.findings import FORMATS

    with Progress() as bar:
        done = action(
            terminal.place,
            new,
            others=others,
            actor=terminal.actor(),
            recorded_at=terminal.recorded_at(),
            on_share=bar.copied if bar else None,
        )
    told = {
        "schema": "vru-ledger/salvage/1",
        "what": new,
        "from": terminal.shown_place(),
        "entries": done.number,
        "ledger_head": done.hash,
        "newest_known": done.newest,
        "newest_certain": done.certain,
        "gaps": [list(gap) for gap in done.gaps],
        "beyond": done.beyond,
        "beyond_file": done.beyond_file or None,
        "from_others": done.from_others,
        "verdict": "\n".join(_said(terminal.shown_place(), new, done)),
    }
    held.write(FORMATS[format_](done.findings, told))
    return ExitCode.DONE if done.whole else ExitCode.FOUND


def _said(place: str, new: str, done: "Salvaged") -> list[str]:
    """Say what was saved, what was lost, and what to do next, a line each."""
    said = [f"saved {_entries(done.number)} of {place} into {new}, checked: head {done.hash}"]
    if done.from_others:
        said.append(f"{_entries(done.from_others)} of these come from the other files")
    if done.gaps:
        gaps = [f"{first}" if first == last else f"{first} to {last}" for first, last in done.gaps]
        lost = sum(last - first + 1 for first, last in done.gaps)
        some = ", ".join(gaps[:10]) + (" ..." if len(gaps) > 10 else "")
        said.append(f"lost: {_entries(lost)} ({some})")
        said.append("    a backup that has them fills the gap: add --with BACKUP")
    if done.stopped:
        said.append(f"stopped: {done.stopped}")
    if done.beyond:
        said.append(
            f"not in {new}: {_entries(done.beyond)} that can be read, and that no chain leads to; "
            f"they are in {done.beyond_file}"
        )
    if not done.certain:
        said.append(
            f"{place} can no longer say how many entries it had: "
            "compare the head with one that was printed"
        )
    elif done.whole:
        said.append("nothing was lost")
    return said


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
