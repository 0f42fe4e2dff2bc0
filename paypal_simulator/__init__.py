"""PayPal, simulated: Orders v2 and its notices over real HTTP, for one machine and no money.

It imports nothing of the portal. Both sides of every exchange are checked against PayPal's own
published descriptions (openapi/), and what differs is listed at /__sim__/violations.
"""
