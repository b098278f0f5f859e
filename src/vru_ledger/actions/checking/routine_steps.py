"""Steps of awards in `check`, where nothing about them needs care: approved, claimed, paid, closed.

Only of awards that had nothing but routine entries before, so that what they hold tells their
state: `domain/award_states.py` has the states, and `Lives` what became of each.
"""

from __future__ import annotations

import json

from vru_ledger.actions.checking.lines import PROMISED, PROPOSED, UNALLOCATED, Change, Line
from vru_ledger.actions.checking.replay import Replay
from vru_ledger.actions.checking.tallies import ABSENT, LARGEST
from vru_ledger.domain.award_states import OPEN_PROPOSAL, UNFINISHED
from vru_ledger.domain.text import is_same
from vru_ledger.store.database import Row
from vru_ledger.store.routine_rows import BETWEEN, STEPPED

_WHOLE = (*OPEN_PROPOSAL, "close")
"""Steps that are routine only if they move all that the stage holds."""


def step(replay: Replay, line: Line, row: Row, day: tuple[str, int]) -> bool:
    """Take a step into account if nothing is in its way; otherwise change nothing.

    `row` is one of `routine_rows` and of `line`; `day` its month and its day as a number.
    """
    kind, place, recipient, pence, returned = row[2], *row[10:14]
    # Money goes back to no year only by what undoes or lowers an award.
    if not 0 <= pence < LARGEST or returned is not None:
        return False
    if not _may_follow(replay, line, row, day[1]) or (row[1] and not _is_paper(row[1], row[-3])):
        return False
    changes: list[Change] = []
    if pence and not _moved(line, place, recipient, pence, changes):
        return False
    freed = STEPPED[kind][1] == UNALLOCATED
    if pence and freed and not _uncounted(line, place, recipient, pence, changes):
        return False
    for held, bucket, amount in changes:
        held[bucket] = amount
    if pence and freed:
        line.unallocated[line.own] = line.unallocated.get(line.own, 0) + pence
    for turned, moved in ((line.turned_out, -pence), (line.turned_in, pence)):
        turned[day[0]] = turned.get(day[0], 0) + moved
    if day[1]:
        line.lives.latest[place] = day[1]
    if kind in _WHOLE:
        line.lives.leave(place)
    if kind == "approve":
        line.lives.states[place] = PROMISED
    return True


def _may_follow(replay: Replay, line: Line, row: Row, day: int) -> bool:
    """Say whether an award is seen to be in a state that a step may follow, and on that day."""
    kind: str = row[2]
    place: int = row[10]
    pence: int = row[12]
    lives = line.lives
    if place >= len(lives.states):
        return False
    if lives.states[place] != (PROPOSED if kind in OPEN_PROPOSAL else PROMISED):
        return False
    if day and day < lives.latest[place]:
        return False
    if kind == "approve" and (row[18] is None or is_same(row[18], lives.proposers.get(place, ""))):
        return False
    if kind == "write-off" and not row[18]:
        return False
    amounts = line.awards_leave.amounts
    there = amounts[place] if place < len(amounts) and amounts[place] != ABSENT else 0
    if kind in _WHOLE and pence != there:
        return False
    if kind != "close":
        return 0 < pence <= there
    award = f"{line.fund}-{place:04}"
    return not any(
        replay.position.column("award", line.fund, stage).get(award, 0) for stage in UNFINISHED
    )


def _is_paper(told: str, fact: str) -> bool:
    """Say whether a step's text says besides what its paper and its period are."""
    if "\0" in fact or not told.startswith(","):
        return False
    named: dict[str, object] = json.loads(f"{{{told[1:]}}}")
    again = json.dumps(named, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    texts = all(isinstance(value, str) and value for value in named.values())
    return texts and again == f"{{{told[1:]}}}" and BETWEEN.issuperset(named)


def _moved(line: Line, place: int, recipient: str, pence: int, changes: list[Change]) -> bool:
    """Add what leaves one stage and enters another to `changes`; False if it is not there."""
    award = f"{line.fund}-{place:04}"
    for held, bucket in (
        (line.leaves, line.into),
        (line.awards_leave, award),
        (line.recipients_leave, recipient),
    ):
        left = held.get(bucket, 0) - pence
        if left < 0:
            return False
        changes.append((held, bucket, left))
    if line.enters is not line.unallocated:
        for held, bucket in (
            (line.enters, line.into),
            (line.awards_enter, award),
            (line.recipients_enter, recipient),
        ):
            amount = held.get(bucket, 0) + pence
            if amount >= LARGEST:
                return False
            changes.append((held, bucket, amount))
    return True


def _uncounted(line: Line, place: int, recipient: str, pence: int, changes: list[Change]) -> bool:
    """Add what caps count less to `changes`; False where one of them did not count it."""
    for total, bucket, _ in line.totals:
        changes.append((total, bucket, total.get(bucket, 0) - pence))
    at = line.recipients_leave.place_of.get(recipient)
    for amounts, _ in line.columns:
        if at is None:
            return False
        changes.append((amounts, at, amounts[at] - pence))
    for counter in line.others:
        bucket = counter.bucket_of(recipient)
        if counter.measure == "recipients":
            member = f"{bucket}|{recipient}"
            before = counter.members.get(member, 0)
            changes.append((counter.members, member, before - pence))
            change = (before - pence > 0) - (before > 0)
        elif counter.measure in ("award", "end"):
            bucket = f"{line.fund}-{place:04}"
            # An end is moved by an amendment only; what has none would be given one.
            change = -pence if counter.measure == "award" or bucket not in counter.held else 0
        else:
            change = -pence
        if bucket in counter.apart:
            return False
        changes.append((counter.held, bucket, counter.held.get(bucket, 0) + change))
    return all(amount >= 0 for _, _, amount in changes)
