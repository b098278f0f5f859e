"""Save the entries of a damaged file into a new ledger, and say what was lost."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Sequence

from vru_ledger.actions.check import check
from vru_ledger.actions.rebuild import NotCarried, Rebuild
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.value import Value
from vru_ledger.errors import BadInput, FileUnreadable, LedgerUnusable
from vru_ledger.store import backup_file, new_file, sqlite
from vru_ledger.store.creation import create
from vru_ledger.store.database import Session, is_url
from vru_ledger.store.ledger import Head
from vru_ledger.store.salvage_file import DamagedFile, settled
from vru_ledger.store.salvage_heap import Heap, heap_in

Share = Callable[[float], None]
"""Told how much of a file was read, from 0 to 1."""


class Salvaged(Value):
    """What was saved of a damaged file, and what was not.

    `number` and `hash` are the head of the new ledger. `newest` is the newest entry that is known
    of; `certain` says that the file itself could still tell so. `gaps` are the entries in no file;
    `beyond` is how many were read behind the first gap, and `beyond_file` where they are written;
    `stopped` says why what was read could not be carried over. `findings` are those of a check.
    """

    new: str
    number: int
    hash: str
    newest: int = 0
    certain: bool = False
    gaps: Sequence[tuple[int, int]] = ()
    beyond: int = 0
    beyond_file: str = ""
    stopped: str = ""
    from_others: int = 0
    findings: Sequence[Finding] = ()

    @property
    def whole(self) -> bool:
        """Say whether nothing was lost, as far as the file can say."""
        return not (self.gaps or self.beyond or self.findings or self.stopped) and self.certain


def salvage(
    place: str,
    new: str,
    *,
    others: Sequence[str] = (),
    actor: str,
    recorded_at: str,
    on_share: Share | None = None,
) -> Salvaged:
    """Read every entry that its hash proves out of a damaged file, and write the chain to `new`.

    `others` are files of the same ledger, backups or other damaged copies, that fill what is
    missing. The files that are read are not touched. Raises AlreadyThere, BadInput, FileUnreadable,
    or LedgerUnusable if nothing can be read.
    """
    if is_url(place) or is_url(new):
        raise BadInput("entries are salvaged from a file into a file", "name files")
    new_file.must_be_free(new)
    folder = os.path.dirname(new) or "."
    with backup_file.beside(new) as made, heap_in(made, new) as heap:
        told = _read_all(place, heap, folder, on_share, own=True)
        for other in others:
            _read_all(other, heap, folder, on_share, own=False)
        if not heap.count():
            raise LedgerUnusable(
                f"no entry can be read in {place}; nothing was made",
                "go back to a backup: vru-ledger restore FILE",
            )
        return _written(heap, new, told, actor, recorded_at)


def _read_all(place: str, heap: Heap, folder: str, on_share: Share | None, *, own: bool) -> Head:
    """Take every entry of a file in, and return the head that it tells."""
    try:
        if not stat.S_ISREG(os.stat(place).st_mode):
            raise FileUnreadable(f"{place} is not a file", "name the damaged file with --db")
        with settled(place, folder) as (path, head), open(path, "rb") as file:
            heap.add(DamagedFile(file).entries(on_share), own=own)
            return head
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            # Only the copy that is looked through is written.
            raise new_file.cannot_be_made(os.path.join(folder, "what is salvaged"), error) from None
        why = getattr(error, "strerror", None) or str(error)
        raise FileUnreadable(
            f"{place} cannot be read ({why})", "check the path and your permission"
        ) from None


def _written(heap: Heap, new: str, told: Head, actor: str, recorded_at: str) -> Salvaged:
    last, astray = heap.reach(told)
    stopped = f"what the other files have after entry {last} is another ledger's" if astray else ""

    def fill(session: Session, flush_every: int) -> Head:
        nonlocal stopped
        ledger = Rebuild(session, flush_every) if flush_every else Rebuild(session)
        try:
            for text in heap.chain(last):
                ledger.put(text)
            ledger.flush()
        except NotCarried as problem:
            if flush_every != 1:
                raise
            stopped = problem.message
        return ledger.kept

    try:
        head = create(new, actor, recorded_at, lambda session: fill(session, 0))
    except NotCarried:
        # Slowly, so that everything before the entry that cannot be carried over is kept.
        head = create(new, actor, recorded_at, lambda session: fill(session, 1))
    database = sqlite.open_ledger(new)
    try:
        findings = check(database).findings
    finally:
        database.close()
    beyond, beyond_file = _beyond(heap, new, head.number)
    newest = max(told.number, heap.newest(), head.number)
    return Salvaged(
        new,
        *head,
        newest=newest,
        certain=bool(told.hash),
        gaps=heap.gaps(newest),
        beyond=beyond,
        beyond_file=beyond_file,
        stopped=stopped,
        from_others=heap.of_others(head.number),
        findings=findings,
    )


def _beyond(heap: Heap, new: str, number: int) -> tuple[int, str]:
    """Write the entries that no chain leads to beside the new ledger, so that nothing is lost."""
    name, count = backup_file.kept_name(new, f"beyond-{number}.jsonl"), 0
    with backup_file.beside(name) as made:
        with open(made, "w", encoding="utf-8") as file:
            for text in heap.beyond(number):
                file.write(json.dumps(text._asdict(), ensure_ascii=False) + "\n")
                count += 1
        if count:
            backup_file.sync(made)
            new_file.put_in_place(made, name)
    return count, name if count else ""
