"""Every expected way to fail, and its exit code: said once, in words someone can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """What the shell is told. Anything not listed is a bug."""

    DONE = 0
    BUG = 1
    USAGE = 2
    REFUSED = 3
    FOUND = 4
    NOT_FOUND = 5
    CONFLICT = 6
    AUTHORITY_MISSING = 7
    UNUSABLE = 8
    INTERRUPTED = 130


EXIT_CODE_MEANINGS = {
    ExitCode.DONE: "done, nothing to do, or already recorded",
    ExitCode.BUG: "a bug: a traceback, never given on purpose",
    ExitCode.USAGE: "usage, or a value or file that cannot be read",
    ExitCode.REFUSED: "refused by a rule or cap; nothing was written",
    ExitCode.FOUND: "`check`, `doctor` or `verify-report` found something",
    ExitCode.NOT_FOUND: "no fund, recipient, area, cap, award or entry of that name",
    ExitCode.CONFLICT: "conflict: key reused for something else, a closed period, a plan that the "
    "ledger has moved past, or somebody else is writing",
    ExitCode.AUTHORITY_MISSING: "authority missing: a decision, a second person, or the "
    "role in a team that may",
    ExitCode.UNUSABLE: "the ledger cannot be used: none there, not a ledger, read-only, "
    "disk full, damaged, newer than the program, or contradicting itself",
    ExitCode.INTERRUPTED: "interrupted; the ledger is as it was",
}


class LedgerError(Exception):
    """Base of every expected failure: one sentence, what to do about it, and an exit code.

    `code` is stable and for programs; `hint` says what to type or do next; `column` is the one of a
    file's row that it is about, if it is about one. `cells` is what such a row would say instead,
    by column: a command, typed beside the file, would record the row a second time.
    """

    exit_code = ExitCode.USAGE
    code = "bad-input"
    column = ""

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        column: str = "",
        cells: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.column = column or self.column
        self.cells = cells or {}

    def details(self) -> dict[str, Any]:
        """Return what a program can use besides `code`, `message` and `hint`."""
        return {}


class BadInput(LedgerError):
    """A value that somebody typed cannot be read."""


class ReasonMissing(BadInput):
    """Who changes what was granted or decided says why."""

    def __init__(self, what: str = "this") -> None:
        hint = "say why with --reason, in a sentence"
        super().__init__(f"{what} needs a reason", hint, cells={"reason": "why, in a sentence"})


class FileUnreadable(LedgerError):
    """A file that somebody named cannot be read, or is not what it should be."""

    code = "file-unreadable"


class FormatMissing(LedgerError):
    """What a way of showing needs is not installed."""

    code = "format-missing"


def to_install(package: str) -> str:
    """Say how to add a package to what runs vru-ledger, whatever else was added to it before."""
    return f"pipx inject vru-ledger {package} (in a virtual environment: pip install {package})"


class PlanTampered(FileUnreadable):
    """A plan is not as it was made: its hash is not that of what it says."""

    code = "plan-tampered"


class MapUnsound(FileUnreadable):
    """A column map cannot be read. Holds a finding for every fault, at its line."""

    code = "map-unsound"

    def __init__(self, file: str, findings: Sequence[Any]) -> None:
        self.findings = list(findings)
        faults = "1 fault" if len(self.findings) == 1 else f"{len(self.findings)} faults"
        super().__init__(f"{file} has {faults}", "mend them, then run it again")

    def details(self) -> dict[str, Any]:
        return {"findings": [finding.as_json() for finding in self.findings]}


class SeedUnsound(LedgerError):
    """A seed file has faults, so nothing was loaded. Holds a finding for every one."""

    code = "seed-unsound"

    def __init__(self, file: str, findings: Sequence[Any]) -> None:
        self.findings = [one for one in findings if one.severity == "error"]
        faults = "1 fault" if len(self.findings) == 1 else f"{len(self.findings)} faults"
        super().__init__(
            f"{file} has {faults}; nothing was written", "mend them, then run it again"
        )

    def details(self) -> dict[str, Any]:
        return {"findings": [finding.as_json() for finding in self.findings]}


class LedgerUnsound(LedgerError):
    """A ledger that is to be copied or put in another's place is not sound. Holds the findings."""

    exit_code = ExitCode.FOUND
    code = "ledger-unsound"

    def __init__(self, message: str, findings: Sequence[Any], hint: str) -> None:
        super().__init__(message, hint)
        self.findings = list(findings)

    def details(self) -> dict[str, Any]:
        return {"findings": [finding.as_json() for finding in self.findings]}


