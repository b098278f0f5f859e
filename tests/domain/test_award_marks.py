"""What an award has come to is said by the entries that mark its state, and by its money."""

from hypothesis import given
from hypothesis import strategies as st

from vru_ledger.domain.award_states import Happened, life_of, marks
from vru_ledger.domain.stages import HELD, STAGES
from vru_ledger.domain.steps import STEPS

KINDS = ("allocate", "propose", *(kind for kind in STEPS if kind != "reverse"))


@st.composite
def lives(draw: st.DrawFn) -> list[Happened]:
    """Draw what happened to an award, in any order, some of it undone."""
    entries: list[Happened] = []
    for number in range(1, draw(st.integers(1, 15))):
        undone = {one.reverses for one in entries}
        open_ = [one.number for one in entries if one.reverses is None and one.number not in undone]
        if open_ and draw(st.integers(0, 4)) == 0:
            reverses = draw(st.sampled_from(open_))
            entries.append(Happened(number, "reverse", draw(ACTORS), draw(STAGE), reverses))
        else:
            kind = draw(st.sampled_from(KINDS))
            entries.append(Happened(number, kind, draw(ACTORS), draw(STAGE), None))
    return entries


ACTORS = st.sampled_from(["Ada", "Grace"])
STAGE = st.sampled_from([*STAGES, ""])


@given(lives(), st.dictionaries(st.sampled_from(HELD), st.integers(0, 2)))
def test_entries_that_mark_nothing_may_be_left_out(entries, held):
    marking = [one for one in entries if marks(one)]
    some, every = life_of(held, marking), life_of(held, entries)
    # What each was claimed and paid is what is left out, and nothing but that.
    assert some.replace(standing=(), entries=()) == every.replace(standing=(), entries=())
    assert some.legal() == every.legal()
