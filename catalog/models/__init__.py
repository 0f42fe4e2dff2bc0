"""Partners, their programs and products, stock and alerts."""

from catalog.models.alert import AlertRun, Arrival, StockAlert
from catalog.models.answer import LastAnswer
from catalog.models.edition import Edition
from catalog.models.need import Need
from catalog.models.override import Override
from catalog.models.partner import Partner, PartnerQuestion
from catalog.models.partner_member import PartnerMember
from catalog.models.product import Category, FormerName, Product
from catalog.models.program import Program, ProgramQuestion
from catalog.models.queue import QueuePlace
from catalog.models.rules import Announcement, ProgramVersion, RuleDraft
from catalog.models.shelf import ShelfEntry
from catalog.models.stock import StockEntry
from catalog.models.words import ProductWords, Synonym, Word

__all__ = [
    "AlertRun",
    "Announcement",
    "Arrival",
    "Category",
    "Edition",
    "FormerName",
    "LastAnswer",
    "Need",
    "Override",
    "Partner",
    "PartnerMember",
    "PartnerQuestion",
    "Product",
    "ProductWords",
    "Program",
    "ProgramQuestion",
    "ProgramVersion",
    "QueuePlace",
    "RuleDraft",
    "ShelfEntry",
    "StockAlert",
    "StockEntry",
    "Synonym",
    "Word",
]
