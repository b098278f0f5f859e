"""Make a new ledger, from a seed or empty, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from vru_ledger.actions.load_seed import load_seed
from vru_ledger.errors import BadInput
from vru_ledger.exchange.seed_file import Seed
from vru_ledger.store import ledger
from vru_ledger.store.creation import create
from vru_ledger.store.database import Session, is_url
from vru_ledger.store.ledger import Head
from vru_ledger.store.roles import make, of_a_server


def init(
    place: str,
    seed: Seed | None,
    *,
    actor: str,
    recorded_at: str,
    roles: bool = False,
    wait: float = 30.0,
    on_wait: Callable[[], None] | None = None,
) -> Head:
    """Make a ledger at a path or an address, with the roles of a team if asked.

    Raises AlreadyThere, BadInput where a file should have roles; leaves nothing if it fails.
    """
    if roles and not is_url(place):
        raise BadInput(*of_a_server(place))

    def fill(session: Session) -> Head:
        if seed is not None:
            load_seed(session, seed)
        head = ledger.head(session)
        if roles:
            # The last: whoever makes them may not own the tables any more.
            make(session)
        return head

    return create(place, actor, recorded_at, fill, wait=wait, on_wait=on_wait)
