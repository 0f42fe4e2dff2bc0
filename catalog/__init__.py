"""The catalogue: what donor partners offer, and to whom."""
