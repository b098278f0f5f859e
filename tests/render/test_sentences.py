"""Sentences: what a screen reader says of a report makes sense without seeing a table."""

from tests.render.samples import FULL, SHOWN, answer, rendered, row
from vru_ledger.domain.share import Share


def said(*rows: object, **more: object) -> list[str]:
    return rendered("sentences", answer(rows, **more)).splitlines()  # type: ignore[arg-type]


def test_a_row_is_a_sentence_in_which_every_figure_follows_its_name():
    asked = row("Newham", 75_000_000, used=Share(1000), number=3)
    told = said(asked, shown=("name", "amount", "used", "number"), notes=[])
    assert told == [
        "A sample.",
        "Newham: amount £750,000.00; used 100.0%; number 3.",
        "End of 1 row.",
    ]


def test_less_than_nothing_is_said_in_words():
    told = said(row("Newham", -2_500), shown=("name", "amount"))
    assert "Newham: amount minus £25.00." in told


def test_what_is_not_there_is_not_said():
    told = said(row("Newham", 5), shown=("name", "code", "left", "dated"))
    assert told[1] == "Newham, area code none, dated not dated."


def test_the_total_the_notes_and_what_columns_mean_are_sentences():
    told = said(
        *FULL,
        shown=SHOWN,
        total=row("total", 5),
        notes=["a note"],
        measures={"amount": "what was promised", "unknown": "nothing"},
    )
    assert told[4] == "End of 3 rows."
    assert told[5].startswith("Total, area code none: amount £0.05; ")
    assert told[6:] == ["A note.", "Amount means what was promised."]


def test_no_rows_are_said_to_be_none():
    assert said() == ["A sample.", "There are no rows.", "A note."]
