"""Timings, printed as a table: ``python -m bench``. They are looked at, never asserted."""
