"""References of decisions, each in one spelling: PCD 1644, DMPCD 2013/96, MD3274, DD2738."""

from __future__ import annotations

import re

from vru_ledger.domain.text import parse_sentence

_NUMBER = r"[\s.:#-]*(?:NO\.?\s*)?0*(\d{1,6})"
_POLICING = rf"(DMPCD|PCD)(?:[\s-]*(\d{{4}})[\s/-]+0*(\d{{1,4}})|{_NUMBER})"
_SERIES = "DMPCD|PCD|ADD|DAR|MD|DD"
_AUTHORITY = rf"(ADD|DAR|MD|DD){_NUMBER}"


def parse_decision(text: str) -> str:
    """Return a reference as it is stored: 'pcd1644' as 'PCD 1644', 'MD 3274' as 'MD3274'.

    The Mayor's Office for Policing and Crime writes 'PCD 1644' and, formerly, 'DMPCD 2013/96'; the
    Greater London Authority MD, DD, ADD and DAR with the number at once. Any other reference stays
    as typed. Raises ValueError for what no text may hold, and for a series alone.
    """
    typed = parse_sentence(text)
    if re.fullmatch(rf"({_SERIES})[\s.:#-]*", typed, re.ASCII | re.IGNORECASE):
        raise ValueError(f"{typed!r} has no number; write it like PCD 1644, MD3274 or DD2738")
    if match := re.fullmatch(_POLICING, typed, re.ASCII | re.IGNORECASE):
        series, year, of_year, number = match.groups()
        return f"{series.upper()} {f'{year}/{of_year}' if year else number}"
    if match := re.fullmatch(_AUTHORITY, typed, re.ASCII | re.IGNORECASE):
        return f"{match[1].upper()}{match[2]}"
    return typed
