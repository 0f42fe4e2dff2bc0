"""Texts of the catalogue that one language lacks are listed, with the way to their editor."""

import pytest
from django.apps import apps
from django.urls import reverse

from catalog import untranslated
from catalog.models import PartnerQuestion
from tests.factories import PartnerFactory, ProductFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_what_one_language_lacks_is_listed_and_nothing_else():
    ProductFactory(name_fr="Photoshop", name_en="Photoshop")
    bare = ProductFactory(requirements_en="Windows 11", summary_fr="")
    question = PartnerQuestion.objects.create(
        partner=PartnerFactory(),
        position=1,
        question_fr="Qui?",
        question_en="Who?",
        answer_fr="Everybody who is qualified, and nobody else.",
        answer_en="Everybody who is qualified, and nobody else.",
    )

    found = list(untranslated.lacks())

    assert [(lack.subject, lack.field, lack.what) for lack in found] == [
        (str(bare), "requirements in French", untranslated.FRENCH),
        (str(bare), "summary in French", untranslated.FRENCH),
        (str(question), "answer in French", untranslated.SAME),
    ]
    assert found[0].url == reverse("admin:catalog_product_change", args=[bare.pk]) + (
        "#id_requirements_fr"
    )
    assert reverse("admin:catalog_partner_change", args=[question.partner_id]) in found[2].url


def test_every_model_with_texts_in_two_languages_is_looked_at():
    ours = {m for m in apps.get_app_config("catalog").get_models() if untranslated.texts_of(m)}
    # What was, what is published, and what readers look for, each in a language of their own.
    names = {model.__name__ for model in ours - set(untranslated.EDITED_IN)}
    kept = {name for name in names if not name.endswith("Event")}
    assert kept == {"FormerName", "ProductWords", "ProgramVersion", "Synonym"}


def test_the_page_is_few_queries(client, settings, django_assert_max_num_queries):
    settings.DEBUG = True  # the staff's door asks for no second factor there
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.cookies["django_language"] = "en"
    for _ in range(5):
        ProductFactory(summary_en="")
    with django_assert_max_num_queries(12):
        page = client.get(reverse("admin:catalog_product_texts"))
    assert "5 texts are not ready" in page.content.decode()
