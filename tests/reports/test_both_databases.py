"""Every report says the same of the same history, whichever database keeps it."""

from datetime import date
from typing import Any

import pytest

from tests.reports.asking import ask
from tests.reports.lived import TODAY, lived
from vru_ledger import reports

OF_THE_CLOCK = {"journal", "papers", "periods"}
"""Reports whose rows tell a hash, or when something was recorded."""

QUERIES: dict[str, list[dict[str, Any]]] = {
    "position": [{"by": ("recipient", "bcu")}, {"periods": "month"}],
    "monitoring": [{"by": ("fy", "source")}, {"periods": "year"}, {"exceptions": True}],
    "payments": [{"by": ("bcu", "fund")}, {"periods": "quarter"}],
    "movements": [{"by": ("theme", "area"), "since": date(2022, 1, 1)}],
    "commitments": [{"bcu": "BCU-1"}, {"exceptions": True}],
    "claims": [{"source": "HO", "bcu": "BCU-1"}],
    "recipient": [{"recipient": "ONE"}, {"recipient": "TWO"}],
    "virements": [{"fund": "GAMMA"}, {"fy": "2022/23"}],
    "audit": [{"fund": "ALPHA"}, {"award": "ALPHA-0002"}],
}
MOMENTS: list[dict[str, Any]] = [{}, {"as_of": date(2022, 6, 1)}, {"known_at": 50}]


def test_both_databases_give_the_same_rows_and_totals(postgres_url: str):
    databases = lived(), lived(postgres_url)
    try:
        for name in sorted(set(reports.names()) - OF_THE_CLOCK):
            for query in [{}, *QUERIES.get(name, [])]:
                for moment in MOMENTS:
                    asked = {"today": TODAY, **query, **moment}
                    told = [ask(database, name, **asked) for database in databases]
                    assert told[0][1] == told[1][1], (name, asked)
                    assert told[0][0].total == told[1][0].total, (name, asked)
    finally:
        for database in databases:
            database.close()


@pytest.mark.parametrize("name", sorted(OF_THE_CLOCK))
def test_what_is_left_out_is_a_report(name: str):
    assert name in reports.names()
