"""What others can read: one file for each outside format, and how a file is opened."""
