"""Names, sentences and codes: what may be stored, how names match, and what a terminal is shown."""

import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.strategies import ANY_TEXT, is_unsafe
from vru_ledger.domain.text import (
    LONGEST_NAME,
    LONGEST_SENTENCE,
    code_from,
    fold,
    likeness,
    parse_code,
    parse_name,
    parse_purpose,
    parse_sentence,
    scripts,
    shown,
)


def every_character() -> Iterator[str]:
    return map(chr, range(0x110000))


def test_a_name_is_kept_as_it_is_typed_but_for_its_spaces():
    assert parse_name("  St  Mary's   Hospital ") == "St Mary's Hospital"
    assert parse_name("Newham\xa0&\u3000Co") == "Newham & Co"
    assert parse_name("Ŵ Ysgol – [bold]Zoë[/] 日本 🙂") == "Ŵ Ysgol – [bold]Zoë[/] 日本 🙂"


def test_a_name_of_letters_and_marks_is_stored_as_the_composed_one():
    assert parse_name("Zoe\u0308") == "Zo\u00eb"


@pytest.mark.parametrize(
    ("text", "position", "character"),
    [
        ("a\nb", 2, "U+000A"),
        ("a\tb", 2, "U+0009"),
        ("\x1b[31mred", 1, "U+001B"),
        ("a\x00", 2, "U+0000"),
        ("a\x7f", 2, "U+007F"),
        ("a\x9b31m", 2, "U+009B"),
        ("pay \u202eeb", 5, "U+202E"),
        ("pay \u2066eb", 5, "U+2066"),
        ("New\u200bham", 4, "U+200B"),
        ("New\u200dham", 4, "U+200D"),
        ("New\u2060ham", 4, "U+2060"),
        ("\ufeffNewham", 1, "U+FEFF"),
        ("New\xadham", 4, "U+00AD"),
        ("New\u3164ham", 4, "U+3164"),
        ("New\ufff4ham", 4, "U+FFF4"),
        ("New\U0001d173ham", 4, "U+1D173"),
        ("New\U0001bca0ham", 4, "U+1BCA0"),
        ("New\U000e0041ham", 4, "U+E0041"),
        ("a\u2028b", 2, "U+2028"),
        ("a\ud800", 2, "U+D800"),
        ("a\uffff", 2, "U+FFFF"),
    ],
)
def test_what_cannot_be_seen_is_refused_by_its_position(text: str, position: int, character: str):
    with pytest.raises(ValueError, match=f"^character {position} is {re.escape(character)}, "):
        parse_name(text)


def test_no_name_holds_any_character_that_steers_or_hides():
    let_through = []
    for character in filter(is_unsafe, every_character()):
        try:
            parse_name(f"a{character}b")
        except ValueError:
            continue
        let_through.append(f"U+{ord(character):04X}")
    assert let_through == []


@pytest.mark.parametrize("text", ["", " ", "\xa0 \u3000"])
def test_an_empty_name_is_refused(text: str):
    with pytest.raises(ValueError, match="it is empty"):
        parse_name(text)


def test_a_name_and_a_sentence_have_a_longest():
    assert parse_name("x" * LONGEST_NAME) == "x" * LONGEST_NAME
    assert parse_sentence("x" * LONGEST_SENTENCE) == "x" * LONGEST_SENTENCE
    with pytest.raises(ValueError, match="it has 121 characters; the most is 120"):
        parse_name("x" * 121)
    with pytest.raises(ValueError, match="it has 2,001 characters; the most is 2,000"):
        parse_sentence("x" * 2_001)


def test_a_purpose_is_a_sentence_without_the_sign_that_parts_buckets():
    assert parse_purpose(" youth  work ") == "youth work"
    assert parse_purpose("x" * 121) == "x" * 121
    with pytest.raises(ValueError, match=r"it holds a '\|'"):
        parse_purpose("youth|doors")
    with pytest.raises(ValueError, match=r"U\+001B"):
        parse_purpose("\x1b[31m")
    with pytest.raises(ValueError, match=r"it holds a '\|'"):
        parse_purpose("youth\uff5cdoors")


@pytest.mark.parametrize("text", ["Youth  Work", "YOUTH WORK", " youth work ", "\uff39outh work"])
def test_a_purpose_has_one_form_however_it_is_typed(text: str):
    assert parse_purpose(text) == "youth work"


@given(ANY_TEXT)
def test_a_purpose_that_was_read_reads_as_itself(text: str):
    try:
        purpose = parse_purpose(text)
    except ValueError:
        return
    assert parse_purpose(purpose) == purpose


@given(ANY_TEXT)
def test_a_name_that_was_read_reads_as_itself_and_is_shown_as_it_is(text: str):
    try:
        name = parse_name(text)
    except ValueError:
        return
    assert parse_name(name) == name
    assert shown(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert not any(map(is_unsafe, name))
    assert name.encode().decode() == name


@given(ANY_TEXT)
@example("\u00b4")
@example("\u0344 \u212b ﬁ")
def test_a_name_is_found_by_what_was_typed(text: str):
    try:
        name = parse_name(text)
    except ValueError:
        return
    assert fold(name) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tower Hamlets", "tower  HAMLETS "),
        ("Hammersmith & Fulham", "hammersmith and fulham"),
        ("Kensington & Chelsea", "Kensington \uff06 Chelsea"),
        ("Zoë", "ZOE\u0308"),
        ("Straße", "STRASSE"),
        ("ﬁne", "Fine"),
        ("\uff2e\uff45\uff57\uff48\uff41\uff4d", "newham"),
        ("A & B & C", "a and b and c"),
        ("Barking\xa0and Dagenham", "barking and dagenham"),
    ],
)
def test_names_that_read_alike_are_equal_when_folded(one: str, other: str):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Newham", "Newnham"),
        ("A&E", "AandE"),
        ("Newham", "N\u0435wham"),
        ("Zoë", "Zoe"),
        ("1", "l"),
    ],
)
def test_names_that_only_look_alike_stay_apart_when_folded(one: str, other: str):
    assert fold(one) != fold(other)


