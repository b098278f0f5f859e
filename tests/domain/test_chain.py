"""The chain: the exact text of every kind of entry, read back the same, and the hash over it."""

import hashlib
import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import ONE, allocation, cap, registered
from tests.strategies import STORED_TEXT, entries
from vru_ledger.domain.chain import GENESIS, entry_of, fact_of, link
from vru_ledger.domain.entries import ENTRIES, CapSet, Entry, Funding, Registration
from vru_ledger.domain.money import Pence
from vru_ledger.domain.register import RECORDS, Fund

WHEN = "2021-04-01T09:00:00Z"


def fact(entry: Entry, number: int = 17, actor: str = "Ada") -> str:
    return fact_of(entry, number, actor, WHEN)


def test_a_fact_is_json_with_sorted_keys_and_nothing_that_was_not_given():
    new = Funding(fund="ALPHA", amount_pence=Pence(500), fy="2021/22", dated=date(2021, 4, 1))
    assert fact(new) == (
        '{"actor":"Ada","amount_pence":500,"dated":"2021-04-01","fund":"ALPHA","fy":"2021/22",'
        '"kind":"fund","number":17,"recorded_at":"2021-04-01T09:00:00Z"}'
    )


def test_a_limit_of_nothing_and_a_tolerance_of_nothing_are_given():
    told = json.loads(fact(cap("A", "amount", 0, tolerance=0)))
    assert (told["limit"], told["tolerance"]) == (0, 0)
    assert "tolerance_bp" not in told


def test_a_registration_tells_the_table_of_each_record():
    told = json.loads(fact(registered(ONE, Fund(code="F", name="Fund", closed=True))))
    assert told["records"] == [
        {
            "table": "recipients",
            "code": "ONE",
            "name": "First Trust",
            "kind": "charity",
            "area": "E1",
        },
        {"table": "funds", "code": "F", "name": "Fund", "closed": True},
    ]


@pytest.mark.parametrize("kind", ENTRIES)
def test_a_kind_of_entry_reads_back_as_it_was(kind: str):
    @given(entries(kind), st.integers(1), STORED_TEXT)
    def reads_back(entry: Entry, number: int, actor: str) -> None:
        text = fact_of(entry, number, actor, WHEN)
        told = json.loads(text)
        assert entry_of(told) == entry
        assert (told["kind"], told["number"], told["actor"]) == (kind, number, actor)
        assert told["recorded_at"] == WHEN

    reads_back()


@pytest.mark.parametrize("record", RECORDS)
def test_a_kind_of_record_is_told_under_a_table_of_its_own(record: type[Any]):
    assert [one.TABLE for one in RECORDS].count(record.TABLE) == 1


@given(entries())
def test_a_fact_is_the_one_canonical_text_of_what_it_says(entry: Entry):
    text = fact(entry)
    told = json.loads(text)
    again = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert text == again
    assert None not in told.values()
    assert fact(entry_of(told)) == text
    assert text.encode().decode() == text


@given(entries(), st.randoms(use_true_random=False))
def test_the_same_entry_has_the_same_fact_in_whatever_order_its_fields_are_given(entry, chance):
    fields = list(zip(entry.FIELDS, entry, strict=True))
    chance.shuffle(fields)
    assert fact(type(entry)(**dict(fields))) == fact(entry)


@given(entries(), entries())
def test_different_entries_have_different_facts(one: Entry, other: Entry):
    assert (fact(one) == fact(other)) == (one == other)


def test_what_is_left_out_and_what_is_given_as_its_default_are_the_same_fact():
    short = CapSet(cap="A", fund="F", measure="amount", limit=1)
    full = short.replace(per=(), only="", severity="stop", tolerance=None, reason="", dated=None)
    assert fact(short) == fact(full)


@given(st.text("0123456789abcdef", min_size=64, max_size=64), STORED_TEXT)
def test_a_link_is_the_sha_256_of_the_link_before_and_the_fact(previous: str, text: str):
    assert link(previous, text) == hashlib.sha256((previous + text).encode()).hexdigest()


def test_the_first_link_follows_sixty_four_noughts():
    assert GENESIS == "0" * 64
    # printf '%064d{}' 0 | sha256sum
    assert link(GENESIS, "{}") == (
        "5508d2b710e64bc470079e1b211d9c58e21011e59d0559e422345dc19d659a75"
    )


def test_a_link_is_the_same_whether_openssl_is_loaded_or_not():
    program = (
        "from vru_ledger.domain.chain import GENESIS, link\n"
        "print(link(GENESIS, 'Zoë £'))"  # In a process of its own, nothing has loaded OpenSSL.
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.strip() == hashlib.sha256((GENESIS + "Zoë £").encode()).hexdigest()


def changed(**more: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(fact(allocation()))
    return {**told, **more}


@pytest.mark.parametrize(
    "told",
    [
        changed(kind="alocate"),
        changed(kind=None),
        changed(kind=["allocate"]),
        changed(amount_pence="100"),
        changed(amount_pence=100.0),
        changed(amount_pence=True),
        changed(amount_pence=None),
        changed(fund=7),
        changed(dated="yesterday"),
        changed(dated=20210401),
        changed(unknown=1),
        changed(records=[]),
        {"kind": "allocate"},
        {"kind": "register"},
        {"kind": "register", "records": {}},
        {"kind": "register", "records": [{}]},
        {"kind": "register", "records": ["funds"]},
        {"kind": "register", "records": [{"table": "nowhere", "code": "A"}]},
        {"kind": "register", "records": [{"table": [], "code": "A"}]},
        {"kind": "register", "records": [{"table": "funds", "code": "A", "name": 1}]},
        {"kind": "register", "records": [{"table": "funds", "code": "A"}]},
        {"kind": "register", "records": [{"table": "funds", "code": "A", "name": "A", "x": 1}]},
        {"kind": "cap", "cap": "A", "fund": "F", "measure": "amount", "limit": 1, "per": "area"},
        {"kind": "fund", "fund": "A"},
        {},
        [],
        None,
        7,
        "fund",
    ],
)
def test_what_is_not_the_fact_of_an_entry_is_refused_in_a_sentence(told: Any):
    with pytest.raises(ValueError, match=r"its (kind|fact) is|isoformat"):
        entry_of(told)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | STORED_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STORED_TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(entries(), st.data())
def test_a_fact_with_anything_in_any_field_is_an_entry_or_refused(
    entry: Entry, data: st.DataObject
):
    told = json.loads(fact(entry))
    name = data.draw(st.sampled_from(sorted(told)))
    told[name] = data.draw(_JSON)
    try:
        found = entry_of(told)
    except ValueError:
        return
    assert type(found) in ENTRIES.values()


@given(_JSON)
def test_any_json_is_an_entry_or_refused(told: Any):
    with pytest.raises(ValueError, match="its kind is"):
        entry_of(told)


def test_a_registration_of_nothing_reads_back():
    assert entry_of(json.loads(fact(Registration(records=())))) == Registration(records=())
