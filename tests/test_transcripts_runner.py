"""The runner of transcripts itself: what a page may hold, and what is put into it."""

from textwrap import dedent

import pytest

from tests.transcripts_runner import Block, PageError, parts, play


def page(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_a_true_page_comes_back_as_it_was():
    true = page("""
        # Greeting

        ```console
        $ echo hello
        hello
        $ true
        $ printf 'two\\nlines'
        two
        lines
        ```

        ```python
        $ echo "not a console: left alone"
        ```
        """)
    assert play(true) == true


def test_what_a_command_no_longer_says_is_replaced():
    false = page("""
        ```console
        $ echo new
        old
        older
        $ echo next
        ```
        """)
    assert play(false) == page("""
        ```console
        $ echo new
        new
        $ echo next
        next
        ```
        """)


def test_both_streams_are_shown_in_order_and_then_the_exit_code():
    true = page("""
        ```console
        $ echo one; echo two >&2; echo three; exit 3
        one
        two
        three
        [exit 3]
        ```
        """)
    assert play(true) == true


def test_the_blocks_of_a_page_share_a_folder_and_nothing_else():
    true = page("""
        ```console
        $ echo kept > file; export LOST=1
        ```
        ```console
        $ cat file; echo "[$LOST]"; pwd
        kept
        []
        /home/ada/ledger
        ```
        """)
    assert play(true) == true


def test_a_block_with_a_file_name_is_written_before_the_commands_that_follow():
    true = page("""
        ```csv file=in/awards.csv
        fund,recipient,amount

        MYENDS,Newham,750k
        ```
        ```console
        $ cat in/awards.csv
        fund,recipient,amount

        MYENDS,Newham,750k
        ```
        """)
    assert play(true) == true


@pytest.mark.parametrize("name", ["../out.csv", "/etc/out.csv", ""])
def test_a_file_outside_the_pages_folder_is_refused(name: str):
    with pytest.raises(PageError, match="outside the page's folder"):
        play(f"```csv file={name}\nfund\n```\n")


def test_a_no_run_block_is_only_shown():
    true = page("""
        ```console no-run
        $ rm -rf everything
        gone
        ```
        """)
    assert play(true) == true


def test_a_command_may_go_on_in_the_next_line():
    true = page("""
        ```console
        $ echo one \\
        >   two
        one two
        ```
        """)
    assert play(true) == true


def test_a_block_in_a_list_keeps_its_indent():
    true = page("""
        1. First:

           ```console
           $ printf 'a\\n\\n  b\\n'
           a

             b
           ```
        """)
    assert play(true) == true


def test_a_piped_command_sees_no_terminal_and_a_terminal_block_shows_one():
    true = page("""
        ```console
        $ test -t 1 || echo piped
        piped
        ```
        ```console terminal
        $ test -t 1 && stty size && echo $COLUMNS
        50 100
        100
        ```
        ```console terminal=60
        $ stty size; echo "$COLUMNS$NO_COLOR"
        50 60
        601
        ```
        """)
    assert play(true) == true


def test_a_terminal_is_shown_without_styles_and_trailing_spaces():
    true = page("""
        ```console terminal
        $ printf '\\033[1mbold\\033[0m   \\nnext\\n'; exit 4
        bold
        next
        [exit 4]
        ```
        """)
    assert play(true) == true


def test_a_question_on_a_terminal_gets_the_end_of_input_for_an_answer():
    true = page("""
        ```console terminal
        $ read -p 'sure? ' answer || echo "no answer"
        sure? no answer
        ```
        """)
    assert play(true) == true


def test_a_control_character_is_made_visible():
    true = page("""
        ```console
        $ printf 'a\\033]0;title\\007b\\r\\n'
        a\\x1b]0;title\\x07b\\x0d
        ```
        """)
    assert play(true) == true


def test_a_command_runs_in_the_pages_own_settings(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VRU_LEDGER_DB", "somebody's ledger")
    true = page("""
        ```console
        $ env | grep -E '^(VRU_|NO_COLOR|COLUMNS|LANG|TZ)' | sort
        COLUMNS=100
        LANG=C.UTF-8
        NO_COLOR=1
        TZ=UTC
        VRU_LEDGER_AS=Ada Analyst
        VRU_LEDGER_NOW=2026-11-22T12:00:00Z
        ```
        """)
    assert play(true) == true


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("text\n```console\n$ true\n", "line 2: this block is never closed"),
        ("```console\nhello\n```\n", "line 1: a console block starts with a command"),
        ("```console norun\n$ true\n```\n", "line 1: a console block has no option 'norun'"),
        ("```console\n$ echo a \\\n```\n", "goes on in a line"),
        ("```console\n$ echo '$ sly'\n```\n", "which a page cannot hold"),
        ("```console\n$ echo '```'\n```\n", "never closed|which a page cannot hold"),
    ],
)
def test_a_page_that_cannot_be_played_says_where_and_why(wrong: str, why: str):
    with pytest.raises(PageError, match=why):
        play(wrong)


def test_a_command_that_does_not_end_is_ended():
    with pytest.raises(PageError, match="does not end"):
        play("```console\n$ read forever < /dev/zero\n```\n", timeout=0.5)


def test_a_command_that_does_not_end_on_a_terminal_is_ended():
    with pytest.raises(PageError, match="does not end"):
        play("```console terminal\n$ read forever < /dev/zero\n```\n", timeout=0.5)


def test_a_longer_fence_holds_a_shorter_one():
    true = "````console\n$ echo '```'\n```\n````\n"
    assert play(true) == true
    [block] = parts(true)
    assert isinstance(block, Block)
    assert block.inside == ["$ echo '```'", "```"]


def test_what_a_failure_suggests_is_tried_where_it_changes_nothing():
    tried: list[tuple[str, int]] = []
    true = page("""
        ```console
        $ printf "error: no\\n  write: vru-ledger nothing 'of; it'; or vru-ledger status\\n"; exit 5
        error: no
          write: vru-ledger nothing 'of; it'; or vru-ledger status
        [exit 5]
        $ echo "  vru-ledger init, which did not fail"; ls
          vru-ledger init, which did not fail
        $ N=1; echo "error: none: vru-ledger init --empty"; exit 8
        error: none: vru-ledger init --empty
        [exit 8]
        $ ls
        ```
        """)
    assert play(true, suggested=lambda _, words, code: tried.append((words, code))) == true
    assert tried == [
        ("vru-ledger nothing 'of; it'", 2),
        ("vru-ledger status", 8),
        ("vru-ledger init --empty", 0),
    ]
