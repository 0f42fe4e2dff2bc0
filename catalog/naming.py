"""Naming: what a product is called now or was once, and what took its place."""

from django.db.models import Q

from catalog.models import FormerName, Product


def called(text: str) -> Product | None:
    """What bears this address or SKU or, when nothing does, what bore it last; two queries."""
    named = Q(slug=text) | Q(sku=text.upper())
    published = Product.objects.published()
    if product := published.filter(named).first():
        return product
    former = FormerName.objects.filter(named, product__in=published)
    name = former.select_related("product").first()
    return name.product if name else None


def successor(product: Product) -> Product | None:
    """What replaces a product in the end; None when nothing does. A query a replacement."""
    seen, last = {product.pk}, product
    while last.replaced_by_id and last.replaced_by_id not in seen:
        seen.add(last.replaced_by_id)
        last = Product.objects.get(pk=last.replaced_by_id)
    return None if last is product else last