class RowsRejected(LedgerError):
    """Rows of a batch cannot be recorded, so none was. Holds a finding for every bad row."""

    code = "rows-rejected"

    def __init__(self, message: str, findings: Sequence[Any], *, refused: bool) -> None:
        super().__init__(message, "mend these rows and run the same command again")
        self.findings = list(findings)
        if refused:
            self.exit_code = ExitCode.REFUSED

    def details(self) -> dict[str, Any]:
        return {"findings": [finding.as_json() for finding in self.findings]}


class EntryRefused(LedgerError):
    """A rule or a cap says no. Holds the refusal, which the terminal and JSON show in full."""

    exit_code = ExitCode.REFUSED
    code = "refused"

    def __init__(self, message: str, refusal: Any) -> None:
        super().__init__(message, refusal.hint(), cells=refusal.cells)
        self.refusal = refusal

    def details(self) -> dict[str, Any]:
        details: dict[str, Any] = self.refusal.as_json()
        return details


class AuthorityMissing(EntryRefused):
    """Nothing is wrong with an entry but that whoever asks may not decide it, or not alone."""

    exit_code = ExitCode.AUTHORITY_MISSING
    code = "authority-missing"


class NotPermitted(LedgerError):
    """The server knows who asks, and that is nobody who may do this in a team's ledger."""

    exit_code = ExitCode.AUTHORITY_MISSING
    code = "not-permitted"


class NotFound(LedgerError):
    """Nothing has that name or number."""

    exit_code = ExitCode.NOT_FOUND
    code = "not-found"


class KeyConflict(LedgerError):
    """A key was used before, for something else."""

    exit_code = ExitCode.CONFLICT
    code = "key-conflict"


class PeriodClosed(LedgerError):
    """An entry is dated in a period that is closed, or a period cannot be closed or reopened."""

    exit_code = ExitCode.CONFLICT
    code = "period-closed"
    column = "on"


class AlreadyThere(LedgerError):
    """A fund, recipient or ledger of that name is already there."""

    exit_code = ExitCode.CONFLICT
    code = "already-there"


class PlanStale(LedgerError):
    """The ledger has moved since a plan was made. Holds what is no longer as planned, if known."""

    exit_code = ExitCode.CONFLICT
    code = "plan-stale"

    def __init__(self, message: str, hint: str, differences: Sequence[Any] = ()) -> None:
        super().__init__(message, hint)
        self.differences = list(differences)

    def details(self) -> dict[str, Any]:
        return {"differences": [one.as_json() for one in self.differences]}


class LedgerBusy(LedgerError):
    """Somebody else kept writing for longer than we were told to wait."""

    exit_code = ExitCode.CONFLICT
    code = "ledger-busy"


class LedgerUnusable(LedgerError):
    """There is no ledger there, or it cannot be opened, read or written."""

    exit_code = ExitCode.UNUSABLE
    code = "ledger-unusable"


class LedgerDamaged(LedgerUnusable):
    """Parts of a ledger's file are not what a database writes."""


class LedgerUnreadable(LedgerUnusable):
    """The system does not let a file be read or written; nothing in it need be wrong."""


class LedgerOlder(LedgerUnusable):
    """A ledger has tables of an older version: it can be migrated."""


class LedgerContradicts(LedgerUnusable):
    """Figures that are found in two ways differ: somebody changed what the ledger keeps."""

    code = "ledger-contradicts"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the ledger contradicts itself, so no figure of it is shown: {what}",
            "see what is wrong: vru-ledger check",
        )


class OutputLost(LedgerError):
    """What was asked for was done, and only telling so failed."""

    exit_code = ExitCode.UNUSABLE
    code = "output-lost"


class OutcomeUnknown(LedgerError):
    """The database failed at the commit: the entry may be recorded, or may not."""

    exit_code = ExitCode.UNUSABLE
    code = "outcome-unknown"


class Interrupted(LedgerError):
    """Somebody pressed Ctrl-C."""

    exit_code = ExitCode.INTERRUPTED
    code = "interrupted"
