"""What stands beside the figures, in no total: headlines, and programmes with no amount."""

# No annotations from __future__: the types of the rows' fields are read as the program runs.
from vru_ledger.domain.answer import Answer
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import Headline, Programme
from vru_ledger.domain.value import Value
from vru_ledger.store import register
from vru_ledger.store.database import Session


class HeadlineRow(Value):
    """A published figure that is not a fund."""

    headline: str
    name: str
    amount: Pence
    note: str
    source: str


class ProgrammeRow(Value):
    """A programme whose amount nobody published."""

    programme: str
    name: str
    amount: Pence | None
    facts: str
    source: str


def headlines(session: Session, known_at: int | None) -> list[Answer]:
    """Return the headlines as an answer of their own, if there are any."""
    rows = [
        HeadlineRow(
            headline=one.code,
            name=one.name,
            amount=Pence(one.amount_pence),
            note=one.note,
            source=one.citation,
        )
        for one in register.everything(session, Headline, known_at)
    ]
    return _beside(
        "headlines",
        "Headlines: published figures that are not funds, in no total",
        HeadlineRow,
        rows,
        ("headline", "name", "amount", "note", "source"),
    )


def programmes(session: Session, known_at: int | None) -> list[Answer]:
    """Return the programmes with no published amount as an answer of their own, if any."""
    rows = [
        ProgrammeRow(
            programme=one.code, name=one.name, amount=None, facts=one.facts, source=one.citation
        )
        for one in register.everything(session, Programme, known_at)
    ]
    return _beside(
        "programmes",
        "Programmes for which no amount is published",
        ProgrammeRow,
        rows,
        ("programme", "name", "amount", "facts", "source"),
    )


def _beside(
    name: str,
    title: str,
    row_type: type,
    rows: list[HeadlineRow] | list[ProgrammeRow],
    shown: tuple[str, ...],
) -> list[Answer]:
    if not rows:
        return []
    return [
        Answer(
            name=name,
            title=title,
            row_type=row_type,
            rows=rows,
            shown=shown,
            drop_first=(shown[4], shown[0], shown[3]),
        )
    ]
