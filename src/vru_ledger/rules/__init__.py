"""What every entry must keep: one file per rule, listed here in the order in which they speak."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vru_ledger.rules.capped_fund import capped_fund
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.delegated import delegated
from vru_ledger.rules.legal_step import legal_step
from vru_ledger.rules.listed_recipient import listed_recipient
from vru_ledger.rules.measurable import measurable
from vru_ledger.rules.second_person import second_person
from vru_ledger.rules.within_authority import within_authority
from vru_ledger.rules.within_caps import within_caps
from vru_ledger.rules.within_dates import within_dates
from vru_ledger.rules.within_use_by import within_use_by

Rule = Callable[[Case], Iterator[Breach]]

RULES: tuple[Rule, ...] = (
    legal_step,
    second_person,
    delegated,
    listed_recipient,
    capped_fund,
    measurable,
    within_caps,
    within_authority,
    within_dates,
    within_use_by,
)


AUTHORITY_RULES = ("second-person", "decision-needed")
"""Rules about who may decide: where nothing else is wrong, it is authority that is missing."""


def judge(case: Case) -> list[Breach]:
    """Return everything that the rules have against an entry, and what they warn of."""
    return [breach for rule in RULES for breach in rule(case)]


def stops(breaches: list[Breach]) -> bool:
    """Say whether any of these refuses the entry; the others are warnings."""
    return any(breach.severity == "stop" for breach in breaches)
