"""`vru-ledger check`: whether the ledger is sound, or a seed file, and whether the two agree."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vru_ledger.cli.options import counted, terminal_of
from vru_ledger.cli.progress import Progress
from vru_ledger.cli.terminal import given, held
from vru_ledger.errors import BadInput, ExitCode

if TYPE_CHECKING:
    from vru_ledger.domain.findings import Finding
    from vru_ledger.exchange.seed_file import Seed

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def check(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SEED.yaml]", help="Seed files to check, instead of the ledger."),
    ] = None,
    head: Annotated[
        str,
        typer.Option(
            help="A hash printed earlier, or its first 8 characters: it must be on the chain.",
            metavar="HASH",
        ),
    ] = "",
    seed: Annotated[
        str, typer.Option(help="Compare the ledger with this seed file.", metavar="FILE")
    ] = "",
    format_: Annotated[
        str, typer.Option("-f", "--format", help="text, json, github or junit.", metavar="FORMAT")
    ] = "text",
) -> None:
    """Work everything out again from the entries and compare; every finding, exit 4 if any."""
    from vru_ledger.render.findings import FORMATS

    if format_ not in FORMATS:
        raise BadInput(f"--format: {format_[:40]!r} is none of {', '.join(FORMATS)}")
    if files and (head or seed):
        raise BadInput(
            "--head and --seed are about a ledger, not about seed files",
            "leave the files out, or check the ledger by itself",
        )
    if head:
        from vru_ledger.actions.check import printed_head

        head = printed_head(head)
    sound = _check_seeds(files, format_) if files else _check_ledger(ctx, head, seed, format_)
    if not sound:
        raise typer.Exit(int(ExitCode.FOUND))


def _check_ledger(ctx: typer.Context, head: str, seed: str, format_: str) -> bool:
    from vru_ledger.actions.check import check as action
    from vru_ledger.cli.suggestions import hint_pasted

    terminal = terminal_of(ctx)
    compared: Seed | None = None
    findings: Sequence[Finding] = ()
    if seed:
        compared, findings = _read(seed)
        if compared is None:
            _show(findings, seed, f"{seed} has faults, so the ledger was not compared", format_)
            return False
    with Progress() as bar:
        done = action(
            terminal.open(),
            head=head,
            seed=compared,
            today=terminal.today(),
            on_progress=bar.entries if bar else None,
        )
    place = terminal.shown_place()
    said = f"{place}: {done.entries:,} entries, head {done.hash}"
    verdict = f"sound: {said}" if done.sound else f"{_count(done.findings)}: {said}"
    if head and done.sound:
        verdict += f"; {head} is on the chain"
    told = {"entries": done.entries, "ledger_head": done.hash}
    found = [one.replace(remedy=hint_pasted(one.remedy, given)) for one in done.findings]
    return _show([*findings, *found], place, verdict, format_, told)


def _check_seeds(files: list[str], format_: str) -> bool:
    """Check seed files, and each that can be loaded as the ledger that it makes."""
    found: list[Finding] = []
    verdicts = []
    for file in files:
        findings, verdict = _of_seed(file)
        found += findings
        verdicts.append(verdict)
    return _show(found, ", ".join(files), "\n".join(verdicts), format_)


def _of_seed(file: str) -> "tuple[list[Finding], str]":
    from vru_ledger.actions.check_seed import check_loaded

    seed, findings = _read(file)
    if seed is None:
        return findings, f"{_count(findings)}: {file}"
    done = check_loaded(seed)
    findings = [*findings, *done.findings]
    funds, caps = counted(len(seed.fundings), "fund"), counted(len(seed.caps), "cap")
    what = f"{file}: {funds}, {caps}, head {done.hash}"
    return findings, f"sound: {what}" if done.sound else f"{_count(findings)}: {file}"


def _read(file: str) -> "tuple[Seed | None, list[Finding]]":
    from vru_ledger.exchange.seed_file import read_seed

    checked = read_seed(Path(file))
    return checked.seed, list(checked.findings)


def _show(
    findings: "Sequence[Finding]",
    what: str,
    verdict: str,
    format_: str,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> bool:
    """Print what was found, and return whether none of it is an error."""
    from vru_ledger.render.findings import FORMATS

    sound = not any(one.severity == "error" for one in findings)
    told = {"what": what, "sound": sound, **more, "verdict": verdict}
    held.write(FORMATS[format_](findings, told))
    return sound


def _count(findings: "Sequence[Finding]") -> str:
    errors = sum(one.severity == "error" for one in findings)
    return "1 error" if errors == 1 else f"{errors:,} errors"
