"""Untranslated: texts of the catalogue that one language lacks, or that say the same in both."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import CharField, F, Model, Q, TextField, Value
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import (
    Category,
    Partner,
    PartnerQuestion,
    Product,
    Program,
    ProgramQuestion,
    RuleDraft,
)
from orgs.models import Activity

EDITED_IN: Final[dict[type[Model], tuple[str, str]]] = {
    Product: ("catalog_product", "pk"),
    Program: ("catalog_program", "pk"),
    ProgramQuestion: ("catalog_program", "program_id"),
    Partner: ("catalog_partner", "pk"),
    PartnerQuestion: ("catalog_partner", "partner_id"),
    RuleDraft: ("catalog_ruledraft", "pk"),
    Category: ("catalog_category", "pk"),
    Activity: ("orgs_activity", "pk"),
}
"""Where staff edit each, and by which key; names of products are often the same in both."""
SENTENCE: Final = 40  # characters, from which the same text in both is hardly meant
FRENCH, ENGLISH = _("French is missing"), _("English is missing")
SAME = _("The same in both languages")


@dataclass(frozen=True)
class Lack:
    """A text that is not in both languages, and where it is edited."""

    kind: str
    subject: str
    field: str
    what: Any
    url: str


def texts_of(model: type[Model]) -> list[str]:
    """The names of a model's texts, without their languages."""
    columns = {f.name for f in model._meta.concrete_fields if isinstance(f, CharField | TextField)}
    return [c[:-3] for c in sorted(columns) if c.endswith("_fr") and f"{c[:-3]}_en" in columns]


def lacks() -> Iterator[Lack]:
    """All of them, by kind of thing; a query for each."""
    for model, (page, key) in EDITED_IN.items():
        texts = texts_of(model)
        wanted = Q()
        for text in texts:
            fr, en = f"{text}_fr", f"{text}_en"
            wanted |= Q((fr, ""), ~Q((en, ""))) | Q((en, ""), ~Q((fr, ""))) | _is_same(text)
        lengths = {f"{text}_length": Length(f"{text}_fr") for text in texts}
        for row in model._default_manager.alias(**lengths).filter(wanted).order_by("pk"):
            url = reverse(f"admin:{page}_change", args=[getattr(row, key)])
            for text in texts:
                if what := _what(getattr(row, f"{text}_fr"), getattr(row, f"{text}_en")):
                    yield _lack(row, text, what, url)


def _lack(row: Model, text: str, what: Any, url: str) -> Lack:
    column: Any = row._meta.get_field(f"{text}_en" if what is ENGLISH else f"{text}_fr")
    kind, field = str(row._meta.verbose_name), str(column.verbose_name)
    return Lack(kind, str(row), field, what, f"{url}#id_{column.name}")


def _is_same(text: str) -> Q:
    return Q((f"{text}_fr", F(f"{text}_en")), (f"{text}_length__gte", Value(SENTENCE)))


def _what(fr: str, en: str) -> Any:
    if bool(fr) != bool(en):
        return ENGLISH if fr else FRENCH
    return SAME if fr == en and len(fr) >= SENTENCE else ""
