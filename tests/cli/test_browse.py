"""The whole screen, driven as somebody at the keys drives it: what it shows is read as text."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.builders import (
    ACTOR,
    POUND,
    WHEN,
    asked,
    funded,
    give,
    ledger_of,
    registered,
    rows,
    with_everything,
)
from tests.conftest import Run, RunOnTerminal
from vru_ledger.actions.allocate import Clerk
from vru_ledger.cli.browse_table import lay_out
from vru_ledger.cli.browser import Browser
from vru_ledger.cli.browsing import AT_ONCE, Awards, Entries, Funds, Reader, View
from vru_ledger.domain.entries import Entry
from vru_ledger.domain.query import ANY, Query
from vru_ledger.domain.register import Recipient
from vru_ledger.errors import LedgerUnusable
from vru_ledger.store.database import Database, Session
from vru_ledger.store.opening import open_database

TODAY = date(2026, 11, 22)

Drive = Callable[[Pilot[None]], Awaitable[None]]


def browsing(database: Database, *views: View, query: Query = ANY, **more: Any) -> Browser:
    reader = Reader(lambda: database, lambda: TODAY)
    return Browser(reader, query, views or (Funds(),), **more)


def drive(browser: Browser, keys: Drive, *, width: int = 120, height: int = 30) -> None:
    async def driven() -> None:
        async with browser.run_test(size=(width, height)) as pilot:
            await pilot.pause()
            await keys(pilot)

    asyncio.run(driven())


def screen(browser: Browser) -> str:
    """Return every line on the screen, just as wide as it is."""
    strips = browser.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def seen(browser: Browser, *keys: str, width: int = 120, height: int = 30) -> str:
    """Return what is on the screen after these keys."""
    shown = ""

    async def press(pilot: Pilot[None]) -> None:
        nonlocal shown
        await pilot.press(*keys)
        await pilot.pause()
        shown = screen(browser)

    drive(browser, press, width=width, height=height)
    return shown


def line(shown: str, holding: str) -> list[str]:
    """Return the words of the one line that begins with `holding`."""
    [found] = [one for one in shown.splitlines() if one.strip().startswith(holding)]
    return found.split()


@pytest.fixture
def database() -> Database:
    return with_everything()


def test_it_begins_with_every_fund_and_their_total(database: Database):
    shown = seen(browsing(database), width=160)
    assert "£10,000.00" in line(shown, "ALPHA")
    assert "£6,700.00" in line(shown, "ALPHA")
    assert "£1,000.00" in line(shown, "BETA")
    assert "£11,000.00" in line(shown, "total")
    number, head = rows(database, "SELECT number, hash FROM head")[0]
    assert f"entry {number}, head {head[:12]}, read 2026-11-22" in shown


def test_enter_opens_a_funds_awards_then_an_award_then_an_entry(database: Database):
    browser = browsing(database)
    shown = ""

    async def press(pilot: Pilot[None]) -> None:
        nonlocal shown
        await pilot.press("enter")
        shown = screen(browser)
        assert "funds > ALPHA awards" in shown
        assert "£3,500.00" in line(shown, "ALPHA-0001")
        assert "BETA-0001" not in shown
        await pilot.press("down", "down", "enter")
        shown = screen(browser)
        assert "funds > ALPHA awards > ALPHA-0002: North Hospital, A title" in shown
        assert re.search(r"allocate +£2,600\.00", shown)
        assert "state: committed" in shown
        await pilot.press("enter")
        shown = screen(browser)
        assert "ALPHA-0002: North Hospital" not in shown
        assert re.search(r"purpose +doors", shown)
        assert re.search(r"unallocated .* -£2,600\.00", shown)

    drive(browser, press)


def test_escape_goes_back_to_where_the_cursor_was_and_from_the_first_view_nowhere(
    database: Database,
):
    browser = browsing(database)

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("down", "enter")
        assert "BETA-0001" in screen(browser)
        await pilot.press("escape")
        assert browser.level.at == "BETA"
        await pilot.press("escape", "escape", "enter")
        assert "BETA-0001" in screen(browser)

    drive(browser, press)


def test_the_entries_of_a_fund_show_what_belongs_to_no_award(database: Database):
    shown = seen(browsing(database), "down", "e")
    assert "funds > BETA entries" in shown
    assert "BETA-FUND: £1,000.00" in shown
    assert "£400.00" in shown
    assert "ALPHA" not in shown


def test_rows_are_filtered_as_one_types_and_escape_shows_them_again(database: Database):
    browser = browsing(database, Awards("ALPHA"))

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"second")
        shown = screen(browser)
        assert "ALPHA-0003" in shown
        assert "ALPHA-0002" not in shown
        assert "2 of 4 rows" in shown
        await pilot.press("backspace", *"x")
        assert "0 of 4 rows" in screen(browser)
        await pilot.press("escape")
        assert "ALPHA-0002" in screen(browser)

    drive(browser, press)


@pytest.mark.parametrize("typed", ["2600", "2,600", "NORTH hosp", "doors", "committed 2,6"])
def test_a_filter_looks_at_every_column_and_amounts_need_no_commas(typed: str, database: Database):
    browser = browsing(database, Awards("ALPHA"))
    browser.level.filter = typed
    shown = seen(browser)
    found = "ALPHA-0002" in shown
    assert found == (typed != "doors"), "what it is for is in no column"
    assert "ALPHA-0001" not in shown


def test_letters_that_are_keys_elsewhere_are_typed_into_a_filter(database: Database):
    browser = browsing(database, Awards("ALPHA"))

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"qdmer")
        assert browser.level.filter == "qdmer"
        assert browser.is_running
        await pilot.press("enter", "q")
        assert browser._exit

    drive(browser, press)


def test_a_total_is_not_shown_beside_some_of_its_rows(database: Database):
    assert "£11,000.00" in seen(browsing(database), width=160)
    shown = seen(browsing(database), "slash", *"beta", "enter", width=160)
    assert "£11,000.00" not in shown
    assert "1 of 2 rows" in shown


def later(database: Database) -> Database:
    give(database, "BETA", "TWO", 77 * POUND, dated=date(2021, 6, 1))
    return database


def test_another_day_shows_what_counted_then_in_every_view(database: Database):
    browser = browsing(later(database))

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("down")
        assert "£477.00" in line(screen(browser), "BETA")
        await pilot.press("d", *"2021-05-31", "enter")
        shown = screen(browser)
        assert "£400.00" in line(shown, "BETA")
        assert "as of 2021-05-31" in shown
        await pilot.press("enter")
        assert "BETA-0001" in screen(browser)
        assert "BETA-0002" not in screen(browser)
        await pilot.press("escape", "d", *["backspace"] * 10, *"01/06/2021", "enter")
        assert "as of 2021-06-01" in screen(browser)
        assert "£477.00" in line(screen(browser), "BETA")
        await pilot.press("d", *["backspace"] * 10, "enter")
        assert "read 2026-11-22" in screen(browser)

    drive(browser, press, width=160)


def test_what_is_no_day_is_said_and_what_is_shown_stays(database: Database):
    browser = browsing(database)

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("d", *"2021-02-30", "enter")
        shown = screen(browser)
        assert "'2021-02-30' is not a day of the calendar" in shown
        assert "read 2026-11-22" in shown
        await pilot.press("escape")
        assert "2021-02-30" not in screen(browser)

    drive(browser, press)


def test_an_award_not_made_by_a_day_is_said_and_the_day_stays(database: Database):
    browser = browsing(later(database), Awards("BETA"))

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("enter", "d", *"2021-05-01", "enter")
        shown = screen(browser)
        assert "BETA-0002 was not made yet, as of 2021-05-01" in shown
        assert "read 2026-11-22" in shown
        assert "£77.00" in shown
        await pilot.press("escape", "escape")
        assert "BETA-0001" in screen(browser)
        assert "read 2026-11-22" in screen(browser)

    drive(browser, press)


def test_it_begins_on_the_day_and_at_the_entry_that_were_asked_for(database: Database):
    number = rows(later(database), "SELECT number FROM head")[0][0]
    query = Query(as_of=date(2021, 6, 30), known=str(number - 1))
    shown = seen(browsing(database, query=query), "down", "enter")
    assert "BETA-0002" not in shown
    assert f"entry {number - 1}, head" in shown
    assert f"as of 2021-06-30, as known at {number - 1}" in shown


def test_r_reads_again_what_others_have_written(database: Database):
    browser = browsing(database, Awards("BETA"))

    async def press(pilot: Pilot[None]) -> None:
        later(database)
        await pilot.press("down", "up")
        assert "BETA-0002" not in screen(browser)
        await pilot.press("r")
        assert "BETA-0002" in screen(browser)

    drive(browser, press)


def test_nobody_who_writes_waits_for_somebody_who_looks(tmp_path: Path):
    place = str(tmp_path / "ledger.db")
    with_everything(place).close()
    browser = browsing(open_database(place, wait=0), Awards("BETA"))

    async def press(pilot: Pilot[None]) -> None:
        with closing(open_database(place, wait=0)) as other:
            later(other)
        await pilot.press("r")
        assert "BETA-0002" in screen(browser)

    drive(browser, press)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_figure_is_cut_at_any_width_and_columns_left_out_are_named(width: int):
    database = ledger_of(
        *funded("ALPHA", 123_456_789_012_34),
        registered(Recipient(code="LONG", name="A trust with a very long name", kind="charity")),
    )
    give(database, "ALPHA", "LONG", 98_765_432_109_87)
    for view, figure in ((Funds(), "£24,691,356,902.47"), (Awards("ALPHA"), "£98,765,432,109.87")):
        shown = seen(browsing(database, view), width=width)
        assert figure in shown
        figures = set(re.findall(r"[£\d,.]*£[£\d,.]*", shown))
        whole = {"£123,456,789,012.34", "£24,691,356,902.47", "£98,765,432,109.87", "£0.00"}
        assert figures <= whole
        assert f"not shown at {width} columns: " in " ".join(shown.split())
        assert all(len(one) <= width for one in shown.splitlines())


def test_a_screen_made_narrower_has_fewer_columns_and_reads_nothing_again(database: Database):
    browser = browsing(database)

    async def press(pilot: Pilot[None]) -> None:
        assert "committed" in screen(browser)
        before = browser.level.seen
        await pilot.resize_terminal(60, 30)
        await pilot.pause()
        assert "not shown at 60 columns: " in screen(browser)
        assert browser.level.seen is before

    drive(browser, press, width=160)


HOSTILE = {
    "[red]Trust[/] :smile:": "[red]Trust[/] :smile:",
    "[@click=app.quit]x[/]": "[@click=app.quit]x[/]",
    "\x1b[31mRed\x1b[0m": "\\u001B[31mRed\\u001B[0m",
    "\u202eevil": "\\u202Eevil",
    "[/]": "[/]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_to_the_letter(name: str):
    database = ledger_of(
        *funded("ALPHA", 1_000 * POUND),
        registered(Recipient(code="H", name=name, kind="charity")),
    )
    give(database, "ALPHA", "H", 5 * POUND)
    browser = browsing(database)

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert HOSTILE[name] in screen(browser)
        await pilot.press("enter")
        assert f"ALPHA-0001: {HOSTILE[name]}" in screen(browser)
        assert "\x1b" not in screen(browser)
        assert "\u202e" not in screen(browser)

    drive(browser, press, width=200)


MANY = 2 * AT_ONCE + 1


@pytest.fixture(scope="module")
def of_many() -> Database:
    """A ledger of a thousand awards and one; the first is the only one of Zeta's."""
    entries: list[Entry] = [
        *funded("ALPHA", 10_000_000 * POUND),
        registered(
            Recipient(code="ZETA", name="Zeta Zoo_100%", kind="charity"),
            Recipient(code="ONE", name="First Trust", kind="charity"),
        ),
    ]
    database = ledger_of(*entries)
    clerk = Clerk(database, ACTOR)
    for number in range(MANY):
        clerk.allocate(
            asked("ALPHA", "ONE" if number else "ZETA", POUND + number), recorded_at=WHEN
        )
    return database


