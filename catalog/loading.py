"""Loading: write a catalogue that was read and checked; all or nothing, as often as one likes.

What is in the file is created or brought up to date, found by code, slug, SKU, effective day or
question key; what is not in it stays. Rows that already say the same are not written.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from audit.models import record
from catalog import catalogue as file
from catalog import stock
from catalog.models import (
    Category,
    Partner,
    Product,
    Program,
    ProgramQuestion,
    ProgramVersion,
)
from catalog.terms import Version
from orgs.models import Activity
from orgs.yamlfile import Fault, Refused


@transaction.atomic
def load(catalogue: file.Catalogue) -> "Loading":
    """Write the whole catalogue; returns what was created, what was changed and what was not.

    Raises Refused when a product would take the address of one that is not in the file.
    """
    if faults := list(taken_addresses(catalogue)):
        raise Refused(faults)
    free_addresses(catalogue)
    loading = Loading()
    for position, activity in enumerate(catalogue.activities):
        values = both("name", activity.name) | {"group": activity.group, "position": position}
        loading.put(Activity, {"code": activity.code}, values)
    for position, category in enumerate(catalogue.categories):
        loading.category(category, position)
    for position, partner in enumerate(catalogue.partners):
        loading.partner(partner, position)
    loading.replacements(catalogue)
    return loading


def products_of(catalogue: file.Catalogue) -> Iterator[tuple[str, file.Product]]:
    """Every product of the file, with its place."""
    for a, partner in enumerate(catalogue.partners):
        for b, program in enumerate(partner.programs):
            for c, product in enumerate(program.products):
                yield f"partners[{a}].programs[{b}].products[{c}]", product


def taken_addresses(catalogue: file.Catalogue) -> Iterator[Fault]:
    """Slugs that belong to another product, which the file does not speak of."""
    places = {product.slug: (place, product) for place, product in products_of(catalogue)}
    ours = [product.sku for _place, product in places.values()]
    others = Product.objects.filter(slug__in=places).exclude(sku__in=ours)
    for slug, sku in others.values_list("slug", "sku"):
        place, _product = places[slug]
        yield Fault("duplicate", f"{place}.slug", slug, f"it is the slug of product {sku}")


def free_addresses(catalogue: file.Catalogue) -> None:
    """Let go of slugs that change hands within the file, so that two products can swap."""
    slugs = {product.sku: product.slug for _place, product in products_of(catalogue)}
    wanted = set(slugs.values())
    for row in Product.objects.filter(sku__in=slugs, slug__in=wanted).only("pk", "sku", "slug"):
        if row.slug != slugs[row.sku]:
            Product.objects.filter(pk=row.pk).update(slug=f"moving-{row.pk}")


def both(field: str, text: file.Text | None) -> dict[str, str]:
    """The two columns of a text."""
    return {f"{field}_fr": text.fr if text else "", f"{field}_en": text.en if text else ""}


class Loading:
    """One run: how many rows were created, changed or left as they were, by kind."""

    def __init__(self) -> None:
        self.created: Counter[str] = Counter()
        self.changed: Counter[str] = Counter()
        self.unchanged: Counter[str] = Counter()
        self.children: dict[tuple[str, str], Category] = {}

    def put(self, model: Any, found_by: dict[str, Any], values: dict[str, Any]) -> Any:
        """The row found by these, with these values; written only when something differs."""
        row, is_new = model.objects.get_or_create(**found_by, defaults=values)
        if is_new:
            self.created[model._meta.model_name] += 1
        elif write(row, values):
            self.changed[model._meta.model_name] += 1
        else:
            self.unchanged[model._meta.model_name] += 1
        return row

    def category(self, category: file.Category, position: int) -> None:
        values = both("name", category.name) | {"position": position}
        parent = self.put(Category, {"slug": category.slug, "parent": None}, values)
        for place, child in enumerate(category.children):
            values = both("name", child.name) | {"position": place}
            row = self.put(Category, {"slug": child.slug, "parent": parent}, values)
            self.children[category.slug, child.slug] = row

    def partner(self, partner: file.Partner, position: int) -> None:
        values = {"name": partner.name, "website": partner.website, "position": position}
        row = self.put(Partner, {"slug": partner.slug}, values | both("about", partner.about))
        for place, faq in enumerate(partner.faq):
            texts = both("question", faq.question) | both("answer", faq.answer)
            self.put(row.faq.model, {"partner": row, "position": place}, texts)
        row.faq.filter(position__gte=len(partner.faq)).delete()
        for place, program in enumerate(partner.programs):
            self.program(program, row, place)

    def program(self, program: file.Program, partner: Partner, position: int) -> None:
        row = self.put(Program, {"slug": program.slug}, terms(program, partner, position))
        for version in program.versions:
            self.version(version, row)
        for place, question in enumerate(program.questions):
            values = both("label", question.label) | {
                "position": place,
                "type": question.type,
                "choices": [
                    {"value": choice.value, "label": vars(choice.label)}
                    for choice in question.choices
                ],
                "required": question.required,
                "refuse_if": question.refuse_if,
            }
            self.put(ProgramQuestion, {"program": row, "key": question.key}, values)
        for place, product in enumerate(program.products):
            self.product(product, row, place)

    def version(self, version: Version, program: Program) -> None:
        """Rules from a day on. Where the file corrects published ones, the trail says it."""
        criteria = [criterion.to_data() for criterion in version.criteria]
        found_by = {"program": program, "effective": version.effective}
        published = ProgramVersion.objects.filter(**found_by).first()
        if published is None or published.criteria == criteria:
            self.put(ProgramVersion, found_by, {"criteria": criteria})
            return
        was = published.criteria
        with correcting():
            self.put(ProgramVersion, found_by, {"criteria": criteria})
        record(published, "programversion.corrected", by=None, was=was, criteria=criteria)

    def product(self, product: file.Product, program: Program, position: int) -> None:
        values = {
            "program": program,
            "slug": product.slug,
            "category": self.children[product.category],
            "fee": product.fee,
            "title_group": product.title_group,
            "retail_value": product.retail_value,
            "units_per_pack": product.units_per_pack,
            "platforms": list(product.platforms),
            "personal_use": product.personal_use,
            "status": product.status,
            "position": position,
        }
        for field in ("name", "summary", "details", "requirements"):
            values |= both(field, getattr(product, field))
        if not product.replaced_by:
            values["replaced_by"] = None  # at once: a live product has none
        is_new = not Product.objects.filter(sku=product.sku).exists()
        row = self.put(Product, {"sku": product.sku}, values)
        if is_new and product.stock is not None:
            stock.open_with(row, product.stock)

    def replacements(self, catalogue: file.Catalogue) -> None:
        """Once every product is there."""
        for _place, product in products_of(catalogue):
            if product.replaced_by:
                new = Product.objects.get(sku=product.replaced_by)
                write(Product.objects.get(sku=product.sku), {"replaced_by": new})


@contextmanager
def correcting() -> Iterator[None]:
    """Let published rules be written over, in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('catalog.correcting', 'yes', true)")
        yield
        cursor.execute("SELECT set_config('catalog.correcting', 'no', true)")


