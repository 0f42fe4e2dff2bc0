"""Loading a catalogue: all or nothing, and as often as one likes."""

import re
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from audit.models import Entry
from catalog import importing, loading, stock
from catalog.models import (
    Category,
    Partner,
    Product,
    Program,
    ProgramQuestion,
    ProgramVersion,
    StockEntry,
)
from orgs.yamlfile import Refused
from portal.invariants import breaches

pytestmark = pytest.mark.django_db
DEMO = (settings.BASE_DIR / "demo/programs.yaml").read_text(encoding="utf-8")
KINDS = (Partner, Program, ProgramVersion, ProgramQuestion, Product, Category, StockEntry)


def load(text: str = DEMO) -> loading.Loading:
    return loading.load(importing.read(text))


def changed(*pairs: tuple[str, str]) -> str:
    """The demo's file with these replacements, each of which must be there."""
    text = DEMO
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def events() -> dict[str, int]:
    """How many rows each history has."""
    models = [m for m in apps.get_models() if m.__name__.endswith("Event")]
    return {m.__name__: m._default_manager.count() for m in models if hasattr(m, "pgh_id")}


def test_the_demo_is_loaded_whole():
    done = load()

    assert (Partner.objects.count(), Program.objects.count()) == (10, 14)
    assert Product.objects.count() == 73
    assert done.created["product"] == 73
    assert not done.changed
    acrobat = Product.objects.get(slug="acrobat-pro-2017")
    assert acrobat.replaced_by.slug == "acrobat-pro-2020-windows"


def test_importing_twice_writes_nothing():
    load()
    rows = {kind: list(kind.objects.order_by("pk").values()) for kind in KINDS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text FROM catalog_product ORDER BY id")
        written = cursor.fetchall()
    history = events()
    assert history["ProductEvent"]

    done = load()

    assert (done.created.total(), done.changed.total()) == (0, 0)
    assert done.unchanged["product"] == 73
    assert rows == {kind: list(kind.objects.order_by("pk").values()) for kind in KINDS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text FROM catalog_product ORDER BY id")
        assert cursor.fetchall() == written
    assert events() == history


def test_a_changed_file_brings_rows_up_to_date():
    load()
    fee = re.search(r'slug: acrobat-pro-2020-windows(.|\n)*?fee: ("78.00")', DEMO)
    text = DEMO[: fee.start(2)] + '"79.50"' + DEMO[fee.end(2) :]

    done = load(text)

    assert Product.objects.get(slug="acrobat-pro-2020-windows").fee == Decimal("79.50")
    assert (done.created.total(), done.changed) == (0, {"product": 1})


def test_opening_stock_counts_once():
    load()
    dock = Product.objects.get(slug="refurbished-usb-c-dock")
    assert list(dock.stock_entries.values_list("kind", "change")) == [("opening", 9)]
    stock.take(10001, {dock.pk: 4}, by=None)

    load()

    dock.refresh_from_db()
    assert dock.stock == 5


def test_what_is_not_in_the_file_stays():
    load()
    program = Program.objects.get(slug="zoom-access")
    ProgramVersion.objects.create(program=program, effective="2031-01-01", criteria=[])
    extra = Product.objects.get(slug="zoom-rooms")
    extra.pk, extra.sku, extra.slug = None, "EXTRA-1", "extra"
    extra.save(force_insert=True)

    load()

    assert Product.objects.filter(sku="EXTRA-1").exists()
    assert program.versions.filter(effective="2031-01-01").exists()


def test_a_file_may_correct_published_rules_and_the_trail_says_what_they_said():
    load()

    load(changed(("fact: budget, max: 10000000", "fact: budget, max: 10000001")))

    entry = Entry.objects.get(action="programversion.corrected")
    version = ProgramVersion.objects.get(pk=entry.subject_id)
    assert version.criteria == entry.data["criteria"] != entry.data["was"]
    assert "published-rules-stay" not in {breach.invariant.code for breach in breaches()}


def test_two_products_may_swap_addresses():
    load()
    one, two = "slug: zoom-workplace-pro", "slug: zoom-workplace-business"
    skus = [Product.objects.get(slug=s.split()[1]).sku for s in (one, two)]
    text = changed((one, "slug: for-a-moment"), (two, one), ("slug: for-a-moment", two))

    load(text)

    ours = [Product.objects.get(slug=s.split()[1]).sku for s in (two, one)]
    assert ours == skus


def test_an_address_of_another_product_is_refused_by_name():
    load()
    other = Product.objects.get(slug="zoom-rooms")
    other.pk, other.sku, other.slug = None, "EXTRA-1", "extra"
    other.save(force_insert=True)
    fees = list(Product.objects.values_list("sku", "fee"))

    with pytest.raises(Refused) as refusal:
        load(changed(("slug: zoom-rooms", "slug: extra")))

    (fault,) = refusal.value.faults
    assert (fault.kind, fault.value) == ("duplicate", "extra")
    assert "EXTRA-1" in fault.message
    assert re.fullmatch(r"partners\[6\]\.programs\[0\]\.products\[\d\]\.slug", fault.place)
    assert list(Product.objects.values_list("sku", "fee")) == fees


def test_a_product_that_comes_back_is_no_longer_replaced():
    load()
    back = re.sub(
        r"(slug: norton-360\n(?:.*\n)*?)( +replaced_by: .*\n)( +status: discontinued\n)?",
        lambda m: m[1].replace("            status: discontinued\n", ""),
        DEMO,
        count=1,
    )
    assert back != DEMO

    load(back)

    norton = Product.objects.get(slug="norton-360")
    assert (norton.status, norton.replaced_by) == ("live", None)


def test_the_command_names_every_fault_and_changes_nothing(tmp_path, capsys):
    file = tmp_path / "broken.yaml"
    file.write_text(
        changed(("kind: donation", "kind: donatoin"), ("slug: zoom-rooms", "slug: Zoom Rooms")),
        encoding="utf-8",
    )

    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_catalog", str(file))

    faults = capsys.readouterr().err.splitlines()
    assert len(faults) == 2
    assert "partners[0].programs[0].kind: unknown_value: donatoin" in faults[0]
    assert "did you mean donation?" in faults[0]
    assert "Zoom Rooms" in faults[1]
    assert not Partner.objects.exists()


def test_the_command_says_what_it_did(tmp_path, capsys):
    file = tmp_path / "catalogue.yaml"
    file.write_text(DEMO, encoding="utf-8")

    for _run in range(2):
        call_command("import_catalog", str(file))

    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"\d+ created, 0 changed, 0 unchanged\.", first)
    assert re.fullmatch(r"0 created, 0 changed, \d+ unchanged\.", second)


def test_a_missing_file_is_one_line(capsys):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_catalog", "/nowhere/catalogue.yaml")
