"""`python -m vru_ledger` is `vru-ledger`."""

from vru_ledger.cli.main import run

if __name__ == "__main__":
    run()
