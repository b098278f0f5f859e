"""The screen of `browse`, drawn by Textual: a table, what it means, where the ledger stood, keys.

Whatever comes from the ledger is given to Textual as `Text`, which it never takes for markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.events import Resize
from textual.timer import Timer
from textual.widgets import DataTable, Input, Static

from vru_ledger.cli import browse_table
from vru_ledger.cli.browsing import AT_ONCE, Reader, Seen, View, holding
from vru_ledger.cli.terminal import read
from vru_ledger.domain.query import Query
from vru_ledger.domain.text import shown
from vru_ledger.domain.years import parse_date
from vru_ledger.errors import LedgerError

_PAUSE = 0.3
"""Seconds without a key after which the ledger is searched for what was typed."""


class Level:
    """A view that is open: what was read of it, what it is filtered by, and where the cursor is."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.most = AT_ONCE
        self.filter = ""
        self.at = ""
        self.seen: Seen | None = None

    def searched(self) -> str:
        """Return the words that the ledger was searched for, empty if all was read in order."""
        return self.seen.asked.holding if self.seen else ""

    def rows(self) -> list[Any]:
        """Return the rows that the filter leaves."""
        if self.seen is None:
            return []
        return self.seen.rows if self.searched() else holding(self.seen, self.filter)

    def must_search(self) -> bool:
        """Say whether the filter is about rows of the ledger that were not read."""
        if self.seen is None or not self.view.searches or self.searched() == self.filter:
            return False
        return self.seen.more or bool(self.searched())


