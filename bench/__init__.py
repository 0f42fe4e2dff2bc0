"""Measurements, each a program of its own that says what it measured and how."""
