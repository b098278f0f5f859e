"""A seed file is checked as a whole: everything wrong in it, at its place, and what to do."""

import re
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.exchange.broken_seeds import BROKEN, MARK, Change
from vru_ledger.domain.entries import CapSet
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.register import RECORDS, Area, Fund, Listing, Record
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange import seed_findings, seed_shape
from vru_ledger.exchange.seed_file import (
    MOST_BYTES,
    Checked,
    Seed,
    built_in_seed,
    read_seed,
    read_seed_text,
)
from vru_ledger.exchange.seed_findings import CODES, MOST_FINDINGS

ROOT = Path(__file__).parents[2]
REAL = built_in_seed().read_text(encoding="utf-8")

SMALL = """\
gathered: 2026-11-22
kinds: [site]
documents:
  - {code: PAGE, title: A page}
funding_sources:
  - {code: GRANT, name: A grant, source: {document: PAGE}}
recipients:
  - {code: R1, name: One, kind: site, source: {document: PAGE}}
funds:
  - code: F1
    name: First
    funding_source: GRANT
    lines:
      - {amount: £600, year: 2021/22}
      - {amount: £300, year: 2022/23, source: {document: PAGE, section: Table 2}}
    amount: £1,000
    source: {document: PAGE, section: Funds}
    caps:
      - {code: F1-FUND, measure: amount, limit: 1k, source: {document: PAGE}}
      - code: F1-SHARE
        measure: share
        limit: 12.5%
        per: [recipient, financial-year]
        only: site
        severity: warn
        tolerance: £10
        tolerance_share: 5%
        source: {document: PAGE}
"""


def broken(text: str, *changes: Change) -> str:
    """Make the changes; each must have one place to be made at."""
    for old, new in changes:
        assert text.count(old) == 1, f"{text.count(old)} times in the seed: {old}"
        text = text.replace(old, new)
    return text


def small(*changes: Change) -> Checked:
    """Read the small seed with these changes."""
    return read_seed_text(broken(SMALL, *changes), "small.yaml")


def seed_of(checked: Checked) -> Seed:
    assert checked.seed is not None, checked.findings
    return checked.seed


def places(marked: str) -> list[tuple[int, int]]:
    """Return line and column of every mark, as they are when the marks are taken out."""
    found = []
    for number, line in enumerate(marked.split("\n"), 1):
        for earlier, mark in enumerate(re.finditer(MARK, line)):
            found.append((number, mark.start() + 1 - earlier))
    return found


def codes_at(findings: list[Finding]) -> list[tuple[str, int, int]]:
    return [(finding.code, finding.line, finding.column) for finding in findings]


@pytest.mark.parametrize("what", BROKEN)
def test_one_thing_wrong_is_one_finding_at_its_place(what: str):
    changes, codes = BROKEN[what]
    marked = broken(REAL, *changes)
    checked = read_seed_text(marked.replace(MARK, ""), "seed.yaml")
    expected = [(code, *place) for code, place in zip(codes, places(marked), strict=True)]
    assert codes_at(checked.findings) == expected, checked.findings
    for finding in checked.findings:
        assert finding.message
        assert finding.remedy
        assert finding.file == "seed.yaml"
    is_error = any(finding.severity == "error" for finding in checked.findings)
    assert (checked.seed is None) == is_error


# Those that end the reading, and those that touch what another makes unreadable.
ALONE = {
    "a tab",
    "too many levels",
    "nothing behind a key",
    "an amount left out",
    "a bare year",
    "a tolerance on a last day",
    "a recipient listed twice",
    "a recipient of another kind",
    "a cap above its fund",
    "a cap on another last day",
    "two areas on one tile",
    "a penny more in all",
    "a hospital too many",
}


