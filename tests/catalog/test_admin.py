"""Staff's desk: partners, programs, products, and stock by a deed with a reason."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.forms import SplitDateTimeField
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from catalog import prices, stock
from catalog.models import Product, Program, StockEntry, Synonym
from orgs.days import today
from tests.factories import (
    CategoryFactory,
    PartnerFactory,
    ProductFactory,
    ProgramFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def form_of(page) -> dict[str, object]:
    """What the browser would send back of an admin page, unchanged."""
    forms = [page.context["adminform"].form]
    for formset in (f.formset for f in page.context["inline_admin_formsets"]):
        forms += [formset.management_form, *formset.forms]
    data = {}
    for form in forms:
        for bound in form:
            value = bound.field.prepare_value(bound.value())
            if isinstance(bound.field, SplitDateTimeField):
                parts = bound.field.widget.decompress(value)
                data |= {f"{bound.html_name}_{n}": v for n, v in enumerate(parts) if v}
                continue
            if value is not None and value is not False:
                data[bound.html_name] = value
    return data


def change(client: Client, obj, **values: object):
    """Open the change page, change these fields, save."""
    url = reverse(f"admin:catalog_{obj._meta.model_name}_change", args=[obj.pk])
    return client.post(url, form_of(client.get(url)) | values)


def errors(page) -> str:
    """Every fault that the page shows."""
    found = [str(page.context["adminform"].form.errors)]
    found += [str(f.formset.errors) for f in page.context["inline_admin_formsets"]]
    return " ".join(found)


@pytest.mark.parametrize(
    "model", ["partner", "program", "product", "category", "stockentry", "stockalert", "synonym"]
)
def test_staff_see_every_list_and_delete_nothing(as_fay, scarce, model):
    page = as_fay.get(reverse(f"admin:catalog_{model}_changelist"))
    assert page.status_code == 200
    assert "delete_selected" not in page.text


@pytest.mark.parametrize("model", ["partner", "program", "product"])
def test_nobody_deletes(as_fay, scarce, model):
    row = {"product": scarce, "program": scarce.program, "partner": scarce.program.partner}[model]
    root = Client()
    root.force_login(UserFactory(is_staff=True, is_superuser=True))
    url = reverse(f"admin:catalog_{model}_delete", args=[row.pk])
    for client in (as_fay, root):
        assert client.post(url, {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_a_product_is_changed_in_both_languages_and_keeps_its_stock(as_fay, fay, scarce):
    url = reverse("admin:catalog_product_change", args=[scarce.pk])
    data = form_of(as_fay.get(url))
    stock.take(10001, {scarce.pk: 2}, by=None)  # meanwhile

    answer = as_fay.post(url, data | {"name_fr": "Nouveau", "name_en": "New", "stock": "500"})

    assert answer.status_code == 302
    scarce.refresh_from_db()
    assert (scarce.name_fr, scarce.name_en, scarce.stock) == ("Nouveau", "New", 1)
    deed = Entry.objects.get(action="product.changed")
    assert (deed.by, deed.data["fields"]) == (fay, ["name_en", "name_fr"])


def test_a_new_product_opens_its_ledger(as_fay):
    program = ProgramFactory()
    category = CategoryFactory(slug="child", parent=CategoryFactory())
    texts = {
        f"{field}_{code}": "x" for field in ("name", "summary", "details") for code in ("fr", "en")
    }
    given = texts | {
        "program": program.pk,
        "sku": "NEW-1",
        "slug": "new-1",
        "category": category.pk,
        "position": 0,
        "fee": "12.00",
        "units_per_pack": 1,
        "status": "live",
        "platforms": ["web"],
        "opening_stock": 7,
    }

    answer = as_fay.post(reverse("admin:catalog_product_add"), given)

    assert answer.status_code == 302
    product = Product.objects.get(sku="NEW-1")
    assert (product.stock, product.platforms) == (7, ["web"])
    assert list(product.stock_entries.values_list("kind", "change")) == [("opening", 7)]


def test_a_product_is_shown_from_a_time_of_toronto(as_fay, fay, scarce):
    fay.time_zone = "America/Vancouver"
    fay.save()
    given = {"published_from_0": "2027-07-01", "published_from_1": "09:00:00"}
    change(as_fay, scarce, **given)
    scarce.refresh_from_db()
    assert scarce.published_from == datetime(2027, 7, 1, 13, tzinfo=UTC)
    page = as_fay.get(reverse("admin:catalog_product_change", args=[scarce.pk]))
    assert 'value="09:00:00"' in page.text
    change(as_fay, scarce, name_en="New")  # in Vancouver, too, an untouched time stays
    scarce.refresh_from_db()
    assert scarce.published_from == datetime(2027, 7, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Live"),
        ({"published_from": datetime(2090, 3, 1, 12, tzinfo=UTC)}, "Shown from March 1, 2090"),
        ({"published_until": datetime(2090, 3, 1, 12, tzinfo=UTC)}, "Live until March 1, 2090"),
        (
            {"published_until": datetime(2020, 3, 1, 12, tzinfo=UTC)},
            "Shown until March 1, 2020, no longer",
        ),
        ({"status": "discontinued"}, "Discontinued"),
    ],
)
def test_the_list_says_how_long_a_product_is_offered(as_fay, given, words):
    ProductFactory(**given)
    page = as_fay.get(reverse("admin:catalog_product_changelist"))
    assert f'<td class="field-life">{words}</td>' in page.text


def test_the_list_finds_by_a_former_number_and_says_what_took_a_products_place(as_fay, scarce):
    old = ProductFactory(sku="OLD-1", status="discontinued", replaced_by=scarce)
    ProductFactory(sku="ANOTHER")
    old.sku = "OLD-2"
    old.save()
    page = as_fay.get(reverse("admin:catalog_product_changelist"), {"q": "OLD-1"})
    assert f"Discontinued, replaced by {scarce.sku}" in page.text
    assert "ANOTHER" not in page.text


def test_a_product_does_not_vanish_before_it_is_shown(as_fay, scarce):
    given = {"published_from_0": "2027-07-01", "published_from_1": "09:00:00"}
    given |= {"published_until_0": "2027-06-01", "published_until_1": "09:00:00"}
    assert "vanish before" in errors(change(as_fay, scarce, **given))


def test_a_renamed_product_keeps_its_former_names_and_staff_add_older_ones(as_fay, scarce):
    old = scarce.sku
    change(as_fay, scarce, sku="NEW-SKU", name_fr="Neuf")
    row = scarce.former_names.get()
    assert (row.sku, row.slug, row.name_en, row.until) == (old, "", "", today())

    given = {"former_names-TOTAL_FORMS": 2, "former_names-1-name_en": "Norton"}
    change(as_fay, scarce, **given)
    assert scarce.former_names.count() == 2


def test_the_price_history_has_each_price_once(as_fay, scarce):
    first = scarce.fee
    change(as_fay, scarce, fee="31.00", retail_value="400.00")
    change(as_fay, scarce, name_en="New name")
    change(as_fay, scarce, retail_value="410.00", retail_on="2026-01-31")
    scarce.refresh_from_db()
    assert [(p.fee, p.retail_value) for p in prices.history(scarce)] == [
        (Decimal("31.00"), Decimal("410.00")),
        (Decimal("31.00"), Decimal("400.00")),
        (first, None),
    ]
    assert scarce.retail_on == date(2026, 1, 31)
    page = as_fay.get(reverse("admin:catalog_product_change", args=[scarce.pk]))
    assert "retail value $400.00" in page.text


def test_a_new_retail_value_without_a_day_is_of_today(scarce):
    assert scarce.retail_on is None
    scarce.retail_value = 100
    scarce.save()
    scarce.refresh_from_db()
    assert scarce.retail_on == today()


def test_staff_write_words_that_mean_the_same(as_fay):
    given = {"words_fr": "Tableur, feuille de calcul", "words_en": "spreadsheet"}
    as_fay.post(reverse("admin:catalog_synonym_add"), given)
    row = Synonym.objects.get(**given)
    assert set(row.targets) == {"'tableur'", "'spreadsheet'", "~feuille de calcul"}


def test_a_replacement_does_not_lead_back(as_fay):
    new = ProductFactory(status="discontinued")
    old = ProductFactory(status="discontinued", replaced_by=new)

    page = change(as_fay, new, replaced_by=old.pk)

    assert "lead back to this product" in errors(page)
    new.refresh_from_db()
    assert new.replaced_by is None


def test_staff_restock_with_a_reason(as_fay, fay, scarce):
    url = reverse("admin:catalog_product_stock", args=[scarce.pk])
    assert url in as_fay.get(reverse("admin:catalog_product_change", args=[scarce.pk])).text

    page = as_fay.post(
        url, {"deed": "restock", "change": "4", "reason": "Shipment of June"}, follow=True
    )

    assert "7 in stock" in page.text
    entry = StockEntry.objects.get(kind="received")
    assert (entry.change, entry.by, entry.reason) == (4, fay, "Shipment of June")
    assert "Shipment of June" in as_fay.get(url).text


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"deed": "restock", "change": "4", "reason": " "}, "This field is required"),
        ({"deed": "restock", "change": "-1", "reason": "x"}, "A partner gives one pack or more"),
        ({"deed": "correct", "change": "0", "reason": "x"}, "Nothing would change"),
        ({"deed": "correct", "change": "-4", "reason": "x"}, "there is stock for 3 only"),
        ({"deed": "burn", "change": "4", "reason": "x"}, "not one of the available choices"),
    ],
)
def test_a_refused_change_of_stock_changes_nothing(as_fay, scarce, given, fault):
    page = as_fay.post(reverse("admin:catalog_product_stock", args=[scarce.pk]), given)
    assert page.status_code == 422
    assert fault in page.text
    scarce.refresh_from_db()
    assert scarce.stock == 3
    assert scarce.stock_entries.count() == 1


def test_the_ledger_is_read_page_by_page_with_what_was_in_stock_then(
    as_fay, scarce, django_assert_max_num_queries
):
    for n in range(1, 101):
        change = 2 if n % 2 else -1
        scarce.stock_entries.create(kind="corrected", change=change, reason=f"count {n:03}")
    scarce.stock = 3 + 50
    scarce.save(update_fields=["stock"])
    url = reverse("admin:catalog_product_stock", args=[scarce.pk])

    with django_assert_max_num_queries(12):
        first = as_fay.get(url)
    second = as_fay.get(url, {"page": 2})

    assert [entry.balance for entry in first.context["page"]][:3] == [53, 54, 52]
    assert [entry.balance for entry in second.context["page"]] == [3]
    assert "page=2" in first.text
    assert "count 001" in first.text
    assert "count 001" not in second.text


def test_stock_is_for_those_who_may(scarce, client):
    url = reverse("admin:catalog_product_stock", args=[scarce.pk])
    given = {"deed": "restock", "change": "4", "reason": "x"}
    for person, status in ((UserFactory(is_staff=True), 403), (UserFactory(), 302)):
        client.force_login(person)
        assert client.get(url).status_code == client.post(url, given).status_code == status
    scarce.refresh_from_db()
    assert scarce.stock == 3


def test_limits_are_written_as_in_a_file(as_fay):
    program = ProductFactory(title_group="office").program
    text = '- {metric: fees, scope: program, max: "1500.00", window: {fiscal_year: "07-01"}}'

    assert change(as_fay, program, limits=text).status_code == 302

    program.refresh_from_db()
    assert program.limits == [
        {
            "metric": "fees",
            "scope": "program",
            "max": "1500.00",
            "window": {"fiscal_year": "07-01"},
        }
    ]
    page = as_fay.get(reverse("admin:catalog_program_change", args=[program.pk]))
    assert "- metric: fees" in page.text
    assert change(as_fay, program).status_code == 302  # what is shown can be sent back
    kept = program.limits
    program.refresh_from_db()
    assert program.limits == kept


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- {metric: unitz, scope: program, max: 5, window: lifetime}", "did you mean units?"),
        ("- {metric: units, scope: program, window: lifetime}", "a limit has a max or a min"),
        ("- {metric: units, scope: program, max: 1.5, window: lifetime}", "line 1"),
        (
            "- {metric: units, scope: program, max: 5, window: lifetime, title_groups: [ofice]}",
            "did you mean office?",
        ),
        ("{", "the file is not YAML"),
        ("5", "a list belongs here"),
        ("- 5\n- [x]", "a mapping belongs here"),
    ],
)
def test_faulty_limits_are_refused_with_their_line(as_fay, text, fault):
    program = ProductFactory(title_group="office").program
    page = change(as_fay, program, limits=text)
    assert page.status_code == 200
    assert fault in errors(page)
    program.refresh_from_db()
    assert program.limits == []


def test_what_comes_after_delivery_is_said_in_words(as_fay):
    support = {"key": "s", "name": {"fr": "Soutien", "en": "Support"}, "after_delivery_weeks": 5}
    program = ProgramFactory(milestones=[support])
    page = as_fay.get(reverse("admin:catalog_program_change", args=[program.pk]))
    assert "Support: 5 weeks after delivery" in page.text


def test_published_rules_are_shown_and_not_changed(as_fay):
    program = ProgramFactory()
    new = {
        "versions-TOTAL_FORMS": 1,
        "versions-0-criteria": "[]",
        "versions-0-effective": "2021-01-01",
    }

    assert change(as_fay, program, **new).status_code == 302

    assert list(program.versions.values_list("effective", "criteria")) == [
        (date(2020, 1, 1), [{"fact": "qualified_months", "min": 0}])
    ]
    page = as_fay.get(reverse("admin:catalog_program_change", args=[program.pk]))
    assert "This program is for qualified organizations." in page.text
    assert f"program__id__exact={program.pk}" in page.text


def test_a_question_is_checked_like_in_a_file(as_fay):
    program = ProgramFactory()
    new = {
        "questions-TOTAL_FORMS": 1,
        "questions-0-program": program.pk,
        "questions-0-key": "size",
        "questions-0-position": 0,
        "questions-0-label_fr": "Taille",
        "questions-0-label_en": "Size",
        "questions-0-type": "choice",
        "questions-0-required": "on",
        "questions-0-choices": '[{"value": "s", "label": {"fr": "P", "en": "S"}}]',
        "questions-0-refuse_if": "",
    }
    page = change(as_fay, program, **new)
    assert "a choice has at least two choices" in errors(page)

    other = '{"value": "l", "label": {"fr": "G", "en": "L"}}'
    two = f"{new['questions-0-choices'][:-1]}, {other}]"
    assert change(as_fay, program, **(new | {"questions-0-choices": two})).status_code == 302
    assert Program.objects.get().questions.get().choices[1]["value"] == "l"


def test_a_partner_is_changed_with_its_questions(as_fay):
    partner = PartnerFactory()
    new = {
        "name": "Acme",
        "faq-TOTAL_FORMS": 1,
        "faq-0-partner": partner.pk,
        "faq-0-position": 0,
        "faq-0-question_fr": "Quoi?",
        "faq-0-question_en": "What?",
        "faq-0-answer_fr": "Ceci.",
        "faq-0-answer_en": "This.",
    }
    assert change(as_fay, partner, **new).status_code == 302
    partner.refresh_from_db()
    assert (partner.name, partner.faq.get().answer_en) == ("Acme", "This.")


def test_the_desk_is_in_french_too(as_fay, scarce):
    url = reverse("admin:catalog_product_stock", args=[scarce.pk])
    page = as_fay.get(url, headers={"accept-language": "fr"})
    assert "Le partenaire en a donné" in page.text


def test_a_title_in_french_elides_nothing(as_fay):
    as_fay.cookies["django_language"] = "fr"
    page = as_fay.get(reverse("admin:catalog_category_add"))
    assert "<h1>Ajout\xa0: catégorie</h1>" in page.text


def test_a_negative_fee_is_refused(as_fay, scarce):
    page = change(as_fay, scarce, fee="-1.00")
    assert "A fee cannot be negative." in errors(page)
    scarce.refresh_from_db()
    assert scarce.fee == Decimal("25.00")
