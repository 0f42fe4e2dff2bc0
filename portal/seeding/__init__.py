"""Seeding: tens of thousands of invented rows for measuring; the same numbers, the same rows."""