def test_many_things_wrong_are_all_found_at_once_and_nothing_else_is():
    marked, codes_of = REAL, {}
    for number, (what, (changes, codes)) in enumerate(BROKEN.items()):
        # Each has a mark of its own, so that its code is known when all are in the text.
        mark = chr(0xE000 + number)
        own = [(old, new.replace(MARK, mark)) for old, new in changes]
        if what not in ALONE and all(marked.count(old) == 1 for old, _ in own):
            marked = broken(marked, *own)
            codes_of[mark] = codes
    marks = re.findall("[\ue000-\uf8ff]", marked)
    assert len(marks) > 35
    at = places(re.sub("[\ue000-\uf8ff]", MARK, marked))
    expected = [(codes_of[mark][0], *place) for mark, place in zip(marks, at, strict=True)]
    found = codes_at(read_seed_text(re.sub("[\ue000-\uf8ff]", "", marked), "seed.yaml").findings)
    assert sorted(found) == sorted(expected)
    assert found == sorted(found, key=lambda one: one[1:])


def test_every_code_of_a_broken_seed_is_one_that_is_explained():
    source = Path(seed_findings.__file__).parent
    written = set()
    for file in [*source.glob("seed_*.py")]:
        written |= set(re.findall(r"\"(seed-[a-z-]+)\"", file.read_text(encoding="utf-8")))
    for code in re.findall(
        r"\"((?:yaml|text)-[a-z-]+)\"", (source / "yaml_file.py").read_text(encoding="utf-8")
    ):
        written.add(f"seed-{code}")
    assert written == set(CODES)


def test_every_code_and_every_key_is_in_the_reference():
    page = (ROOT / "docs/reference/seed-file.md").read_text(encoding="utf-8")
    assert {code for code in CODES if f"| `{code}` | {CODES[code]} |" not in page} == set()
    rows = [row for row in vars(seed_shape).values() if isinstance(row, type)]
    keys = {
        key for row in rows if issubclass(row, seed_shape.Row) for key in seed_shape.keys_of(row)
    }
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_the_smallest_seed_of_the_reference_is_sound():
    page = (ROOT / "docs/reference/seed-file.md").read_text(encoding="utf-8")
    seed = seed_of(read_seed_text(page.split("```")[1].removeprefix("yaml\n"), "smallest.yaml"))
    assert [cap.limit for cap in seed.caps] == [130_000_000]


def test_almost_every_code_has_a_seed_that_is_broken_so():
    shown = {code for _, codes in BROKEN.values() for code in codes}
    elsewhere = {
        "seed-name-mixed",
        "seed-too-many",
        "seed-yaml-documents",
        "seed-yaml-empty",
    }
    assert shown | elsewhere == set(CODES)


def test_letters_of_two_alphabets_in_a_name_are_warned_of():
    checked = small(("name: One", "name: Оne"))  # noqa: RUF001
    assert [(one.code, one.severity) for one in checked.findings] == [("seed-name-mixed", "warn")]
    assert checked.seed is not None


def test_a_slip_is_answered_with_what_was_meant():
    def remedy(what: str) -> str:
        changes, _ = BROKEN[what]
        text = broken(REAL, *changes).replace(MARK, "")
        return read_seed_text(text, "seed.yaml").findings[0].remedy

    assert remedy("an unknown key") == "did you mean theme?"
    assert remedy("a measure that there is not") == "did you mean end?"
    assert remedy("a property that there is not") == "did you mean recipient?"
    assert remedy("a recipient that is not there") == "did you mean BCU-NORTH-AREA?"
    assert remedy("a kind that is not there") == "did you mean a-and-e?"
    assert remedy("a funding source that is not there") == "did you mean NATIONAL?"


def test_an_amount_with_commas_in_a_group_needs_quotes_and_is_told_so():
    checked = small(("limit: 1k", "limit: £1,000"))
    assert [(one.code, one.value) for one in checked.findings] == [("seed-unknown-key", "000")]
    assert "in quotes: '£750,000'" in checked.findings[0].remedy
    assert seed_of(small(("limit: 1k", "limit: '£1,000'"))).caps[0].limit == 100_000


