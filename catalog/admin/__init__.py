"""Staff's work on the catalogue, a file a subject."""

from catalog.admin import partners, products, programs, rules, stock, words

__all__ = ["partners", "products", "programs", "rules", "stock", "words"]
