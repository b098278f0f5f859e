"""What a file says of how it was made leads back to the same figures, whatever was asked."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.conftest import Run
from vru_ledger import reports
from vru_ledger.cli import made_by
from vru_ledger.cli.report import app
from vru_ledger.domain.query import Query
from vru_ledger.errors import FileUnreadable

pytestmark = pytest.mark.usefixtures("forked")

ASKED: list[list[str]] = [
    ["position", "--by", "recipient,fy", "--fund", "MYENDS"],
    ["position", "--since", "2021-01-01", "--until", "2021-12-31", "--stage", "committed"],
    ["position", "--by", "fund", "--periods", "quarter"],
    ["monitoring", "--units", "£000", "--exceptions"],
    ["caps", "--fund", "MYENDS", "--all", "--as-of", "2021-06-01"],
    ["journal", "--kind", "allocate", "--award", "MYENDS-0001"],
    ["areas", "--bcu", "North East"],
    ["burndown"],
    ["recipient", "--recipient", "NET-NEWHAM"],
    ["map", "--by", "bcu"],
]


@pytest.fixture
def busy(ledger: Path, run: Run) -> Path:
    for name in ("Newham", "Hackney"):
        words = ("750k", "--on", "2021-04-01", "--term", "2021-04-01..2023-03-31")
        done = run("--as", "Ada", "allocate", "MYENDS", name, *words, "--instalments", "quarterly")
        assert done.exit_code == 0, done
    return ledger


@pytest.mark.parametrize("way", ["html", "csv", "xlsx"])
def test_kept_reports_agree_after_more_was_recorded(busy: Path, run: Run, way: str):
    kept = {f"{number}.{way}": words for number, words in enumerate(ASKED)}
    for file, words in kept.items():
        asked = words[:1] if "--units" in words and way != "html" else words
        assert run("report", *asked, "-o", file).exit_code == 0, asked
    for name in ("Brent", "Croydon"):
        assert run("allocate", "MYENDS", name, "1k", "--on", "2021-05-01").exit_code == 0
    later = {"VRU_LEDGER_NOW": "2031-01-01T00:00:00Z"}
    for file, words in kept.items():
        done = run("verify-report", file, "-f", "json", env=later)
        assert done.exit_code == 0, (words, done)
        assert json.loads(done.stdout)["agrees"], words


LATER = [
    ["fund", "add", "AAA", "A First Fund", "100k", "--reason", "r", "--on", "2021-05-01"],
    ["source", "add", "AAA-SOURCE", "A First Source", "--reason", "r"],
    ["source", "set", "NATIONAL", "--name", "Renamed", "--use-by", "2030-01-01", "--reason", "r"],
    ["recipient", "add", "A First Trust", "--kind", "charity", "--reason", "r"],
    ["decision", "add", "PCD 1", "--amount", "1k"],
    ["authority", "set", "--decision-over", "1m", "--on", "2021-04-01", "--reason", "r"],
    ["cap", "set", "MYENDS-EACH", "700k", "--reason", "r", "--on", "2021-05-01"],
    ["paper", "tag", "Board"],
    ["allocate", "MYENDS", "Brent", "1k", "--on", "2021-05-01", "--decision", "PCD 2"],
]


def test_every_report_agrees_after_the_register_has_changed_too(busy: Path, run: Run):
    first = ["authority", "set", "--decision-over", "5m", "--on", "2021-04-01", "--reason", "r"]
    for words in (["decision", "add", "PCD 2", "--amount", "1k"], first):
        assert run(*words).exit_code == 0
    assert run("report", "pack", "-o", "pack.html").exit_code == 0
    for words in LATER:
        done = run(*words)
        assert done.exit_code == 0, done
    done = run("verify-report", "pack.html")
    assert done.exit_code == 0, done
    assert done.stdout.count("agrees: ") == len(reports.names()) - len(
        ("journal", "movements", "recipient")
    )


def test_every_filter_of_a_query_is_an_option_of_the_report():
    command = typer.main.get_command(app)
    options = {name for one in command.params for name in one.opts}
    told: dict[str, Any] = {
        name: True if default is False else ("fund",) if name == "by" else "x"
        for name, default in Query.DEFAULTS.items()
    }
    asked = Query(**told)
    words = made_by._options(asked)
    assert {word for word in words if word.startswith("--")} <= options
    typed = len(Query.DEFAULTS) - len(made_by._NOT_TYPED)
    assert len([word for word in words if word.startswith("--")]) == typed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "vru-ledger report position",
        "vru-ledger report 'position  # entry 1, head 0123456789ab",
        "vru-ledger report position  # entry one, head 0123456789ab",
        "vru-ledger report position  # entry 1, head 0123456789ab, counted to 2021-02-30",
        "rm -rf /  # entry 1, head 0123456789ab",
    ],
)
def test_what_we_did_not_write_is_not_read(text: str):
    with pytest.raises(FileUnreadable, match="does not say which report made it"):
        made_by.read_made_by(text, "kept.csv")


def test_of_a_page_every_letter_is_compared_and_not_its_tables_alone(ledger, run):
    """What is told of the figures, the chart and the head stand there as well."""
    given = ("allocate", "MYENDS", "Newham", "700k", "--on", "2021-04-01")
    assert run(*given).exit_code == 0
    folder = ledger.parent
    for words in (["position"], ["position", "--chart"], ["caps", "--define"], ["pack"]):
        assert run("report", *words, "-o", "kept.html").exit_code == 0
        said = run("verify-report", "kept.html")
        assert said.exit_code == 0, said
        assert all(line.endswith(", and the page whole") for line in said.stdout.splitlines())
    assert run("report", "position", "-o", "kept.html").exit_code == 0
    page = (folder / "kept.html").read_text("utf-8")
    harms = [
        ("authority £28,540,000.00", "authority £29,540,000.00"),
        ("<main ", "<p>Total allocated: £99,000,000.00</p><main "),
        ("<dd>31", "<dd>32"),
        ("Ledger head", "Ledger tail"),
        ("<rect ", '<rect hidden="" '),
        ("entry number 31", "entry number 30"),
    ]
    tried = 0
    for was, now in harms:
        if was not in page:
            continue
        tried += 1
        (folder / "kept.html").write_text(page.replace(was, now, 1), "utf-8")
        said = run("verify-report", "kept.html")
        assert said.exit_code == 4, (was, said)
        assert "its tables agree, and the page around them does not: line " in said.stdout
    assert tried > 3
    (folder / "kept.html").write_text(page.replace("\n", "\r\n"), "utf-8", newline="")
    assert run("verify-report", "kept.html").exit_code == 0


def test_of_a_page_that_another_version_wrote_only_its_tables_are_compared_and_that_is_said(
    ledger, run
):
    assert run("report", "funds", "-o", "kept.html").exit_code == 0
    path = ledger.parent / "kept.html"
    path.write_text(path.read_text("utf-8").replace('"vru-ledger ', '"vru-ledger 0.', 1), "utf-8")
    said = run("verify-report", "kept.html")
    assert said.exit_code == 0
    assert "of the page only its tables: another version of the program wrote it" in said.stdout
    told = json.loads(run("verify-report", "kept.html", "-f", "json").stdout)
    assert told["reports"][0]["whole"] is False
