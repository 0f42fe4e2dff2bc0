"""Partners, their programs and products, stock and alerts."""

from catalog.models.alert import StockAlert
from catalog.models.edition import Edition
from catalog.models.partner import Partner, PartnerQuestion
from catalog.models.product import Category, FormerName, Product
from catalog.models.program import Program, ProgramQuestion, ProgramVersion
from catalog.models.shelf import ShelfEntry
from catalog.models.stock import StockEntry
from catalog.models.words import ProductWords, Synonym, Word

__all__ = [
    "Category",
    "Edition",
    "FormerName",
    "Partner",
    "PartnerQuestion",
    "Product",
    "ProductWords",
    "Program",
    "ProgramQuestion",
    "ProgramVersion",
    "ShelfEntry",
    "StockAlert",
    "StockEntry",
    "Synonym",
    "Word",
]