class Browser(App[None]):
    """Views, one behind the other; the last is on the screen. Reads by `reader`, writes nothing."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen, Static, DataTable, Input, VerticalScroll, Horizontal { background: ansi_default; color: ansi_default; }
    #path { text-style: bold; height: auto; padding: 0 1; }
    #table { height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; }
    #table > .datatable--header, #table:focus > .datatable--header { background: ansi_default; color: ansi_default; text-style: bold underline; }
    #table > .datatable--even-row, #table > .datatable--odd-row { background: ansi_default; }
    #table > .datatable--cursor { background: ansi_default; color: ansi_default; text-style: bold; }
    #table:focus > .datatable--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }
    #total { text-style: bold; height: auto; }
    #left-out, #status, #keys, #message { height: auto; padding: 0 1; }
    #told { height: auto; max-height: 40%; padding: 0 1; }
    #told.explained { max-height: 70%; }
    #told Static { height: auto; }
    #prompt { height: 1; padding: 0 1; display: none; }
    #prompt-label { width: auto; }
    #typed { width: 1fr; }
    #status { text-style: reverse; }
    #message { text-style: bold; display: none; }
    """  # noqa: E501 (a rule on a line)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave"),
        Binding("slash", "filter"),
        Binding("d", "date"),
        Binding("m", "more"),
        Binding("e", "entries"),
        Binding("r", "reload"),
        Binding("question_mark", "meaning"),
        Binding("q", "quit"),
        Binding("ctrl+c", "quit", priority=True),
    ]

    def __init__(
        self, reader: Reader, query: Query, views: Sequence[View], place: str = ""
    ) -> None:
        # The terminal's own colours: they suit who chose them, and NO_COLOR then means none at all.
        super().__init__(ansi_color=True)
        self.reader = reader
        self.asked = query
        self.place = place
        self.levels = [Level(view) for view in views]
        self._asking = ""
        self._explained = False
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        yield Static(id="path")
        yield DataTable[Text](id="table", cursor_type="row", cell_padding=browse_table.PADDING)
        yield Static(id="total")
        yield Static(id="left-out")
        with VerticalScroll(id="told"):
            yield Static(id="told-text")
        with Horizontal(id="prompt"):
            yield Static(id="prompt-label")
            yield Input(id="typed", compact=True, select_on_focus=False)
        yield Static(id="message")
        yield Static(id="status")
        yield Static(id="keys")

    def on_mount(self) -> None:
        """Read and show the first view."""
        self._table.focus()
        if not self._read():
            self._draw()

    def on_resize(self, _: Resize) -> None:
        """Choose columns again for another width; nothing is read."""
        self.call_after_refresh(self._draw)

    @property
    def level(self) -> Level:
        """The view on the screen."""
        return self.levels[-1]

    @property
    def _table(self) -> DataTable[Text]:
        return self.query_one("#table", DataTable)

    # What was read

    def _read(self) -> bool:
        """Read the view on the screen again. If that cannot be, say why, and all stays as it is."""
        level = self.level
        searched = level.filter if level.searched() or level.must_search() else ""
        try:
            seen = self.reader.read(level.view, self.asked, level.most, searched)
            if seen.more and level.filter and level.view.searches and not searched:
                seen = self.reader.read(level.view, self.asked, level.most, level.filter)
        except LedgerError as error:
            self._say(error)
            return False
        level.seen = seen
        self._say(None)
        self._draw()
        return True

    def _say(self, error: LedgerError | None) -> None:
        said = self.query_one("#message", Static)
        said.display = error is not None
        if error is not None:
            hint = f" ({error.hint})" if error.hint else ""
            said.update(Text(shown(f"{error.message}{hint}")))

    # What is shown

    def _draw(self) -> None:
        """Show what was read, as wide as the screen is."""
        level, seen = self.level, self.level.seen
        path = " > ".join(one.view.name for one in self.levels)
        if seen and level.view.explains and seen.answer.title.startswith(level.view.name):
            path += seen.answer.title.removeprefix(level.view.name)
        self._update("path", f"{path}{f'  filter: {level.filter}' if level.filter else ''}")
        if seen is None:
            self._update("status", "nothing could be read")
            self._name_keys()
            return
        rows = level.rows()
        laid = browse_table.lay_out(seen.answer, rows, level.view.drops, self.size.width)
        table = self._table
        # What the cursor stands on while rows are put in is not where somebody put it.
        with self.prevent(DataTable.RowHighlighted):
            browse_table.fill(table, laid, rows)
            keys = [level.view.key(row) for row in rows]
            table.move_cursor(row=keys.index(level.at) if level.at in keys else 0)
        whole = not level.filter
        self._update("total", laid.total if whole else Text(""))
        self.query_one("#total").display = whole and laid.total is not None
        self._update("left-out", "\n".join(self._left_out(seen, rows, laid)))
        self._update(
            "told-text", browse_table.told(seen, level.view, self.size.width, self._explained)
        )
        self.query_one("#told").display = level.view.explains or self._explained
        self.query_one("#told").set_class(self._explained, "explained")
        self._update("status", self._status(seen))
        self._name_keys()

    def _update(self, place: str, told: str | Text | None) -> None:
        text = Text("\n".join(map(shown, told.split("\n")))) if isinstance(told, str) else told
        self.query_one(f"#{place}", Static).update(text or "")

    def _left_out(self, seen: Seen, rows: Sequence[Any], laid: browse_table.Laid) -> list[str]:
        """Say what is not on the screen: columns, rows that were not read, rows filtered out."""
        said = []
        if laid.left_out:
            said.append(f"not shown at {self.size.width} columns: {', '.join(laid.left_out)}")
        read_ = f"{len(seen.rows):,}"
        if seen.asked.holding and seen.asked.holding == self.level.filter:
            more = "; there are more: m" if seen.more else ""
            said.append(f"{read_} of all are called so (reference, recipient, title, year){more}")
        elif self.level.filter:
            more = "; the rest was not read: m reads more" if seen.more else ""
            said.append(f"{len(rows):,} of {read_} rows{more}")
        elif seen.more:
            said.append(f"the first {read_} rows are shown; m shows {AT_ONCE} more")
        if not rows and not self.level.filter:
            said.append("no rows")
        return said

    def _status(self, seen: Seen) -> str:
        query = seen.asked.query
        read_on = f"read {seen.asked.today.isoformat()}"
        day = f"as of {query.as_of.isoformat()}" if query.as_of else read_on
        known = f", as known at {query.known}" if query.known else ""
        told = f"entry {seen.entry}, head {seen.head[:12]}, {day}{known}"
        whole = f"{self.place}: {told}"
        return whole if cell_len(shown(whole)) <= self.size.width - 2 else told

    def _name_keys(self) -> None:
        """Name the keys that do something now, none of them broken over two lines."""
        lines = [""]
        for key in self._keys():
            longer = f"{lines[-1]}  {key}" if lines[-1] else key
            if len(longer) <= self.size.width - 2:
                lines[-1] = longer
            else:
                lines.append(key)
        self._update("keys", "\n".join(lines))

    def _keys(self) -> list[str]:
        if self._asking:
            return ["Enter done", "Esc cancel"]
        seen, row = self.level.seen, self._row()
        first = len(self.levels) == 1
        back = ["Esc clear"] if self.level.filter else [] if first else ["Esc back"]
        return [
            *(["Enter open"] if row and self.level.view.opens(row) else []),
            *back,
            "/ filter",
            "d day",
            *(["m more"] if seen and seen.more else []),
            *(["e entries"] if self.level.view.entries(row) else []),
            "r reload",
            "? meaning",
            *(["Tab notes"] if self.query_one("#told").display else []),
            "q quit",
        ]

    def _row(self) -> Any:
        """Return the row under the cursor, None if there is none."""
        rows, at = self.level.rows(), self._table.cursor_row
        return rows[at] if 0 <= at < len(rows) else None

    # Keys

    def on_data_table_row_highlighted(self, moved: DataTable.RowHighlighted) -> None:
        """Remember where the cursor is, by what it stands on."""
        if row := self._row():
            self.level.at = self.level.view.key(row)
        self._name_keys()

    def on_data_table_row_selected(self, _: DataTable.RowSelected) -> None:
        """Open what is behind a row."""
        if (row := self._row()) and (view := self.level.view.opens(row)):
            self._open(view)

    def action_entries(self) -> None:
        """Open the entries of the row's fund."""
        if view := self.level.view.entries(self._row()):
            self._open(view)

    def _open(self, view: View) -> None:
        if self._asking:  # Tab leads out of what is being typed.
            self._close_prompt()
        self.levels.append(Level(view))
        if not self._read():
            self.levels.pop()

    def action_leave(self) -> None:
        """Leave the prompt, else the filter, else the view; from the first there is no way back."""
        self._table.focus()
        if self._asking:
            asked = self._asking
            self._close_prompt()
            if asked == "filter":
                self._filter("")
        elif self.level.filter:
            self._filter("")
        elif len(self.levels) > 1:
            left = self.levels.pop()
            # The figures behind are of another moment by now: they are read again.
            if not self._read():
                if self.level.seen is None:
                    self.levels.append(left)
                self._draw()

    def action_more(self) -> None:
        """Read more rows."""
        if self.level.seen and self.level.seen.more:
            self.level.most += AT_ONCE
            if not self._read():
                self.level.most -= AT_ONCE

    def action_reload(self) -> None:
        """Read the view again, as the ledger is now."""
        self._read()

    def action_meaning(self) -> None:
        """Show what the columns mean, or hide it."""
        self._explained = not self._explained
        self._draw()

    def action_filter(self) -> None:
        """Ask for words that rows hold."""
        self._ask("filter", "filter: ", self.level.filter)

    def action_date(self) -> None:
        """Ask for the day that figures are of."""
        day = self.asked.as_of.isoformat() if self.asked.as_of else ""
        self._ask("date", "as of (like 2021-03-31; nothing: every entry): ", day)

    def _ask(self, what: str, label: str, value: str) -> None:
        self._asking = what
        self.query_one("#prompt").display = True
        self.query_one("#prompt-label", Static).update(Text(label))
        typed = self.query_one("#typed", Input)
        with self.prevent(Input.Changed):
            typed.value = value
        typed.cursor_position = len(value)
        typed.focus()
        self._name_keys()

    def _close_prompt(self) -> None:
        self._asking = ""
        self.query_one("#prompt").display = False
        self._table.focus()
        self._say(None)
        self._name_keys()

    def on_input_changed(self, typed: Input.Changed) -> None:
        """Filter what was read at once, and the rest of the ledger when nobody types any more."""
        if self._asking != "filter":
            return
        self.level.filter = typed.value
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        if self.level.must_search():
            self._pause = self.set_timer(_PAUSE, self._search)
        else:
            self._draw()

    def _search(self) -> None:
        if self.level.must_search():
            self._filter(self.level.filter)

    def _filter(self, text: str) -> None:
        level, before = self.level, self.level.filter
        level.filter = text
        if level.must_search():
            if not self._read():
                level.filter = before
        else:
            self._draw()

    def on_input_submitted(self, typed: Input.Submitted) -> None:
        """Take what was typed: words to filter by, or a day."""
        if self._asking == "filter":
            self._close_prompt()
            self._filter(typed.value.strip())
        elif self._asking == "date":
            self._go_to(typed.value.strip())

    def _go_to(self, day: str) -> None:
        """Show the same of another day; where it cannot be, the day stays and it is said why."""
        before = self.asked
        try:
            as_of = read(parse_date, "the day", day) if day else None
        except LedgerError as error:
            self._say(error)
            return
        self.asked = before.replace(as_of=as_of)
        if self._read():
            self._close_prompt()
        else:
            self.asked = before
