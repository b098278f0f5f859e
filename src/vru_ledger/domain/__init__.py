"""What the words mean: values in, values out; no database, no terminal, no clock."""
