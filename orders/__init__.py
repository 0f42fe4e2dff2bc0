"""Orders: from the cart to the licence in hand, and the money between."""
