"""A grant and budget ledger for London's Violence Reduction Unit."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vru_ledger.api import Ledger as Ledger
    from vru_ledger.api import open_ledger as open_ledger

__version__ = "0.1.0"
__all__ = ["Ledger", "__version__", "open_ledger"]


def __getattr__(name: str) -> Any:
    # The door for Python is not on the way of the commands, so they do not pay for it.
    if name in ("Ledger", "open_ledger"):
        from vru_ledger import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
