"""How `check` works everything out again from the entries, and compares."""
