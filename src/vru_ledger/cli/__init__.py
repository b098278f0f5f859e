"""What you type: one file per word after `vru-ledger`."""
