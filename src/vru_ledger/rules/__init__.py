"""What every entry must keep: one file per rule, listed here in the order in which they speak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from vru_ledger.domain.entries import AwardEntry
from vru_ledger.domain.stages import NO_TERMS
from vru_ledger.rules.capped_fund import capped_fund
from vru_ledger.rules.case import Breach, Case
from vru_ledger.rules.listed_recipient import listed_recipient
from vru_ledger.rules.measurable import measurable
from vru_ledger.rules.within_authority import within_authority
from vru_ledger.rules.within_caps import within_caps
from vru_ledger.rules.within_dates import within_dates

Rule = Callable[[Case], Iterator[Breach]]


def _of_steps(name: str) -> Rule:
    """Return the rule of this name, which is imported only where it may have something to say.

    That is of an award that is there already, and of what somebody else proposed or approved: an
    allocation is the command that is typed most, and these have nothing to say of a plain one.
    """

    def rule(case: Case) -> Iterator[Breach]:
        new = case.entry
        somebody_else = getattr(new, "proposal", 0) or getattr(new, "approved_by", "")
        if case.life is None and not somebody_else:
            return iter(())
        return _found(name)(case)

    return _named(rule, name)


def _of_told(name: str, field: str) -> Rule:
    """Return the rule of this name, which is imported only where a field of the case says it."""

    def rule(case: Case) -> Iterator[Breach]:
        return _found(name)(case) if getattr(case, field) else iter(())

    return _named(rule, name)


def _of_awards(name: str, field: str, usual: object) -> Rule:
    """Return the rule of this name, imported for an award where a field is not as it usually is.

    Of what moves authority, overrides a cap or gives money up, it may speak in any case.
    """

    def rule(case: Case) -> Iterator[Breach]:
        plain = getattr(case, field) is usual and isinstance(case.entry, AwardEntry)
        return iter(()) if plain and case.entry.KIND != "write-off" else _found(name)(case)

    return _named(rule, name)


def _found(name: str) -> Rule:
    found: Rule = getattr(import_module(f"vru_ledger.rules.{name}"), name)
    return found


def _named(rule: Rule, name: str) -> Rule:
    rule.__name__ = name
    rule.__module__ = f"vru_ledger.rules.{name}"
    return rule


RULES: tuple[Rule, ...] = (
    _of_told("open_period", "closed"),
    _of_steps("legal_step"),
    _of_steps("in_order"),
    _of_told("undone_after", "undone_on"),
    _of_steps("second_person"),
    _of_steps("planned"),
    _of_awards("delegated", "limit", None),
    listed_recipient,
    capped_fund,
    measurable,
    within_caps,
    within_authority,
    within_dates,
    _of_awards("within_use_by", "terms", NO_TERMS),
    _of_told("within_decision", "decided"),
    _of_told("ahead_of_money", "ahead"),
)


AUTHORITY_RULES = ("second-person", "decision-needed")
"""Rules about who may decide: where nothing else is wrong, it is authority that is missing."""


DAY_RULES = ("open-period", "in-order", "undone-after")
"""Rules about when: where nothing else is wrong, another day passes."""


def judge(case: Case) -> list[Breach]:
    """Return everything that the rules have against an entry, and what they warn of."""
    return [breach for rule in RULES for breach in rule(case)]


def stops(breaches: list[Breach]) -> bool:
    """Say whether any of these refuses the entry; the others are warnings."""
    return any(breach.severity == "stop" for breach in breaches)
