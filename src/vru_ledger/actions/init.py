"""Make a new ledger, from a seed or empty, in one transaction."""

from __future__ import annotations

from vru_ledger.actions.load_seed import load_seed
from vru_ledger.exchange.seed_file import Seed
from vru_ledger.store import ledger
from vru_ledger.store.creation import create
from vru_ledger.store.database import Session
from vru_ledger.store.ledger import Head


def init(place: str, seed: Seed | None, *, actor: str, recorded_at: str) -> Head:
    """Make a ledger at a path or an address. Raises AlreadyThere; leaves nothing if it fails."""

    def fill(session: Session) -> Head:
        if seed is not None:
            load_seed(session, seed)
        return ledger.head(session)

    return create(place, actor, recorded_at, fill)