def write(row: Any, values: dict[str, Any]) -> bool:
    """Whether anything differed, and was written."""
    if all(getattr(row, field) == value for field, value in values.items()):
        return False
    for field, value in values.items():
        setattr(row, field, value)
    row.save(update_fields=list(values))
    return True


def terms(program: file.Program, partner: Partner, position: int) -> dict[str, Any]:
    """The columns of a program."""
    delivery = program.delivery
    times = delivery.business_days or delivery.weeks or (0, 0)
    unit = Program.Unit.BUSINESS_DAYS if delivery.business_days else Program.Unit.WEEKS
    milestones = [
        {"key": m.key, "after_delivery_weeks": m.after_delivery_weeks, "name": vars(m.name)}
        for m in delivery.milestones
    ]
    return both("name", program.name) | {
        "partner": partner,
        "kind": program.kind,
        "limits": [limit.to_data() for limit in program.limits],
        "alone_in_cart": program.alone_in_cart,
        "approval": program.approval,
        "attestations": list(program.attestations),
        "refund": program.refund.allowed,
        "refund_days": program.refund.days,
        "refund_whole_program": program.refund.whole_program,
        "renewal": program.renewal,
        "delivery": delivery.method,
        "delivery_unit": unit,
        "delivery_from": times[0],
        "delivery_to": times[1],
        "milestones": milestones,
        "position": position,
    }
