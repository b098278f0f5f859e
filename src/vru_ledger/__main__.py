"""Where `vru-ledger` begins, as does `python -m vru_ledger`: to be interrupted is no bug, ever."""

import os
import signal


def run() -> None:
    """Run what was typed, and leave with its exit code.

    Importing is a good part of a short command. Who stops it meanwhile reads no traceback: nothing
    has been opened yet, so that there is nothing to put back.
    """
    usual = signal.getsignal(signal.SIGINT)
    # Who was started in the background is not to be interrupted, and stays so.
    if usual is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)
    from vru_ledger.cli.main import run as run_words

    signal.signal(signal.SIGINT, usual)
    run_words()


def _leave(*_: object) -> None:
    os.write(2, b"error: interrupted\n")
    os._exit(130)


if __name__ == "__main__":
    run()
