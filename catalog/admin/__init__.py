"""Staff's work on the catalogue, a file a subject."""

from catalog.admin import overrides, partners, products, programs, rules, stock, words

__all__ = ["overrides", "partners", "products", "programs", "rules", "stock", "words"]
