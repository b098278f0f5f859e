"""What you can do: one file per action, one transaction each."""
