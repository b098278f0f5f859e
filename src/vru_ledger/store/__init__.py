"""Where facts are kept: the only place that knows SQL."""