def test_of_many_awards_the_first_are_read_and_m_reads_more(of_many: Database):
    browser = browsing(of_many, Awards("ALPHA"))

    async def press(pilot: Pilot[None]) -> None:
        assert browser._table.row_count == AT_ONCE
        assert "the first 500 rows are shown; m shows 500 more" in screen(browser)
        await pilot.press("down", "m")
        assert browser._table.row_count == 2 * AT_ONCE
        assert browser.level.at == f"ALPHA-{MANY - 1:04}"
        await pilot.press("m")
        assert browser._table.row_count == MANY
        assert "m shows" not in screen(browser)
        assert "m more" not in screen(browser)

    drive(browser, press)


def test_no_more_rows_are_asked_of_the_ledger_than_are_shown(
    of_many: Database, monkeypatch: pytest.MonkeyPatch
):
    read: list[int] = []
    stream = Session.stream

    def counted(self: Session, sql: str, parameters: Any = ()) -> Any:
        for row in stream(self, sql, parameters):
            read.append(1)
            yield row

    monkeypatch.setattr(Session, "stream", counted)
    reader = Reader(lambda: of_many, lambda: TODAY)
    for view in (Awards("ALPHA"), Entries("ALPHA")):
        read.clear()
        assert len(reader.read(view, Query()).rows) == AT_ONCE
        assert len(read) <= AT_ONCE + 1


