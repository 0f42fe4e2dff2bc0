"""Partners, their programs and products, stock and alerts."""

from catalog.models.alert import StockAlert
from catalog.models.partner import Partner, PartnerQuestion
from catalog.models.product import Category, Product
from catalog.models.program import Program, ProgramQuestion, ProgramVersion
from catalog.models.stock import StockEntry
from catalog.models.words import ProductWords

__all__ = [
    "Category",
    "Partner",
    "PartnerQuestion",
    "Product",
    "ProductWords",
    "Program",
    "ProgramQuestion",
    "ProgramVersion",
    "StockAlert",
    "StockEntry",
]
