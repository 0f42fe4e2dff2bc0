"""Products as a table: looked at line by line, entered whole, and the same again is nothing."""

import csv
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Entry
from catalog import prices, product_sheet, stock
from catalog.models import Product
from orgs import sheets
from orgs.staff import ensure_groups
from tests.conftest import at_once
from tests.factories import ProductFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(db):
    return ProductFactory(sku="A-1", name_en="Writer", name_fr="Plume", fee="25.00")


def written(products=None) -> str:
    rows = product_sheet.rows(Product.objects.order_by("sku") if products is None else products)
    return b"".join(sheets.answer(rows, name="x.csv")).decode()


def only(text) -> product_sheet.Line:
    (line,) = product_sheet.examine(text).lines
    return line


def faults(text) -> dict[str, str]:
    return dict(only(text).faults)


def test_what_is_written_and_read_again_changes_nothing(product):
    ProductFactory(
        details_en="- one\n- two\n",
        details_fr="=SOMME(1)",
        platforms=["mac", "web"],
        retail_value="12.50",
        status="discontinued",
        replaced_by=product,
        personal_use=True,
    )
    report = product_sheet.examine(written())
    assert [line.faults for line in report.lines] == [[], []]
    assert report.counts == {"new": 0, "changed": 0, "same": 2, "fault": 0}
    assert not report.may_enter


def test_a_change_is_said_with_what_was_and_entered_with_a_trail(product, stranger):
    stock.open_with(product, 5)
    text = "sku,name_en,fee\nA-1,Writer 2,30\n"

    line = only(text)
    assert line.changes == [("name_en", "Writer", "Writer 2"), ("fee", "25.00", "30")]
    product.refresh_from_db()
    assert product.name_en == "Writer"

    product_sheet.enter(text, by=stranger)
    product.refresh_from_db()
    assert (product.name_en, product.name_fr, product.stock) == ("Writer 2", "Plume", 5)
    assert [str(price.fee) for price in prices.history(product)] == ["30.00", "25.00"]
    entry = Entry.objects.about(product).get(action="product.changed")
    assert (entry.by, entry.data["fields"]) == (stranger, ["fee", "name_en"])

    product_sheet.enter(text, by=stranger)
    assert Entry.objects.about(product).filter(action="product.changed").count() == 1


def test_a_new_product_needs_a_few_columns(product, stranger):
    heads = "sku,program,category,name_fr,name_en,fee\n"
    assert faults("sku,fee\nB-2,5\n").keys() == {"program", "category", "name_fr", "name_en"}

    where = f"{product.program.slug},{product.category.slug}"
    product_sheet.enter(f"{heads}B-2,{where},Pinceau,Brush,5\n", by=stranger)

    made = Product.objects.get(sku="B-2")
    assert (made.slug, made.name_fr, made.stock) == ("brush", "Pinceau", None)
    assert Entry.objects.about(made).get().action == "product.added"


def test_excel_in_french_is_read(product):
    text = "sku;fee;retail_value;personal_use\nA-1;1\u00a0234,50 $;2 000,00;oui\n"
    data = text.encode("cp1252")
    line = only(product_sheet.text_of(data))
    assert [str(value) for value in line.values.values()] == ["1234.50", "2000.00", "True"]


def test_every_fault_is_said_at_its_line_and_column(product):
    ProductFactory(sku="C-3", slug="taken")
    text = (
        "sku,slug,fee,units_per_pack,platforms,personal_use,replaced_by,category,program,status\n"
        "A-1,taken,-1,0,amiga,maybe,NONE,nowhere,no-such,asleep\n"
    )
    found = faults(text)
    assert found.keys() == {
        *("slug", "fee", "units_per_pack", "platforms", "personal_use"),
        *("replaced_by", "category", "program", "status"),
    }
    assert "C-3" in found["slug"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name_en\nWriter\n", "one of them is sku"),
        ("sku,stock\nA-1,5\n", "No such columns: stock"),
        ("sku\n" + "X-1\n" * 2001, "cut the file in two"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(product, text, words):
    assert words in product_sheet.examine(text).faults[0]


def test_the_same_sku_twice_and_cells_too_many_are_faults(product):
    first, second = product_sheet.examine("sku,fee\nA-1,1\nA-1,2\n").lines
    assert (first.kind, dict(second.faults)["sku"]) == ("changed", "The same as line 2.")
    assert "more cells" in faults("sku,fee\nA-1,1,5\n")[""]


def test_a_product_is_not_replaced_by_what_it_replaces(product):
    new = ProductFactory(sku="N-1")
    Product.objects.filter(pk=product.pk).update(status="discontinued", replaced_by=new)
    found = faults("sku,status,replaced_by\nN-1,discontinued,A-1\n")
    assert "lead back" in found["replaced_by"]


def test_nothing_is_entered_while_a_line_is_wrong(product, stranger):
    with pytest.raises(ValidationError):
        product_sheet.enter("sku,fee\nA-1,30\nB-2,x\n", by=stranger)
    product.refresh_from_db()
    assert str(product.fee) == "25.00"


def test_looking_is_few_queries_however_long_the_file(product, django_assert_max_num_queries):
    ProductFactory.create_batch(5)
    text = written()
    with django_assert_max_num_queries(4):
        product_sheet.examine(text)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_a_file_entered_by_two_at_once_is_entered_once(product, stranger):
    text = "sku,fee\nA-1,30\n"
    at_once(*[lambda: product_sheet.enter(text, by=stranger)] * 3)
    assert Entry.objects.about(product).filter(action="product.changed").count() == 1


def test_staff_look_and_then_enter(client, product, settings):
    settings.DEBUG = True  # the staff's door asks for no second factor there
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.cookies["django_language"] = "en"
    url = reverse("admin:catalog_product_import")
    rows = list(csv.reader(io.StringIO(written().lstrip("\ufeff"))))
    rows[1][rows[0].index("name_en")] = "Writer 3"
    out = io.StringIO()
    csv.writer(out).writerows(rows)

    file = SimpleUploadedFile("products.csv", out.getvalue().encode())
    page = client.post(url, {"file": file, "look": "yes"})
    assert "Writer 3" in page.content.decode()
    product.refresh_from_db()
    assert product.name_en == "Writer"

    kept = page.context["form"]["text"].value()
    client.post(url, {"text": kept.replace("\n", "\r\n"), "enter": "yes"})
    product.refresh_from_db()
    assert product.name_en == "Writer 3"
    assert client.post(url, {"look": "yes"}).status_code == 422


def test_only_who_may_add_products_enters_a_table(client, product, settings):
    settings.DEBUG = True
    ensure_groups()
    client.force_login(UserFactory(is_staff=True))
    assert client.get(reverse("admin:catalog_product_import")).status_code == 403
    assert client.get(reverse("admin:catalog_product_export")).status_code == 403