@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40))
def test_folding_forgives_case_and_spaces(text: str):
    assert fold(f"  {text.upper()} ") == fold(text.lower()) or "µ" in text or "ÿ" in text
    assert fold(text.replace(" ", "   ")) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("St Mary's", "ST. MARYS"),
        ("A&E", "a and e"),
        ("Newham", "N\u0435wham"),
        ("Zoë", "Zoe"),
        ("Up-stairs", "upstairs"),
        ("\u041d\u041e\u041c\u0415", "home"),
        ("Łódź", "Lodz"),
        ("!!", "!!"),
    ],
)
def test_names_that_a_reader_may_mistake_are_alike(one: str, other: str):
    assert likeness(one) == likeness(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Newham", "Newnham"),
        ("Site 1", "Site 2"),
        ("Mall", "Mail"),
        ("日本", "中国"),
        ("हिन्दी", "हन्द"),
        ("!!", "??"),
    ],
)
def test_names_that_a_reader_tells_apart_are_not_alike(one: str, other: str):
    assert likeness(one) != likeness(other)


@given(ANY_TEXT, ANY_TEXT)
@example("\u039d\u03bf", "\u03bd\u039f")
@example("\u0130", "i\u0307")
def test_what_is_found_by_name_is_alike(one: str, other: str):
    """A name is looked up by its likeness, and then by its folded form."""
    assert fold(one) != fold(other) or likeness(one) == likeness(other)


def test_every_character_that_steers_or_hides_is_shown_by_its_number():
    unsafe = list(filter(is_unsafe, every_character()))
    numbers = [f"\\u{ord(one):04X}" for one in unsafe if ord(one) <= 0xFFFF]
    numbers += [f"\\U{ord(one):08X}" for one in unsafe if ord(one) > 0xFFFF]
    assert shown("".join(unsafe)) == "".join(numbers)


def test_letters_digits_and_signs_are_shown_as_they_are():
    harmless = "".join(
        one for one in every_character() if unicodedata.category(one) in ("Lu", "Ll", "Nd", "Sm")
    )
    assert shown(harmless) == harmless


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Newham", "Newham"),
        ("£1 – Zoë 日本", "£1 – Zoë 日本"),
        ("\x1b]0;owned\x07", "\\u001B]0;owned\\u0007"),
        ("a\r\nb", "a\\u000D\\u000Ab"),
        ("\u202eabc", "\\u202Eabc"),
        ("\x9b", "\\u009B"),
        ("\ud800", "\\uD800"),
        ("\U000e0041", "\\U000E0041"),
        ("[red]a[/red]", "[red]a[/red]"),
    ],
)
def test_what_would_steer_a_terminal_is_shown_by_its_number(text: str, safe: str):
    assert shown(text) == safe


@given(ANY_TEXT)
def test_nothing_shown_steers_a_terminal_and_showing_twice_is_showing_once(text: str):
    safe = shown(text)
    assert not any(map(is_unsafe, safe))
    assert safe.encode().decode() == safe
    assert shown(safe) == safe


@pytest.mark.parametrize(
    ("text", "code"),
    [("myends", "MYENDS"), (" A-1 ", "A-1"), ("9", "9"), ("x" * 40, "X" * 40)],
)
def test_a_code_is_letters_digits_and_hyphens_in_capitals(text: str, code: str):
    assert parse_code(text) == code


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-A", "A-", "A B", "A_B", "A/B", "A\nB", "A\n", "x" * 41, "Ä", "\u202eA", "A|B"),
        *("d\u0131vert", "straße", "ﬁne", "\u017feed", "\u212aent", "\uff11"),
    ],
)
def test_what_is_not_a_code_is_refused_with_what_is(text: str):
    with pytest.raises(ValueError, match="is not a code: letters A to Z, digits and hyphens") as no:
        parse_code(text)
    assert not any(map(is_unsafe, str(no.value)))


@given(ANY_TEXT)
def test_a_code_that_was_read_is_plain_and_reads_as_itself(text: str):
    try:
        code = parse_code(text)
    except ValueError:
        return
    assert parse_code(code) == code
    assert re.fullmatch(r"[A-Z0-9-]{1,40}", code)
    assert code.lower() == text.strip(" ").lower()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("St Mary's Hospital", "ST-MARYS-HOSPITAL"),
        ("St Mary’s Hospital", "ST-MARYS-HOSPITAL"),
        ("Kensington & Chelsea", "KENSINGTON-CHELSEA"),
        ("Zoë", "ZOE"),
        ("  -a-  ", "A"),
        ("日本", ""),
        ("'", ""),
        ("a" * 39 + " b", "A" * 39),
    ],
)
def test_a_code_is_made_from_a_name(name: str, code: str):
    assert code_from(name) == code


@given(ANY_TEXT)
def test_a_code_made_from_any_name_is_a_code_or_empty(text: str):
    code = code_from(text)
    assert code == "" or parse_code(code) == code


def test_the_alphabets_of_a_name_are_told_apart():
    assert scripts("Newham 2") == {"LATIN"}
    assert scripts("N\u0435wham") == {"LATIN", "CYRILLIC"}
    assert scripts("Zoë") == {"LATIN"}
    assert scripts("Ωmega 日") == {"GREEK", "LATIN", "CJK"}
