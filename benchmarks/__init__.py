"""What is promised about speed, measured side by side: `python -m benchmarks`."""
