"""Staff's work on the catalogue, a file a subject."""

from catalog.admin import needs, overrides, partners, products, programs, rules, stock, words

__all__ = ["needs", "overrides", "partners", "products", "programs", "rules", "stock", "words"]
