"""New awards in `check`, where nothing about them needs care: what each adds to every balance."""

from __future__ import annotations

from collections.abc import Iterator

from vru_ledger.actions.checking.lines import PROMISED, PROPOSED, Change, Counter, Line, Lives
from vru_ledger.actions.checking.replay import Replay
from vru_ledger.actions.checking.tallies import ABSENT, LARGEST
from vru_ledger.store.database import Row


def award(replay: Replay, line: Line, row: Row, day: tuple[str, int]) -> bool:
    """Take a new award into account if it is well within bounds; otherwise change nothing.

    `row` is one of `routine_rows` and of `line`; `day` its month and its day as a number.
    """
    place, recipient, pence, borrowed = row[10:14]
    (fund, lives, listed_only, own, into, _, unallocated, _, _, enters, _, recipients) = line[:12]
    awards, totals, columns, others, turned_out, turned_in = line[13:19]
    lent = 0 if borrowed is None else -borrowed
    if not 0 < pence < LARGEST or (borrowed is not None and not 0 < lent <= pence):
        return False
    if place > row[0] or replay.kinds.get(recipient) != row[8]:
        return False
    if listed_only and (fund, recipient) not in replay.listed:
        return False
    if not awards.reach(place) or awards.amounts[place] != ABSENT:
        return False
    at = recipients.place_of.get(recipient)
    if at is None:
        at = recipients.recipients.add(recipient)
    before = recipients.amounts[at]
    held = pence if before == ABSENT else before + pence
    left = unallocated.get(own, 0) - pence + lent
    if left < 0 or held >= LARGEST or (lent and not _may_borrow(line, row[5], lent)):
        return False
    changes: list[Change] = []
    for total, bucket, ceiling in totals:
        amount = total.get(bucket, 0) + pence
        if amount > ceiling:
            return False
        changes.append((total, bucket, amount))
    for counts, ceiling in columns:
        amount = counts[at]
        amount = pence if amount == ABSENT else amount + pence
        if amount > ceiling:
            return False
        changes.append((counts, at, amount))
    if others and not _counted(line, row, changes):
        return False
    for balances, where, amount in changes:
        balances[where] = amount
    month = day[0]
    if pence > lent:
        unallocated[own] = left
    if lent:
        _borrow(line, month, lent)
    enters[into] = enters.get(into, 0) + pence
    awards.amounts[place], recipients.amounts[at] = pence, held
    turned_out[month] = turned_out.get(month, 0) - pence + lent
    turned_in[month] = turned_in.get(month, 0) + pence
    _begin(lives, row, day[1])
    return True


def _begin(lives: Lives, row: Row, day: int) -> None:
    """Take note of what the award is now, and who proposed it."""
    if row[2] == "propose":
        lives.begin(row[10], PROPOSED, day)
        lives.proposers[row[10]] = row[18]
    else:
        lives.begin(row[10], PROMISED, day)


def _may_borrow(line: Line, fy: str, lent: int) -> bool:
    """Say whether money that has no year is there to be lent to one."""
    there = min(line.unallocated.get(line.lender, 0), line.authority.get(line.lender, 0))
    return bool(fy) and there >= lent


def _borrow(line: Line, month: str, lent: int) -> None:
    """Give a year money and authority that had none."""
    line.unallocated[line.lender] -= lent
    line.authority[line.lender] -= lent
    line.authority[line.own] = line.authority.get(line.own, 0) + lent
    for turned, pence in zip(line.turned_lent, (-lent, lent, -lent), strict=True):
        turned[month] = turned.get(month, 0) + pence


def _counted(line: Line, row: Row, changes: list[Change]) -> bool:
    """Add what the other caps count to `changes`; False if one stops it, or has to be asked."""
    for counter in line.others:
        for change in _counts(counter, line, row):
            if change is None:
                return False
            held, bucket, amount = change
            if bucket in counter.apart:
                return False
            ceiling = None if held is counter.members else counter.ceiling
            if amount >= LARGEST or (
                ceiling is not None and amount > ceiling and amount > held.get(bucket, 0)
            ):
                return False
            changes.append(change)
    return True


def _counts(counter: Counter, line: Line, row: Row) -> Iterator[Change | None]:
    """Yield what a cap holds with a new award, None if it has to be asked."""
    place, recipient, pence = row[10:13]
    held, bucket = counter.held, counter.bucket_of(recipient)
    if counter.measure == "recipients":
        member = f"{bucket}|{recipient}"
        before = counter.members.get(member, 0)
        yield counter.members, member, before + pence
        yield held, bucket, held.get(bucket, 0) + (before + pence > 0) - (before > 0)
    elif counter.measure in ("award", "end"):
        ref = f"{line.fund}-{place:04}"
        if ref in held:
            yield None
        elif counter.measure == "award":
            yield held, ref, pence
        else:
            last = int(row[17].replace("-", "")) if row[17] else 0
            yield None if counter.ceiling is not None and not last else (held, ref, last)
    else:
        yield held, bucket, held.get(bucket, 0) + pence