def test_a_filter_finds_an_award_that_was_not_read(of_many: Database):
    browser = browsing(of_many, Awards("ALPHA"))

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"zeta", "enter")
        shown = screen(browser)
        assert "ALPHA-0001" in shown
        assert browser._table.row_count == 1
        assert "1 of all are called so" in shown
        await pilot.press("r")
        assert browser._table.row_count == 1
        await pilot.press("escape")
        assert browser._table.row_count == AT_ONCE

    drive(browser, press)


def test_it_is_found_without_enter_when_nobody_types_any_more(of_many: Database):
    browser = browsing(of_many, Awards("ALPHA"))

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"zeta")
        assert browser._pause is not None
        await browser._pause._task  # type: ignore[misc]  # When its time has come.
        await pilot.pause()
        assert "ALPHA-0001" in screen(browser)

    drive(browser, press)


@pytest.mark.parametrize(
    ("typed", "found"),
    [("zoo_100%", 1), ("zoo%", 0), ("z%a", 0), ("ZETA zoo", 1), ("ALPHA-0001", 1), ("zët", 1)],
)
def test_what_is_typed_is_no_pattern(typed: str, found: int, of_many: Database):
    reader = Reader(lambda: of_many, lambda: TODAY)
    assert len(reader.read(Awards("ALPHA"), Query(), holding=typed).rows) == found


