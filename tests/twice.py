"""A preview and then the real thing: what the one says, the other does."""

from collections.abc import Callable
from typing import Any

from tests.builders import contents
from vru_ledger.errors import LedgerError
from vru_ledger.store.database import Database


def twice(database: Database, call: Callable[[bool], Any]) -> Any:
    """Preview and then do: the same is said, and the preview leaves nothing behind.

    `call` is told whether it is a preview. Returns what was done, or the failure, of which the
    same holds: what is refused is refused in the same words, and leaves nothing behind either.
    """
    before = contents(database)
    seen = said(call, preview=True)
    assert contents(database) == before
    done = said(call, preview=False)
    assert type(seen) is type(done), (seen, done)
    if isinstance(done, LedgerError):
        assert (str(seen), seen.hint, seen.details()) == (str(done), done.hint, done.details())
        assert contents(database) == before
    else:
        assert seen == done
    return done


def said(call: Callable[[bool], Any], *, preview: bool) -> Any:
    """Return what a call says, a failure that is expected as a value."""
    try:
        return call(preview)
    except LedgerError as error:
        return error
