"""Comparison: what tells up to four products apart, a row a fact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from catalog.cards import COSTS, chip_of, percent_saved
from catalog.eligibility import Verdict
from catalog.explaining import dollars
from catalog.models import Product, Program


@dataclass(frozen=True)
class Row:
    """One fact of every product, in words."""

    label: str
    values: list[str]
    names: list[str]
    """Of the products, in the same order."""

    @property
    def named(self) -> list[tuple[str, str]]:
        return list(zip(self.values, self.names, strict=True))

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def rows(products: Sequence[Product], verdicts: Mapping[int, Verdict]) -> list[Row]:
    """Facts that at least one product has something to say about."""
    facts = (
        (_("Donor partner"), [p.program.partner.name for p in products]),
        (_("Kind"), [p.program.get_kind_display() for p in products]),
        (_("Open to you"), [_open(p, verdicts) for p in products]),
        (_("Administration fee"), [dollars(p.fee) for p in products]),
        (_("To pay"), [str(COSTS[p.program.kind]) for p in products]),
        (
            _("Retail value"),
            [dollars(p.retail_value) if p.retail_value is not None else "" for p in products],
        ),
        (_("You save"), [_saved(p) for p in products]),
        (_("Category"), [_category(p) for p in products]),
        (_("Works on"), [", ".join(p.get_platforms_display()) for p in products]),
        (_("Units in a pack"), [str(p.units_per_pack) for p in products]),
        (_("How it comes"), [_delivery(p.program) for p in products]),
        (_("In stock"), [_stock(p) for p in products]),
        (_("At home"), [_("Yes") if p.personal_use else _("No") for p in products]),
        (_("Requirements"), [p.requirements for p in products]),
        (_("Product number"), [p.sku for p in products]),
    )
    names = [p.name for p in products]
    return [Row(label, values, names) for label, values in facts if any(values)]


def _open(product: Product, verdicts: Mapping[int, Verdict]) -> str:
    found = verdicts.get(product.program_id)
    return chip_of(found)[1] if found else ""


def _saved(product: Product) -> str:
    percent = percent_saved(product.fee, product.retail_value, product.program.kind)
    return _("%(percent)s%%") % {"percent": percent} if percent else ""


def _category(product: Product) -> str:
    above = product.category.parent
    return f"{above.name}, {product.category.name}" if above else product.category.name


def _delivery(program: Program) -> str:
    """`Licence key, 2 to 3 business days after payment`."""
    span = {"from": program.delivery_from, "to": program.delivery_to}
    if program.delivery_unit == Program.Unit.WEEKS:
        time = _("%(from)s to %(to)s weeks after payment") % span
    else:
        time = _("%(from)s to %(to)s business days after payment") % span
    return f"{program.get_delivery_display()}, {time}"


def _stock(product: Product) -> str:
    if not product.is_visible:
        return _("No longer offered")
    return _("Out of stock") if product.is_out_of_stock else _("Yes")