def test_entries_that_were_not_read_are_not_filtered_and_that_is_said(of_many: Database):
    shown = seen(browsing(of_many, Entries("ALPHA")), "slash", *"zeta", "enter")
    assert "0 of 500 rows; the rest was not read: m reads more" in shown


def test_on_postgresql_it_is_the_same(postgres_url: str):
    shown = []
    for database in (with_everything(), with_everything(postgres_url)):
        browser = browsing(database)
        told: list[str] = []

        async def press(
            pilot: Pilot[None], browser: Browser = browser, told: list[str] = told
        ) -> None:
            for keys in ("r", "enter", "enter", "escape", "e", "enter"):
                await pilot.press(keys)
                told.append(screen(browser))
            await pilot.press("escape", "escape", "d", *"2021-03-31", "enter")
            told.append(screen(browser))

        drive(browser, press)
        found = Reader(lambda here=database: here, lambda: TODAY)  # type: ignore[misc]
        asked = found.read(Awards("ALPHA"), Query(), holding="second TRUST")
        told.append(str(asked.rows))
        shown.append(told)
    assert shown[0] == shown[1]


def test_a_ledger_that_goes_away_is_said_and_found_again(tmp_path: Path):
    place = tmp_path / "ledger.db"
    with_everything(str(place)).close()
    browser = Browser(Reader(lambda: open_database(str(place)), lambda: TODAY), Query(), [Funds()])

    async def press(pilot: Pilot[None]) -> None:
        whole = place.read_bytes()
        place.write_bytes(b"x" * len(whole))
        await pilot.press("enter")
        shown = screen(browser)
        assert "is damaged" in shown or "not a ledger" in shown
        assert "£10,000.00" in line(shown, "ALPHA")
        place.write_bytes(whole)
        await pilot.press("enter")
        assert "ALPHA-0001" in screen(browser)

    drive(browser, press, width=160)


