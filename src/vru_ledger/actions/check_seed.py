"""A seed file loaded into memory and checked as a ledger, so that nothing of it can surprise."""

from __future__ import annotations

from vru_ledger.actions.check import Checked, check
from vru_ledger.actions.load_seed import load_seed
from vru_ledger.exchange.seed_file import Seed
from vru_ledger.store import sqlite
from vru_ledger.store.creation import fill_new


def check_loaded(seed: Seed) -> Checked:
    """Load a seed into a ledger that vanishes, and check that. Raises what `init` would raise."""
    database = sqlite.in_memory()
    try:
        fill_new(database, "check", "", lambda session: load_seed(session, seed))
        return check(database)
    finally:
        database.close()
