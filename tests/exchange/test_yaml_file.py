"""YAML that people edit gives plain texts with their places, and nothing clever is obeyed."""

import json
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vru_ledger.exchange.yaml_file import DEEPEST, Place, read_yaml

LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
MERGES = "m0: &m0 {k: v}\n" + "".join(
    f"m{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 50)}]\n" for n in range(1, 40)
)


def found(text: str) -> list[tuple[str, int, int]]:
    """Return the code, line and column of each problem."""
    return [(problem.code, *problem.place) for problem in read_yaml(text).problems]


@pytest.mark.parametrize("typed", ["0777", "1:30", "no", "0x1F", "1e3", "~", "null", "2023-03-31"])
def test_everything_is_the_text_that_was_typed(typed: str):
    assert read_yaml(f"a: {typed}\nb: [{typed}]").value == {"a": typed, "b": [typed]}


def test_every_key_and_value_has_its_line_and_column():
    tree = read_yaml("# a comment\na: £x\n'£b':\n  - c: \"1\"\n    d: [1,  2]\n")
    assert tree.value == {"a": "£x", "£b": [{"c": "1", "d": ["1", "2"]}]}
    assert tree.keys == {
        ("a",): Place(2, 1),
        ("£b",): Place(3, 1),
        ("£b", 0, "c"): Place(4, 5),
        ("£b", 0, "d"): Place(5, 5),
    }
    assert tree.places[("a",)] == Place(2, 4)
    assert tree.places[("£b", 0)] == Place(4, 5)
    assert tree.places[("£b", 0, "c")] == Place(4, 8)
    assert tree.places[("£b", 0, "d", 1)] == Place(5, 13)
    assert tree.problems == []


def test_columns_count_characters_and_not_bytes():
    assert found("££££: ŵŵ  \u202e\n") == [("text-unsafe", 1, 11)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_however_they_end(end: str):
    assert read_yaml(end.join(["a: 1", "b: 2", ""])).places[("b",)] == Place(2, 4)


def test_a_byte_order_mark_at_the_start_counts_for_nothing():
    assert read_yaml("\ufeffa: 1").keys == {("a",): Place(1, 1)}


def test_what_editors_do_not_show_as_a_line_end_is_none():
    assert found("a: x\u2028y\nb: \x85\nc: !t z\n") == [
        ("text-unsafe", 1, 5),
        ("text-unsafe", 2, 4),
        ("yaml-tag", 3, 4),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: !!python/object/apply:os.system [id]", [("yaml-tag", 1, 4)]),
        ("a: !<tag:x> b\nc: !!int 3\nd: ! e", [("yaml-tag", n, 4) for n in (1, 2, 3)]),
        ("%TAG ! tag:x,2000:\n---\na: b", [("yaml-tag", 1, 1)]),
        ("a: &x 1\nb: *x", [("yaml-alias", 1, 4), ("yaml-alias", 2, 4)]),
        ("*x : 1\nb: 2", [("yaml-alias", 1, 1)]),
        ("<<: {a: 1}", [("yaml-merge", 1, 1)]),
        ("a: 1\nb:\n  c: 1\n  c: [x, {y: z}]\na: 3", [
            ("yaml-duplicate-key", 4, 3),
            ("yaml-duplicate-key", 5, 1),
        ]),
        ("? [a]\n: [b]\nc: 1", [("yaml-key", 1, 3)]),
        ("{{a: b}: c}", [("yaml-key", 1, 2)]),
        ("a: 1\n---\nb: 2", [("yaml-documents", 2, 1)]),
        ("a: \x00\nb\x1b: 1", [("text-unsafe", 1, 4), ("text-unsafe", 2, 2)]),
        ("a: \ufffe\uffff\U0001ffff\ud800", [("text-unsafe", 1, n) for n in (4, 5, 6, 7)]),
        ("# \u202e hidden in a comment", [("text-unsafe", 1, 3)]),
        ("", [("yaml-empty", 1, 1)]),
        ("# nothing\n---\n...", []),
        ("a: b: c", [("yaml-syntax", 1, 5)]),
        ("a: 1\n\tb: 2", [("yaml-syntax", 2, 1)]),
        ("a: [1,\nb: 2", [("yaml-syntax", 1, 4)]),
        ("a: 'x\n\n", [("yaml-syntax", 1, 4)]),
        ("a: @b", [("yaml-syntax", 1, 4)]),
        ("- a\nb: c", [("yaml-syntax", 2, 1)]),
    ],
)  # fmt: skip
def test_what_may_not_stand_there_is_found_at_its_place(
    text: str, expected: list[tuple[str, int, int]]
):
    assert found(text) == expected


