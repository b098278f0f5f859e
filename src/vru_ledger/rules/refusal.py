"""A refusal that teaches: every cap that was met, which bind, and the most that would pass."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from vru_ledger.caps import OPTION_OF, each_counting, missing
from vru_ledger.domain.entries import AwardEntry, CapSet
from vru_ledger.domain.money import Pence, format_pounds
from vru_ledger.domain.quantity import Quantity
from vru_ledger.domain.value import Value
from vru_ledger.rules import AUTHORITY_RULES, judge
from vru_ledger.rules.case import Breach, Case


class CapMet(Value):
    """One cap that an allocation meets: its limit, what is used of it, and what it would become.

    What the tolerance and overrides in force add to the limit, None where they add nothing.
    """

    cap: str
    limit: Quantity
    used: Quantity
    headroom: Quantity | None
    after: Quantity
    verdict: str
    tolerance: Quantity | None = None
    override: Quantity | None = None


class Refusal(Value):
    """Why an allocation was refused, and what would pass.

    `largest_passing_pence` is 0 where no amount would; `commands` have each been tried. `of_amount`
    says whether another amount could have been asked for, and `cells` what a file's row would say
    instead, by column.
    """

    asked: str
    caps: list[CapMet]
    breaches: list[Breach]
    largest_passing_pence: Pence
    needs: Sequence[str] = ()
    commands: Sequence[str] = ()
    of_amount: bool = True
    cells: Mapping[str, str] = MappingProxyType({})

    def hint(self) -> str:
        """Return what to type next."""
        return self.commands[0] if self.commands else ""

    def as_json(self) -> dict[str, Any]:
        """Return the refusal for programs, money in pence and as a decimal."""
        return {
            "reasons": [
                {"rule": breach.rule, "cap": breach.cap or None, "message": breach.sentence}
                for breach in self.breaches
                if breach.severity == "stop"
            ],
            "caps": [_cap_as_json(met) for met in self.caps],
            "largest_passing_pence": self.largest_passing_pence,
            "commands": list(self.commands),
        }


def _cap_as_json(met: CapMet) -> dict[str, Any]:
    unit = met.limit.unit
    told: dict[str, Any] = {"cap": met.cap, "unit": unit}
    for name in ("limit", "used", "headroom", "after"):
        quantity: Quantity | None = getattr(met, name)
        if unit == "pence":
            told[f"{name}_pence"] = quantity.value if quantity else None
        told[name] = quantity.plain() if quantity and (quantity.value or unit != "day") else None
    return {**told, "verdict": met.verdict}


def caps_met(case: Case, breaches: list[Breach]) -> list[CapMet]:
    """Return every cap that the allocation meets, by code, with its verdict."""
    if not isinstance(case.entry, AwardEntry) or case.entry.held() <= 0:
        return []
    binding = {breach.cap: breach for breach in breaches if breach.rule == "within-caps"}
    met = []
    for cap, kind in each_counting(case.caps, case.entry):
        key = kind.keys(cap, case.entry)[0]
        held, change = case.position[key].held, case.changes.get(key, 0)
        limit, ceiling = case.bounds_of(key)
        raised = case.raised.get(key, 0)
        unit = kind.UNIT
        tolerance = Quantity(ceiling - limit, unit) if ceiling > limit else None
        override = Quantity(raised, unit) if raised else None
        met.append(
            CapMet(
                cap=cap.cap,
                limit=Quantity(limit - raised, unit),
                used=Quantity(held, unit),
                headroom=None if unit == "day" else Quantity(max(0, ceiling - held), unit),
                after=Quantity(held + change, unit),
                verdict=(
                    _needed(cap, case.entry) or _verdict(binding.get(cap.cap), unit, cap.severity)
                )
                + (f" (tolerance {tolerance})" if tolerance else "")
                + (f" (override {override})" if override else ""),
                tolerance=tolerance,
                override=override,
            )
        )
    return met


def _needed(cap: CapSet, new: AwardEntry) -> str:
    options = " ".join(OPTION_OF.get(name, name) for name in missing(cap, new))
    return f"needs {options}" if options else ""


def _verdict(breach: Breach | None, unit: str, severity: str) -> str:
    if breach is None:
        return "ok" if severity != "track" else "tracked"
    over = "too late" if unit == "day" else f"{Quantity(breach.over, unit)} over"
    return f"{over}, binds" if breach.severity == "stop" else f"{over}, warns"


def largest_passing(case: Case, available_pence: int) -> int:
    """Return the most pence that the caps and the authority would let this allocation have.

    `available_pence` is what is unallocated for its source and year. 0 if anything but the amount
    stands in the way: a count, a last day, a recipient that is not listed.
    """
    if not isinstance(case.entry, AwardEntry) or case.entry.held() <= 0:
        return 0
    breaches = [breach for breach in judge(case) if breach.severity == "stop"]
    if any(not breach.over for breach in breaches):
        return 0
    room = available_pence
    for breach in breaches:
        if breach.rule in AUTHORITY_RULES:
            room = min(room, case.entry.amount_pence - breach.over)
    for cap, kind in each_counting(case.caps, case.entry):
        if cap.severity != "stop":
            continue
        key = kind.keys(cap, case.entry)[0]
        held = case.position[key].held
        ceiling = case.bounds_of(key).ceiling
        if kind.UNIT == "pence":
            room = min(room, ceiling - held)
        elif case.changes.get(key, 0) > 0 and held + case.changes[key] > ceiling:
            return 0
    return max(0, room)


def needs(case: Case, breaches: list[Breach]) -> list[str]:
    """Say what each binding cap would have to give for the whole amount to pass."""
    said = []
    entry = case.entry
    moves_within = isinstance(entry, AwardEntry) and entry.held() <= 0
    for breach in breaches:
        if moves_within and breach.rule == "within-authority":
            # What an award has not is no authority that a fund could be given.
            continue
        if breach.severity != "stop" or not breach.over:
            continue
        if breach.rule == "within-authority":
            year = (
                f" for {case.entry.fy}"
                if isinstance(case.entry, AwardEntry) and case.entry.fy
                else ""
            )
            sure = ", confirmed or covered" if "only expected" in breach.sentence else ""
            more = f"{format_pounds(breach.over)} more authority in {case.fund.code}{year}"
            said.append(f"{more}{sure}")
        elif breach.rule == "within-caps":
            cap = case.caps[breach.cap]
            if cap.measure in ("amount", "award", "share"):
                said.append(f"{format_pounds(breach.over)} more in {breach.cap}")
            elif cap.measure == "recipients":
                said.append(f"room for {breach.over} more in {breach.cap}")
    return said
