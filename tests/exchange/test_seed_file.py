"""A seed file is checked as a whole: everything wrong in it, at its place, and what to do."""

import re
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vru_ledger.domain.entries import CapSet, Funding
from vru_ledger.domain.findings import Finding
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import RECORDS, Area, Fund, Listing, Record
from vru_ledger.errors import FileUnreadable
from vru_ledger.exchange import seed_findings
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


def small(old: str = "", new: str = "") -> Checked:
    """Read the small seed with one text replaced."""
    assert SMALL.count(old) == 1 or not old, old
    return read_seed_text(SMALL.replace(old, new) if old else SMALL, "small.yaml")


def seed_of(checked: Checked) -> Seed:
    assert checked.seed is not None, checked.findings
    return checked.seed




def broken(text: str, changes: list[Change]) -> str:
    """Make the changes; each must have one place to be made at."""
    for old, new in changes:
        assert text.count(old) == 1, f"{text.count(old)} times in the seed: {old}"
        text = text.replace(old, new)
    return text


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
    marked = broken(REAL, changes)
    checked = read_seed_text(marked.replace(MARK, ""), "seed.yaml")
    expected = [(code, *place) for code, place in zip(codes, places(marked), strict=True)]
    assert codes_at(checked.findings) == expected, checked.findings
    for finding in checked.findings:
        assert finding.message
        assert finding.remedy
        assert finding.file == "seed.yaml"
    is_error = any(finding.severity == "error" for finding in checked.findings)
    assert (checked.seed is None) == is_error


# Those that end the reading, or hide or are hidden by another of the same place or sum.
ALONE = {"a tab", "too many levels", "nothing behind a key", "an amount left out"}


def test_many_things_wrong_are_all_found_at_once():
    marked, expected = REAL, []
    for number, (what, (changes, codes)) in enumerate(BROKEN.items()):
        # Each has a mark of its own, so that its places are known when all are in the text.
        own = [(old, new.replace(MARK, chr(0xE000 + number))) for old, new in changes]
        if what in ALONE or any(marked.count(old) != 1 for old, _ in own):
            continue
        marked = broken(marked, own)
        expected.append((chr(0xE000 + number), codes))
    bare = re.sub("[\ue000-\uf8ff]", "", marked)
    found = codes_at(read_seed_text(bare, "seed.yaml").findings)
    missing = []
    for mark, codes in expected:
        alone = re.sub(f"(?!{mark})[\ue000-\uf8ff]", "", marked).replace(mark, MARK)
        wanted = [(code, *place) for code, place in zip(codes, places(alone), strict=True)]
        missing += [one for one in wanted if one not in found]
    assert len(expected) > 40
    assert missing == []
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
    checked = small("name: One", "name: Оne")  # noqa: RUF001
    assert [(one.code, one.severity) for one in checked.findings] == [("seed-name-mixed", "warn")]
    assert checked.seed is not None


def test_a_slip_is_answered_with_what_was_meant():
    def remedy(what: str) -> str:
        changes, _ = BROKEN[what]
        text = broken(REAL, changes).replace(MARK, "")
        return read_seed_text(text, "seed.yaml").findings[0].remedy

    assert remedy("an unknown key") == "did you mean theme?"
    assert remedy("a measure that there is not") == "did you mean end?"
    assert remedy("a property that there is not") == "did you mean recipient?"
    assert remedy("a recipient that is not there") == "did you mean BCU-NORTH-AREA?"
    assert remedy("a kind that is not there") == "did you mean a-and-e?"
    assert remedy("a funding source that is not there") == "did you mean NATIONAL?"


def test_an_amount_with_commas_in_a_group_needs_quotes_and_is_told_so():
    checked = small("limit: 1k", "limit: £1,000")
    assert [(one.code, one.value) for one in checked.findings] == [("seed-unknown-key", "000")]
    assert "in quotes: '£750,000'" in checked.findings[0].remedy
    assert seed_of(small("limit: 1k", "limit: '£1,000'")).caps[0].limit == 100_000


def test_a_fund_with_lines_has_its_authority_by_source_and_year_and_the_rest_without():
    assert seed_of(small()).fundings == (
        Funding(fund="F1", amount_pence=Pence(60_000), source="GRANT", fy="2021/22", citation="PAGE, Funds"),
        Funding(fund="F1", amount_pence=Pence(30_000), source="GRANT", fy="2022/23", citation="PAGE, Table 2"),
        Funding(fund="F1", amount_pence=Pence(10_000), source="GRANT", citation="PAGE, Funds"),
    )  # fmt: skip


def test_lines_alone_make_up_a_fund():
    seed = seed_of(small("    amount: £1,000
", "").seed and small("limit: 1k", "limit: 900"))
    assert sum(funding.amount_pence for funding in seed.fundings) == 100_000
