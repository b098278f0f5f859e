"""The pages that people read are true: every command shown says what the page says it says.

And every command that a failure suggests there works, typed as it stands.
"""

from difflib import unified_diff
from pathlib import Path

import pytest

from tests.transcripts_runner import PageError, play

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    page
    for pattern in ("tests/transcripts/*.md", "README.md", "docs/tour.md", "docs/how-to/*.md")
    for page in ROOT.glob(pattern)
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_page_is_true(page: Path, request: pytest.FixtureRequest):
    written = page.read_text(encoding="utf-8")
    failed: list[str] = []

    def suggested(command: str, words: str, code: int) -> None:
        if code:
            failed.append(f"after {command!r}: {words!r} exits with {code}")

    try:
        played = play(written, suggested=suggested)
    except PageError as error:
        pytest.fail(f"{page.relative_to(ROOT)}, {error}", pytrace=False)
    if failed:
        pytest.fail("\n".join(["what it suggests does not work:", *failed]), pytrace=False)
    if played == written:
        return
    if request.config.getoption("--update"):
        page.write_text(played, encoding="utf-8")
        return
    name = str(page.relative_to(ROOT))
    difference = unified_diff(
        written.splitlines(), played.splitlines(), name, f"{name}, as it really is", lineterm=""
    )
    pytest.fail(
        "\n".join([*difference, "", "to accept this: make update, then read the diff"]),
        pytrace=False,
    )