def test_every_problem_says_what_to_do():
    for text in (
        "a: &x [*x, !t b]\n<<: 1\na: 2\n? [k]\n: v",
        "a: b: c",
        "",
        "a\0: 1",
        "a: 1\n--- b",
    ):
        assert all(problem.remedy and problem.message for problem in read_yaml(text).problems)


def test_the_values_beside_a_problem_are_still_read():
    tree = read_yaml("a: *x\nb: !t 1\n<<: {z: 1}\nb: [again]\n? [k]\n: {v: w}\nc: last")
    assert tree.value == {"a": None, "b": "1", "c": "last"}
    assert tree.complete


def test_quotes_keep_what_would_be_special():
    assert found("a: '*x'\nb: '&y'\nc: '!z'\n'<<': 1") == []


def test_twenty_levels_are_read_and_one_more_ends_the_reading():
    assert read_yaml("[" * DEEPEST + "]" * DEEPEST).problems == []
    tree = read_yaml("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
    assert [(problem.code, problem.place) for problem in tree.problems] == [
        ("yaml-depth", Place(1, DEEPEST + 1))
    ]
    assert not tree.complete


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        MERGES,
        "[" * 128_000,
        "{a: " * 64_000,
        "- " * 128_000,
        "? " * 128_000,
        "- a\n" * 65_536,
        "[" + "[]," * 80_000 + "]",
        "{" + "? a," * 60_000 + "}",
        "- *a\n" * 50_000,
        "- !t a\n" * 35_000,
        "a: &" + "x" * 250_000,
        "k" * 250_000 + ": 1",
        "'" + "x" * 250_000,
        "a: |\n" + " x\n" * 80_000,
        "\0" * 250_000,
        "%TAG !a! x\n" * 20_000,
        "#" * 250_000,
        "\n" * 250_000,
    ],
    ids=lambda text: text[:12].encode("unicode_escape").decode(),
)
def test_a_hostile_file_of_256_kb_is_read_in_seconds(text: str):
    began = time.process_time()
    read_yaml(text)
    assert time.process_time() - began < 5


PIECES = st.sampled_from("a :-?[]{},*&!<'\"#|>%.\\£\n\t\r\0\x85\u202e") | st.sampled_from(
    ["b: ", "- ", "? ", "\n  ", "*x", "&x ", "!t ", "<<: ", "---\n", "...\n"]
)


@given(st.text() | st.lists(PIECES).map("".join))
@example("\ud800")
@example("? ")
@example("*")
@example("[*x : 1, {? *y, ? [z]}]")
def test_any_text_gives_a_value_or_problems_at_places_in_it(text: str):
    tree = read_yaml(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for place in [*tree.places.values(), *tree.keys.values(), *(p.place for p in tree.problems)]:
        assert 1 <= place.line <= len(lines) + 1
        assert place.column >= 1
    assert tree.value is not None or tree.problems or not text.strip() or "-" in text or "." in text


@given(st.recursive(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=12,
))  # fmt: skip
def test_what_json_writes_is_read_as_it_was(value: object):
    assert read_yaml(json.dumps(value)).value == value