def test_where_what_is_behind_cannot_be_read_it_stands_as_it_was_read(tmp_path: Path):
    place = tmp_path / "ledger.db"
    with_everything(str(place)).close()
    browser = Browser(Reader(lambda: open_database(str(place)), lambda: TODAY), Query(), [Funds()])

    async def press(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert "ALPHA-0001" in screen(browser)
        place.write_bytes(b"x" * place.stat().st_size)
        await pilot.press("escape")
        shown = screen(browser)
        assert "ALPHA-0001" not in shown
        assert "£10,000.00" in line(shown, "ALPHA")
        assert "damaged" in shown or "not a ledger" in shown

    drive(browser, press, width=160)


def test_what_cannot_be_read_at_first_is_said_and_r_tries_again(database: Database):
    tried: list[int] = []

    def opened() -> Database:
        tried.append(1)
        if len(tried) == 1:
            raise LedgerUnusable("the server is not there", "wait for it")
        return database

    browser = Browser(Reader(opened, lambda: TODAY), Query(), [Funds()])

    async def press(pilot: Pilot[None]) -> None:
        assert "the server is not there (wait for it)" in screen(browser)
        assert "nothing could be read" in screen(browser)
        await pilot.press("enter", "m", "e", "escape", "question_mark", "r")
        assert "ALPHA" in screen(browser)
        assert "not there" not in screen(browser)

    drive(browser, press)


def test_no_heading_is_cut_either(database: Database):
    heights = set()
    for width in range(60, 132, 8):
        browser = browsing(database)
        heading = seen(browser, width=width).partition("\n ALPHA ")[0]
        assert browser.level.seen is not None
        kept = lay_out(browser.level.seen.answer, browser.level.rows(), (), width).columns
        words = {word for column, _ in kept for word in column.heading.split()}
        assert words <= set(heading.split())
        heights.add(heading.count("\n"))
    assert heights == {1, 2}, "some fit on one line and some do not"


def test_every_key_that_does_something_is_named_and_no_other(database: Database):
    named = seen(browsing(database)).splitlines()[-1]
    assert named.split("  ") == [
        " Enter open",
        "/ filter",
        "d day",
        "e entries",
        "r reload",
        "? meaning",
        "q quit",
    ]
    assert "Esc back" in seen(browsing(database), "enter")
    narrow = seen(browsing(database), width=40)
    assert all(key in narrow for key in ("/ filter", "? meaning", "q quit"))


def test_a_question_mark_says_what_the_columns_mean(database: Database):
    shown = seen(browsing(database), "question_mark")
    assert "committed: awarded and not yet claimed" in shown
    assert "awarded and not yet claimed" not in seen(browsing(database), *["question_mark"] * 2)


def test_nothing_that_can_be_pressed_writes(database: Database):
    before = rows(database, "SELECT * FROM head")
    seen(browsing(database), *"abcdefghijklmnoprstuvwxyz", "enter", "delete", "space", "f1", "tab")
    assert rows(database, "SELECT * FROM head") == before


def test_an_empty_fund_has_no_rows_and_nothing_to_open():
    shown = seen(browsing(ledger_of(*funded("ALPHA", 5)), Awards("ALPHA")), "enter")
    assert "no rows" in shown
    assert "Enter open" not in shown


COLOURS = re.compile(r"\x1b\[[\d;]*\b(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[\d;]*m")


@pytest.mark.usefixtures("ledger")
def test_the_command_fills_a_terminal_and_q_leaves_it(run: Run, run_on_terminal: RunOnTerminal):
    assert run("allocate", "MYENDS", "Newham", "700k", "--on", "2021-04-01").exit_code == 0
    left = run_on_terminal("browse", stdin="q")
    assert left.exit_code == 0
    assert "£28,540,000.00" in left.stdout
    assert COLOURS.search(left.stdout)
    without = run_on_terminal("browse", stdin="q", env={"NO_COLOR": "1"})
    assert "£28,540,000.00" in without.stdout
    assert not COLOURS.search(without.stdout)


@pytest.mark.usefixtures("ledger")
def test_the_command_begins_at_a_fund_and_on_a_day(run: Run, run_on_terminal: RunOnTerminal):
    for name, day in (("Newham", "2021-04-01"), ("Hackney", "2021-06-01")):
        assert run("allocate", "MYENDS", name, "700k", "--on", day).exit_code == 0
    shown = run_on_terminal("browse", "myends", "--as-of", "30/04/2021", stdin="q")
    assert shown.exit_code == 0
    assert "Newham" in shown.stdout
    assert "Hackney" not in shown.stdout
    assert "as of 2021-04-30" in shown.stdout


@pytest.mark.usefixtures("ledger")
def test_without_textual_the_command_says_what_to_install(
    run_on_terminal: RunOnTerminal, tmp_path: Path
):
    missing = tmp_path / "missing"
    missing.mkdir()
    (missing / "textual.py").write_text("raise ModuleNotFoundError('textual')\n", encoding="utf-8")
    refused = run_on_terminal("browse", env={"PYTHONPATH": str(missing)})
    assert refused.exit_code == 2
    assert refused.stdout == (
        "error: browse needs Textual, which is not installed\n"
        "  pipx inject vru-ledger textual (in a virtual environment: pip install textual)\n"
    )
