"""Tests, in the same folders as the floors they test."""