def test_a_fund_with_lines_has_its_authority_by_source_and_year_and_the_rest_without():
    said = [
        (one.amount_pence, one.source, one.fy, one.citation) for one in seed_of(small()).fundings
    ]
    assert said == [
        (60_000, "GRANT", "2021/22", "PAGE, Funds"),
        (30_000, "GRANT", "2022/23", "PAGE, Table 2"),
        (10_000, "GRANT", "", "PAGE, Funds"),
    ]


def test_lines_alone_make_up_a_fund():
    seed = seed_of(small(("    amount: £1,000\n", ""), ("limit: 1k", "limit: 900")))
    assert [funding.amount_pence for funding in seed.fundings] == [60_000, 30_000]


def test_a_cap_is_read_in_the_unit_of_what_it_measures():
    assert seed_of(small()).caps == (
        CapSet(cap="F1-FUND", fund="F1", measure="amount", limit=100_000, citation="PAGE"),
        CapSet(
            cap="F1-SHARE",
            fund="F1",
            measure="share",
            limit=1_250,
            per=("recipient", "financial-year"),
            only="site",
            severity="warn",
            tolerance=1_000,
            tolerance_bp=500,
            citation="PAGE",
        ),
    )


def test_a_source_cites_its_document_and_section_and_what_else_bears_on_it():
    cited = "{document: PAGE, section: Table 2, also: [PAGE, PAGE]}"
    seed = seed_of(small(("{document: PAGE, section: Funds}", cited)))
    [fund] = [record for record in seed.records if isinstance(record, Fund)]
    assert fund.citation == "PAGE, Table 2; PAGE; PAGE"


def test_no_record_names_a_later_one():
    known: set[tuple[type[Record], str]] = set()
    order = [type(record) for record in seed_of(read_seed(built_in_seed())).records]
    assert order == sorted(order, key=RECORDS.index)
    for record in seed_of(read_seed(built_in_seed())).records:
        if isinstance(record, Listing):
            continue
        known.add((type(record), record.code))
        if isinstance(record, Area) and record.bcu:
            assert (Area, record.bcu) in known


def test_a_text_may_run_over_lines_and_is_one_sentence():
    seed = seed_of(
        small(("    name: First\n", "    name: First\n    note: |\n      A\n      b.\n"))
    )
    [fund] = [record for record in seed.records if isinstance(record, Fund)]
    assert fund.note == "A b."


def test_a_chosen_last_day_stands_in_the_note_with_its_ground():
    term = "    term: {to: 31/03/2023, words: to spring, chosen: true, ground: it ends then}\n"
    seed = seed_of(small(("    name: First\n", "    name: First\n" + term)))
    [fund] = [record for record in seed.records if isinstance(record, Fund)]
    assert (fund.term_to, fund.term_words) == (date(2023, 3, 31), "to spring")
    assert fund.note == "The last day, 2023-03-31, is our choice: it ends then"


@pytest.mark.parametrize("section", ["documents", "kinds", "recipients", "funding_sources"])
def test_a_mistyped_list_is_one_finding_and_not_one_for_every_name_in_it(section: str):
    text = broken(SMALL, (f"{section}:", f"x{section}:"))
    text = text.replace("F1-SHARE", "F1-EACH")
    findings = read_seed_text(text, "small.yaml").findings
    assert [finding.code for finding in findings] == ["seed-unknown-key"]
    assert findings[0].remedy == f"did you mean {section}?"


def test_a_code_that_cannot_be_read_does_not_make_what_names_it_dangle():
    text = SMALL.replace("PAGE", "THE_PAGE")
    codes = {finding.code for finding in read_seed_text(text, "small.yaml").findings}
    assert codes == {"seed-bad-code"}


@pytest.mark.parametrize("change", ["\r\n", "\ufeff"])
def test_a_file_saved_by_another_system_is_the_same_seed(tmp_path: Path, change: str):
    text = change + SMALL if change == "\ufeff" else SMALL.replace("\n", change)
    (tmp_path / "seed.yaml").write_bytes(text.encode())
    assert read_seed(tmp_path / "seed.yaml") == small()


