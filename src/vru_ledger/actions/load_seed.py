"""Load a seed into a ledger that has just been made: its register, its funds and their caps."""

from __future__ import annotations

from vru_ledger.actions.record import Recorder
from vru_ledger.domain.entries import Registration
from vru_ledger.domain.register import RECORDS
from vru_ledger.exchange.seed_file import Seed
from vru_ledger.store.database import Session

SEED_ACTOR = "seed"
"""Who entries from a seed are by: the document speaks, whoever loads it."""


def load_seed(session: Session, seed: Seed) -> None:
    """Record everything in a seed. The same seed gives the same chain, whenever it is loaded.

    So that ledgers can be compared, its entries carry the day on which the facts were gathered
    and not the clock; who made the ledger and when is kept beside the chain.
    """
    recorder = Recorder(session, SEED_ACTOR, f"{seed.gathered.isoformat()}T00:00:00Z")
    for kind in RECORDS:
        records = tuple(record for record in seed.records if type(record) is kind)
        if records:
            recorder.put_register(Registration(records=records, reason=f"{kind.TABLE} of the seed"))
    for funding in seed.fundings:
        recorder.put_funding(funding)
    for cap in seed.caps:
        recorder.put_cap(cap)
    recorder.journal.flush()
