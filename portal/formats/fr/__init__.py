"""Numbers and dates in Canadian French: 1 234,56 and 12 mars 2028, 14 h 05."""
