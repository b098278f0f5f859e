"""What you type: one file per word after `vru-ledger`."""

import gc

# Imports make many objects that live until the end; looking through them for cycles at the usual
# rate is a twentieth of a command's time.
gc.set_threshold(100_000, 50, 50)