def test_a_file_that_is_no_seed_says_so_in_a_few_lines():
    for text in ("", "hello", "- a\n- b\n", "a: 1\n---\nb: 2", "{}", "funds: []"):
        checked = read_seed_text(text, "x.yaml")
        assert checked.seed is None
        assert 1 <= len(checked.findings) <= 3


def test_an_empty_seed_needs_no_more_than_its_day():
    assert read_seed_text("gathered: 2026-11-22", "x.yaml") == Checked(
        Seed(date(2026, 11, 22), (), (), ()), []
    )


def test_a_file_name_that_steers_the_terminal_is_shown_escaped():
    assert read_seed_text("a: b: c", "\x1b[31m.yaml").findings[0].file == "\\u001B[31m.yaml"


def test_what_a_finding_shows_is_short_and_safe():
    for hostile in ('"\\e[31m\\u202e"', "'" + "x" * 100_000 + "'", '"[red]\\0[/]"'):
        for old, new in (("name: First", f"name: {hostile}"), ("name: First", f"{hostile}: 1")):
            for finding in small((old, new)).findings:
                said = f"{finding.message}{finding.remedy}{finding.value}"
                assert said.isprintable()
                assert len(said) < 500


def test_findings_beyond_a_thousand_are_counted():
    findings = read_seed_text("gathered: 2026-11-22\n" + "funds:\n" + "- x\n" * 5_000, "x").findings
    assert len(findings) == MOST_FINDINGS + 1
    assert findings[-1].code == "seed-too-many"
    assert findings[-1].message == "at least 4,000 more, from here on"


def test_a_seed_above_256_kb_is_refused_and_a_hostile_one_below_is_checked_in_seconds(
    tmp_path: Path,
):
    path = tmp_path / "seed.yaml"
    path.write_text("# " + "x" * MOST_BYTES)
    with pytest.raises(FileUnreadable, match="larger than"):
        read_seed(path)
    for text in (
        "funds:\n" + "- x\n" * 60_000,
        "funds: [" + "[]," * 80_000 + "]",
        "".join(f"k{n}: 1\n" for n in range(22_000)),
        "funds:\n- code: A\n  recipients:\n" + "".join(f"  - R{n}\n" for n in range(22_000)),
        "recipients:\n" + "".join(f"- {{code: R{n}}}\n" for n in range(11_000)),
        "documents:\n" + "- {code: A, title: a}\n" * 11_000,
        "funds:\n- amount: " + "9" * 250_000,
        "gathered: " + "x" * 250_000,
        "\0" * 250_000,
        "funds:\n- name: a" + " " * 250_000 + "b",
    ):
        path.write_text(text)
        began = time.process_time()
        assert read_seed(path).seed is None
        assert time.process_time() - began < 5


@pytest.mark.parametrize("path", [ROOT, "/dev/zero", "/nowhere/seed.yaml", "a\0b"])
def test_what_is_no_file_is_refused(path: Path | str):
    with pytest.raises(FileUnreadable):
        read_seed(path)


LINES = st.sampled_from(REAL.split("\n"))


@given(st.text() | st.lists(LINES | st.text(max_size=20), max_size=40).map("\n".join))
@example("funds: [{caps: [{limit: [], measure: {}, tolerance: x, tolerance_share: *x}]}]")
@example("expects: {areas: [], recipients: {a: b}, total: {}}\nareas: [{tile: []}]")
def test_any_text_gives_a_seed_or_findings(text: str):
    checked = read_seed_text(text, "x.yaml")
    in_error = [finding for finding in checked.findings if finding.severity == "error"]
    assert (checked.seed is None) == bool(in_error)
    for finding in checked.findings:
        assert finding.code in CODES
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.message.isprintable()


@given(st.integers(0, len(REAL) - 1), st.text(max_size=3), st.integers(0, 30))
def test_the_real_seed_with_something_typed_into_it_gives_a_seed_or_findings(
    at: int, typed: str, taken: int
):
    checked = read_seed_text(REAL[:at] + typed + REAL[at + taken :], "x.yaml")
    assert (checked.seed is None) == any(one.severity == "error" for one in checked.findings)
