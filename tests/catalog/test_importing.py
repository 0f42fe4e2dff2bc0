"""catalog/importing.py: the demo reads as it is, and every fault is named with its place."""

import time
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from catalog.catalogue import Delivery, Refund
from catalog.importing import read
from catalog.terms import Criterion, Limit, Window
from orgs.yamlfile import MAX_BYTES, Refused

DEMO = Path(__file__).parents[2] / "demo/programs.yaml"
KEYS = [*"abcdefghij"]


@cache
def demo():
    return yaml.load(DEMO.read_text("utf-8"), Loader=yaml.CSafeLoader)


def small():
    """A good file with one of everything, short enough to break in many ways."""

    def text(words="Mot"):
        return {"fr": words, "en": words}

    def product(sku, **more):
        return {
            "sku": sku,
            "slug": sku.lower(),
            "name": text(),
            "summary": text(),
            "details": text(),
            "category": "office/suites",
            "title_group": "office",
            "fee": "15.00",
            **more,
        }

    program = {
        "slug": "desktop",
        "name": text(),
        "kind": "donation",
        "versions": [
            {
                "effective": date(2026, 7, 1),
                "criteria": [
                    {"fact": "kind", "in": ["charity"]},
                    {"fact": "province", "in": ["ON"]},
                    {"fact": "activities", "none_of": ["school"], "unless": "secular_arm"},
                    {"fact": "budget", "min": 1, "max": "1400000.00"},
                    {"fact": "staff", "min": 1},
                    {"fact": "qualified_months", "min": 0},
                ],
            },
            {"effective": "2025-07-01", "criteria": []},
        ],
        "limits": [
            {"metric": "units", "scope": "program", "max": 5, "window": {"fiscal_year": "07-01"}},
            {
                "metric": "fees",
                "scope": "title_group",
                "max": "6500.00",
                "window": {"months": 24, "from": "first_order"},
                "title_groups": ["office"],
            },
            {
                "metric": "orders",
                "scope": "product",
                "max": 1,
                "window": {"months": 12, "rolling": True},
            },
            {"metric": "units", "scope": "program", "min": 2, "max": 9, "window": "order"},
        ],
        "approval": "partner",
        "questions": [
            {"key": "why", "label": text(), "type": "text"},
            {"key": "sure", "label": text(), "type": "yesno", "refuse_if": False},
            {
                "key": "how",
                "label": text(),
                "type": "choice",
                "choices": [{"value": "so", "label": text()}, {"value": "thus", "label": text()}],
                "refuse_if": "so",
            },
        ],
        "attestations": ["no_transfer"],
        "refund": {"allowed": "hardware", "days": 30, "whole_program": True},
        "renewal": "portal",
        "delivery": {
            "method": "key",
            "weeks": [1, 2],
            "milestones": [{"key": "end", "after_delivery_weeks": 5, "name": text()}],
        },
        "products": [
            product("A-1", retail_value="610.00", platforms=["web"], stock=3, status="live"),
            product("A-2", status="discontinued", replaced_by="A-1", requirements=text()),
            product("A-3", status="discontinued", replaced_by="A-2", units_per_pack=5),
        ],
    }
    return {
        "activities": [{"code": "school", "name": text(), "group": "education"}],
        "categories": [
            {
                "slug": "office",
                "name": text(),
                "children": [
                    {"slug": "suites", "name": text()},
                    {"slug": "pdf", "name": text()},
                ],
            }
        ],
        "partners": [
            {
                "slug": "acme",
                "name": "Acme",
                "website": "https://acme.example",
                "about": text(),
                "faq": [{"question": text(), "answer": text()}],
                "programs": [program],
            }
        ],
    }


def written(data):
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def faults(text):
    """Kind and place of every fault; none for a good file."""
    try:
        read(text)
    except Refused as refusal:
        return [(fault.kind, fault.place) for fault in refusal.faults]
    return []


def walk(data, place):
    """The container of a place, and the key in it."""
    steps = place.replace("[", ".").replace("]", "").split(".")
    for step in steps[:-1]:
        data = data[int(step) if step.isdigit() else step]
    return data, int(steps[-1]) if steps[-1].isdigit() else steps[-1]


DROP = object()
PROGRAM = "partners[0].programs[0]"


def broken(*changes):
    data = deepcopy(small())
    for place, value in changes:
        container, key = walk(data, place.replace("P.", f"{PROGRAM}.", 1))
        if value is DROP:
            del container[key]
        elif isinstance(container, list) and key == len(container):
            container.append(value)
        else:
            container[key] = value
    return written(data)


def test_the_demo_reads_as_it_is():
    catalogue = read(DEMO.read_bytes())

    assert len(catalogue.activities) == 40
    assert len(catalogue.categories) == 12
    assert len(catalogue.partners) == 10
    programs = [program for partner in catalogue.partners for program in partner.programs]
    assert len(programs) == 14
    assert sum(len(program.products) for program in programs) == 73
    raw = [program for partner in demo()["partners"] for program in partner["programs"]]
    for program, data in zip(programs, raw, strict=True):
        assert [limit.to_data() for limit in program.limits] == data["limits"]
        for version, kept in zip(program.versions, data["versions"], strict=True):
            assert version.effective == kept["effective"]
            assert [c.to_data() for c in version.criteria] == kept["criteria"]
        assert [str(product.fee) for product in program.products] == [
            product["fee"] for product in data["products"]
        ]


def test_everything_that_a_file_says_is_read():
    (partner,) = read(written(small())).partners
    (program,) = partner.programs

    assert partner.faq[0].question.en == "Mot"
    assert program.versions[1].effective == date(2025, 7, 1)
    assert program.versions[0].criteria[3] == Criterion(
        "budget", "between", min=1, max=Decimal("1400000.00")
    )
    assert program.limits[1] == Limit(
        "fees",
        "title_group",
        Window("first_order", months=24),
        max=Decimal("6500.00"),
        title_groups=("office",),
    )
    assert program.limits[2].window == Window("rolling", months=12)
    assert program.questions[1].refuse_if is False
    assert program.questions[2].choices[1].value == "thus"
    assert program.refund == Refund("hardware", 30, True)
    assert program.delivery.weeks == (1, 2)
    assert program.delivery.milestones[0].after_delivery_weeks == 5
    assert program.products[0].retail_value == Decimal("610.00")
    assert program.products[0].category == ("office", "suites")
    assert (program.products[1].replaced_by, program.products[2].units_per_pack) == ("A-1", 5)


def test_what_is_left_out_has_its_default():
    data = small()
    program = data["partners"][0]["programs"][0]
    for key in ("limits", "approval", "questions", "attestations", "refund", "renewal"):
        del program[key]
    del data["partners"][0]["faq"]
    program["delivery"] = {"method": "link", "business_days": [2, 2]}
    program["products"] = program["products"][:1]
    for key in ("retail_value", "platforms", "stock", "status", "title_group"):
        del program["products"][0][key]

    (partner,) = read(written(data)).partners
    (program,) = partner.programs
    (product,) = program.products

    assert (partner.faq, program.limits, program.questions, program.attestations) == ((),) * 4
    assert (program.alone_in_cart, program.approval, program.renewal) == (False, "none", "none")
    assert program.refund == Refund("none", None, False)
    assert program.delivery == Delivery("link", business_days=(2, 2))
    assert (product.title_group, product.retail_value, product.stock) == ("", None, None)
    assert (product.units_per_pack, product.platforms, product.requirements) == (1, (), None)
    assert (product.personal_use, product.replaced_by, product.status) == (False, "", "live")


def test_null_is_the_default_where_the_format_says_so():
    nulls = ("title_group", "retail_value", "stock", "requirements", "replaced_by")
    (partner,) = read(broken(*((f"P.products[0].{key}", None) for key in nulls))).partners
    product = partner.programs[0].products[0]
    assert (product.title_group, product.retail_value, product.stock) == ("", None, None)


def text(words="Mot"):
    return {"fr": words, "en": words}


ONE_FAULT = [
    # duplicate: every kind of thing that is unique
    (
        "activities[1]",
        {"code": "school", "name": text(), "group": "social"},
        "duplicate",
        "activities[1].code",
    ),
    (
        "categories[0].children[2]",
        {"slug": "pdf", "name": text()},
        "duplicate",
        "categories[0].children[2].slug",
    ),
    (
        "categories[1]",
        {"slug": "office", "name": text(), "children": []},
        "duplicate",
        "categories[1].slug",
    ),
    ("P.products[1].slug", "a-1", "duplicate", "P.products[1].slug"),
    ("P.questions[1].key", "why", "duplicate", "P.questions[1].key"),
    (
        "P.questions[2].choices[2]",
        {"value": "so", "label": text()},
        "duplicate",
        "P.questions[2].choices[2].value",
    ),
    ("P.versions[1].effective", date(2026, 7, 1), "duplicate", "P.versions[1].effective"),
    # unknown_key: at every depth
    ("version", 1, "unknown_key", "version"),
    ("activities[0].note", "x", "unknown_key", "activities[0].note"),
    ("activities[0].name.de", "x", "unknown_key", "activities[0].name.de"),
    ("categories[0].children[0].children", [], "unknown_key", "categories[0].children[0].children"),
    ("partners[0].colour", "x", "unknown_key", "partners[0].colour"),
    ("partners[0].faq[0].note", "x", "unknown_key", "partners[0].faq[0].note"),
    ("P.limit", [], "unknown_key", "P.limit"),
    ("P.versions[0].until", "x", "unknown_key", "P.versions[0].until"),
    ("P.versions[0].criteria[0].note", "x", "unknown_key", "P.versions[0].criteria[0].note"),
    ("P.limits[0].note", "x", "unknown_key", "P.limits[0].note"),
    ("P.limits[0].window.note", "x", "unknown_key", "P.limits[0].window.note"),
    ("P.questions[2].choices[0].note", "x", "unknown_key", "P.questions[2].choices[0].note"),
    ("P.refund.note", "x", "unknown_key", "P.refund.note"),
    ("P.delivery.note", "x", "unknown_key", "P.delivery.note"),
    ("P.delivery.milestones[0].note", "x", "unknown_key", "P.delivery.milestones[0].note"),
    ("P.products[0].price", "1.00", "unknown_key", "P.products[0].price"),
    # missing_key: whatever is required
    *(
        (place, DROP, "missing_key", place)
        for place in (
            "activities",
            "categories",
            "partners",
            "activities[0].name",
            "activities[0].group",
            "categories[0].name",
            "categories[0].children",
            "categories[0].children[1].slug",
            "partners[0].slug",
            "partners[0].name",
            "partners[0].website",
            "partners[0].about",
            "partners[0].programs",
            "partners[0].faq[0].answer",
            "P.slug",
            "P.name",
            "P.kind",
            "P.versions",
            "P.delivery",
            "P.versions[0].effective",
            "P.versions[0].criteria",
            "P.versions[0].criteria[0].fact",
            "P.limits[0].metric",
            "P.limits[0].scope",
            "P.limits[0].window",
            "P.limits[1].window.months",
            "P.limits[1].window.from",
            "P.limits[0].window.fiscal_year",
            "P.questions[0].key",
            "P.questions[0].label",
            "P.questions[0].type",
            "P.delivery.method",
            "P.delivery.milestones[0].key",
            "P.delivery.milestones[0].after_delivery_weeks",
            "P.delivery.milestones[0].name",
            "P.products[0].slug",
            "P.products[0].name",
            "P.products[0].summary",
            "P.products[0].details",
            "P.products[0].category",
            "P.products[0].fee",
        )
    ),
    ("P.delivery.weeks", DROP, "missing_key", "P.delivery.business_days"),
    ("P.delivery.business_days", [1, 2], "missing_key", "P.delivery.business_days"),
    # wrong_type
    ("activities", "school", "wrong_type", "activities"),
    ("categories[0].children", "pdf", "wrong_type", "categories[0].children"),
    ("partners", {}, "wrong_type", "partners"),
    ("partners[0].name", 365, "wrong_type", "partners[0].name"),
    ("partners[0].name", " ", "wrong_type", "partners[0].name"),
    ("partners[0].website", "http://acme.example", "wrong_type", "partners[0].website"),
    ("partners[0].website", "https://", "wrong_type", "partners[0].website"),
    ("partners[0].about", "Acme", "wrong_type", "partners[0].about"),
    ("partners[0].faq", None, "wrong_type", "partners[0].faq"),
    (PROGRAM, "desktop", "wrong_type", PROGRAM),
    ("P.slug", 365, "wrong_type", "P.slug"),
    ("P.name.fr", 365, "wrong_type", "P.name.fr"),
    ("P.alone_in_cart", "yes", "wrong_type", "P.alone_in_cart"),
    ("P.versions", [], "wrong_type", "P.versions"),
    ("P.versions[0].effective", "soon", "wrong_type", "P.versions[0].effective"),
    ("P.versions[0].effective", "2026-02-30", "wrong_type", "P.versions[0].effective"),
    ("P.versions[0].effective", 20260701, "wrong_type", "P.versions[0].effective"),
    ("P.versions[0].effective", date(1, 1, 1), "wrong_type", "P.versions[0].effective"),
    ("P.versions[0].criteria", {"fact": "kind"}, "wrong_type", "P.versions[0].criteria"),
    ("P.versions[0].criteria[0]", "charity", "wrong_type", "P.versions[0].criteria[0]"),
    ("P.versions[0].criteria[0].in", "charity", "wrong_type", "P.versions[0].criteria[0].in"),
    ("P.versions[0].criteria[0].in", [], "wrong_type", "P.versions[0].criteria[0].in"),
    ("P.versions[0].criteria[1].in", [True], "wrong_type", "P.versions[0].criteria[1].in[0]"),
    ("P.versions[0].criteria[2].none_of", [], "wrong_type", "P.versions[0].criteria[2].none_of"),
    ("P.versions[0].criteria[3].max", 1.5e6, "wrong_type", "P.versions[0].criteria[3].max"),
    ("P.versions[0].criteria[3].max", True, "wrong_type", "P.versions[0].criteria[3].max"),
    ("P.versions[0].criteria[4].min", "1", "wrong_type", "P.versions[0].criteria[4].min"),
    ("P.versions[0].criteria[5].min", 1.0, "wrong_type", "P.versions[0].criteria[5].min"),
    ("P.limits", None, "wrong_type", "P.limits"),
    ("P.limits[0].max", "5", "wrong_type", "P.limits[0].max"),
    ("P.limits[1].max", 6500.0, "wrong_type", "P.limits[1].max"),
    ("P.limits[0].window", 12, "wrong_type", "P.limits[0].window"),
    ("P.limits[0].window.fiscal_year", 701, "wrong_type", "P.limits[0].window.fiscal_year"),
    ("P.limits[1].window.months", "24", "wrong_type", "P.limits[1].window.months"),
    ("P.limits[1].title_groups", [], "wrong_type", "P.limits[1].title_groups"),
    ("P.questions[1].required", "no", "wrong_type", "P.questions[1].required"),
    ("P.questions[1].refuse_if", "no", "wrong_type", "P.questions[1].refuse_if"),
    ("P.questions[2].choices", "so", "wrong_type", "P.questions[2].choices"),
    ("P.delivery.weeks", [1], "wrong_type", "P.delivery.weeks"),
    ("P.delivery.weeks", [1, "2"], "wrong_type", "P.delivery.weeks[1]"),
    ("P.delivery.weeks", 2, "wrong_type", "P.delivery.weeks"),
    ("P.refund", "hardware", "wrong_type", "P.refund"),
    ("P.products[0].fee", 15.0, "wrong_type", "P.products[0].fee"),
    ("P.products[0].fee", 15, "wrong_type", "P.products[0].fee"),
    ("P.products[0].fee", None, "wrong_type", "P.products[0].fee"),
    ("P.products[0].stock", "3", "wrong_type", "P.products[0].stock"),
    ("P.products[0].units_per_pack", True, "wrong_type", "P.products[0].units_per_pack"),
    ("P.products[0].platforms", "web", "wrong_type", "P.products[0].platforms"),
    ("P.products[0].personal_use", 1, "wrong_type", "P.products[0].personal_use"),
    ("P.products[0].requirements", "Windows", "wrong_type", "P.products[0].requirements"),
    ("P.products[1].replaced_by", 7, "wrong_type", "P.products[1].replaced_by"),
    # unknown_value: every closed list
    ("activities[0].group", "sports", "unknown_value", "activities[0].group"),
    ("P.kind", "gift", "unknown_value", "P.kind"),
    ("P.versions[0].criteria[0].in", ["club"], "unknown_value", "P.versions[0].criteria[0].in[0]"),
    (
        "P.versions[0].criteria[1].in",
        ["QC", "Ontario"],
        "unknown_value",
        "P.versions[0].criteria[1].in[1]",
    ),
    (
        "P.versions[0].criteria[2].unless",
        "blessed",
        "unknown_value",
        "P.versions[0].criteria[2].unless",
    ),
    ("P.limits[0].metric", "boxes", "unknown_value", "P.limits[0].metric"),
    ("P.limits[0].scope", "partner", "unknown_value", "P.limits[0].scope"),
    ("P.limits[0].window", "monthly", "unknown_value", "P.limits[0].window"),
    ("P.limits[1].window.from", "last_order", "unknown_value", "P.limits[1].window.from"),
    ("P.limits[2].window.rolling", False, "unknown_value", "P.limits[2].window.rolling"),
    ("P.approval", "staff", "unknown_value", "P.approval"),
    ("P.questions[0].type", "essay", "unknown_value", "P.questions[0].type"),
    ("P.questions[2].refuse_if", "never", "unknown_value", "P.questions[2].refuse_if"),
    ("P.attestations", ["no_resale"], "unknown_value", "P.attestations[0]"),
    ("P.refund.allowed", "always", "unknown_value", "P.refund.allowed"),
    ("P.renewal", "monthly", "unknown_value", "P.renewal"),
    ("P.delivery.method", "pigeon", "unknown_value", "P.delivery.method"),
    ("P.products[0].platforms", ["web", "dos"], "unknown_value", "P.products[0].platforms[1]"),
    ("P.products[0].status", "retired", "unknown_value", "P.products[0].status"),
    ("P.products[2].status", "live", "unknown_value", "P.products[2].replaced_by"),
    # unknown_fact
    ("P.versions[0].criteria[0].fact", "size", "unknown_fact", "P.versions[0].criteria[0].fact"),
    # wrong_comparison
    (
        "P.versions[0].criteria[3]",
        {"fact": "budget", "any_of": ["a"]},
        "wrong_comparison",
        "P.versions[0].criteria[3].any_of",
    ),
    (
        "P.versions[0].criteria[3]",
        {"fact": "kind", "max": 3},
        "wrong_comparison",
        "P.versions[0].criteria[3].max",
    ),
    (
        "P.versions[0].criteria[3]",
        {"fact": "kind", "none_of": ["library"]},
        "wrong_comparison",
        "P.versions[0].criteria[3].none_of",
    ),
    (
        "P.versions[0].criteria[3]",
        {"fact": "activities", "in": ["school"]},
        "wrong_comparison",
        "P.versions[0].criteria[3].in",
    ),
    (
        "P.versions[0].criteria[3]",
        {"fact": "budget"},
        "wrong_comparison",
        "P.versions[0].criteria[3]",
    ),
    (
        "P.versions[0].criteria[2].any_of",
        ["school"],
        "wrong_comparison",
        "P.versions[0].criteria[2]",
    ),
    ("P.versions[0].criteria[2].min", 1, "wrong_comparison", "P.versions[0].criteria[2]"),
    ("P.limits[0].min", 1, "wrong_comparison", "P.limits[0].min"),
    ("P.limits[0].window.months", 12, "wrong_comparison", "P.limits[0].window"),
    ("P.limits[1].window.rolling", True, "wrong_comparison", "P.limits[1].window"),
    ("P.questions[0].refuse_if", "x", "wrong_comparison", "P.questions[0].refuse_if"),
    # unknown_activity
    (
        "P.versions[0].criteria[2].none_of",
        ["school", "chess"],
        "unknown_activity",
        "P.versions[0].criteria[2].none_of[1]",
    ),
    # min_above_max
    (
        "P.versions[0].criteria[3].min",
        "1400000.01",
        "min_above_max",
        "P.versions[0].criteria[3].max",
    ),
    ("P.versions[0].criteria[4].max", 0, "min_above_max", "P.versions[0].criteria[4].max"),
    ("P.limits[3].min", 10, "min_above_max", "P.limits[3].max"),
    ("P.delivery.weeks", [3, 2], "min_above_max", "P.delivery.weeks"),
    # no_bound
    ("P.limits[0].max", DROP, "no_bound", "P.limits[0]"),
    # bad_slug
    ("P.slug", "Desktop", "bad_slug", "P.slug"),
    ("P.slug", "a--b", "bad_slug", "P.slug"),
    ("P.slug", "", "bad_slug", "P.slug"),
    ("P.slug", "a" * 81, "bad_slug", "P.slug"),
    ("P.slug", "bureau-é", "bad_slug", "P.slug"),
    ("partners[0].slug", "acme\n", "bad_slug", "partners[0].slug"),
    ("categories[0].children[1].slug", "p_df", "bad_slug", "categories[0].children[1].slug"),
    ("P.questions[0].key", "1st", "bad_slug", "P.questions[0].key"),
    ("P.questions[0].key", "k" * 41, "bad_slug", "P.questions[0].key"),
    ("P.questions[2].choices[1].value", "Thus", "bad_slug", "P.questions[2].choices[1].value"),
    ("P.products[0].slug", "A-1", "bad_slug", "P.products[0].slug"),
    ("P.products[2].sku", "a-3", "bad_slug", "P.products[2].sku"),
    ("P.products[2].sku", "A" * 41, "bad_slug", "P.products[2].sku"),
    ("P.products[1].title_group", "Office 365", "bad_slug", "P.products[1].title_group"),
    # unknown_category
    ("P.products[0].category", "home/suites", "unknown_category", "P.products[0].category"),
    ("P.products[0].category", "office/games", "unknown_category", "P.products[0].category"),
    ("P.products[0].category", "office", "unknown_category", "P.products[0].category"),
    ("P.products[0].category", "office/suites/x", "unknown_category", "P.products[0].category"),
    # unknown_title_group
    (
        "P.limits[1].title_groups",
        ["office", "visio"],
        "unknown_title_group",
        "P.limits[1].title_groups[1]",
    ),
    # missing_language
    ("P.name.fr", DROP, "missing_language", "P.name.fr"),
    ("P.name.en", "  ", "missing_language", "P.name.en"),
    ("P.name.en", None, "missing_language", "P.name.en"),
    ("P.products[0].details.fr", "\n", "missing_language", "P.products[0].details.fr"),
    ("P.products[1].requirements.en", DROP, "missing_language", "P.products[1].requirements.en"),
    # amounts
    *(
        ("P.products[0].fee", amount, "bad_amount", "P.products[0].fee")
        for amount in (
            "15.005",
            "15,00",
            "15",
            "15.0",
            "",
            "1e400",
            "NaN",
            " 15.00",
            "$15.00",
            "1 500.00",
            "٣.00",
            "9" * 8 + ".00",
        )
    ),
    ("P.products[0].fee", "-1.00", "negative_amount", "P.products[0].fee"),
    ("P.products[0].retail_value", "-610.00", "negative_amount", "P.products[0].retail_value"),
    ("P.products[0].stock", -1, "negative_amount", "P.products[0].stock"),
    ("P.products[0].stock", 10**12, "bad_amount", "P.products[0].stock"),
    ("P.products[0].units_per_pack", 0, "bad_amount", "P.products[0].units_per_pack"),
    ("P.versions[0].criteria[3].max", "1400000.005", "bad_amount", "P.versions[0].criteria[3].max"),
    ("P.versions[0].criteria[3].min", "-1", "negative_amount", "P.versions[0].criteria[3].min"),
    ("P.versions[0].criteria[3].min", -1, "negative_amount", "P.versions[0].criteria[3].min"),
    ("P.versions[0].criteria[5].min", 10**6, "bad_amount", "P.versions[0].criteria[5].min"),
    ("P.limits[0].max", 0, "bad_amount", "P.limits[0].max"),
    ("P.limits[0].max", -3, "negative_amount", "P.limits[0].max"),
    ("P.limits[1].max", "6500,00", "bad_amount", "P.limits[1].max"),
    ("P.limits[1].max", "0.00", "bad_amount", "P.limits[1].max"),
    ("P.limits[1].window.months", 0, "bad_amount", "P.limits[1].window.months"),
    ("P.limits[1].window.months", 10**6, "bad_amount", "P.limits[1].window.months"),
    ("P.refund.days", 0, "bad_amount", "P.refund.days"),
    ("P.refund.allowed", "none", "unknown_value", "P.refund.days"),
    (
        "P.delivery.milestones[0].after_delivery_weeks",
        0,
        "bad_amount",
        "P.delivery.milestones[0].after_delivery_weeks",
    ),
    ("P.delivery.weeks", [-1, 2], "negative_amount", "P.delivery.weeks[0]"),
    # bad_month_day
    *(
        ("P.limits[0].window.fiscal_year", day, "bad_month_day", "P.limits[0].window.fiscal_year")
        for day in ("13-01", "02-30", "02-29", "00-10", "7-1", "0701", "", "07/01")
    ),
    # missing_choices
    (
        "P.questions[2].choices",
        [{"value": "so", "label": text()}],
        "missing_choices",
        "P.questions[2].choices",
    ),
    (
        "P.questions[0].choices",
        [{"value": "so", "label": text()}],
        "missing_choices",
        "P.questions[0].choices",
    ),
    # replacements
    ("P.products[1].replaced_by", "Z-9", "unknown_replaced_by", "P.products[1].replaced_by"),
    ("P.products[1].replaced_by", "A-2", "unknown_replaced_by", "P.products[1].replaced_by"),
    # texts that a database would not take
    ("partners[0].name", "A" * 121, "wrong_type", "partners[0].name"),
    ("categories[0].name.fr", "A" * 121, "wrong_type", "categories[0].name.fr"),
    ("P.name.fr", "A" * 201, "wrong_type", "P.name.fr"),
]


@pytest.mark.parametrize(
    ("place", "value", "kind", "at"), ONE_FAULT, ids=lambda v: str(v)[:40] if v is not DROP else ""
)
def test_one_fault_is_named_alone_and_in_its_place(place, value, kind, at):
    assert faults(broken((place, value))) == [(kind, at.replace("P.", f"{PROGRAM}.", 1))]


def messages(text):
    with pytest.raises(Refused) as refusal:
        read(text)
    return str(refusal.value)


def test_all_faults_are_named_at_once_in_the_order_of_the_file():
    kept = faults(
        broken(
            ("activities[0].name.fr", DROP),
            ("P.slug", "Desk Top"),
            ("P.versions[0].criteria[1].in", [True]),
            ("P.versions[0].criteria[2].none_of", ["schol"]),
            ("P.limits[1].max", DROP),
            ("P.limits[1].title_groups", ["offices"]),
            ("P.delivery.weeks", DROP),
            ("P.products[0].fee", 15.0),
            ("P.products[1].category", "office/game"),
            ("P.products[2].status", "gone"),
        )
    )
    assert kept == [
        ("missing_language", "activities[0].name.fr"),
        ("bad_slug", f"{PROGRAM}.slug"),
        ("wrong_type", f"{PROGRAM}.versions[0].criteria[1].in[0]"),
        ("unknown_activity", f"{PROGRAM}.versions[0].criteria[2].none_of[0]"),
        ("no_bound", f"{PROGRAM}.limits[1]"),
        ("unknown_title_group", f"{PROGRAM}.limits[1].title_groups[0]"),
        ("missing_key", f"{PROGRAM}.delivery.business_days"),
        ("wrong_type", f"{PROGRAM}.products[0].fee"),
        ("unknown_category", f"{PROGRAM}.products[1].category"),
        ("unknown_value", f"{PROGRAM}.products[2].status"),
    ]


def test_a_message_says_line_place_kind_value_and_what_to_do():
    shown = messages(broken(("P.products[0].fee", 15.25)))
    line, rest = shown.split(": ", 1)
    assert line.startswith("line ")
    assert rest == (
        f"{PROGRAM}.products[0].fee: wrong_type: 15.25: money, as a text with two decimals such as "
        '"15.00", belongs here; write decimals in quotes, such as "15.00"'
    )


def test_on_without_quotes_is_explained():
    text = broken().replace("- 'ON'", "- ON")
    assert faults(text) == [("wrong_type", f"{PROGRAM}.versions[0].criteria[1].in[0]")]
    assert 'YAML reads ON without quotes as a yes/no, so write "ON"' in messages(text)


def test_a_slip_is_answered_with_what_may_have_been_meant():
    assert "did you mean secular_arm?" in messages(
        broken(("P.versions[0].criteria[2].unless", "secular-arm"))
    )
    assert "did you mean title_group?" in messages(broken(("P.products[0].titel_group", "office")))


@pytest.mark.parametrize("what", ["sku", "slug"])
def test_a_sku_and_a_slug_are_unique_in_the_whole_file(what):
    data = small()
    partner = deepcopy(data["partners"][0])
    partner["slug"] = "other"
    program = partner["programs"][0]
    program["slug"] = "other"
    for product in program["products"]:
        product.pop("replaced_by", None)
        product["sku" if what == "slug" else "slug"] += "-X" if what == "slug" else "-x"
    data["partners"].append(partner)
    place = f"partners[1].programs[0].products[{{}}].{what}"
    assert faults(written(data)) == [("duplicate", place.format(n)) for n in range(3)]


def test_partners_and_programs_are_unique_and_may_share_a_slug():
    data = small()
    data["partners"][0]["programs"][0]["slug"] = "acme"
    assert faults(written(data)) == []
    program = deepcopy(data["partners"][0]["programs"][0]) | {"products": [], "limits": []}
    data["partners"].append(data["partners"][0] | {"programs": [program]})
    data = yaml.safe_load(yaml.dump(data, Dumper=Plain, sort_keys=False))
    assert faults(written(data)) == [
        ("duplicate", "partners[1].slug"),
        ("duplicate", "partners[1].programs[0].slug"),
    ]


class Plain(yaml.SafeDumper):
    """Without aliases."""

    def ignore_aliases(self, data):
        return True


def test_a_circle_of_replacements_is_named_at_each_of_its_products_and_nowhere_else():
    data = small()
    products = data["partners"][0]["programs"][0]["products"]
    products[0] |= {"status": "discontinued", "replaced_by": "A-2"}
    assert faults(written(data)) == [
        ("replaced_by_loop", f"{PROGRAM}.products[0].replaced_by"),
        ("replaced_by_loop", f"{PROGRAM}.products[1].replaced_by"),
    ]


def test_a_replacement_may_be_of_any_program():
    data = small()
    program = deepcopy(data["partners"][0]["programs"][0]) | {"slug": "more", "limits": []}
    product = program["products"][1] | {"sku": "B-1", "slug": "b-1", "replaced_by": "A-1"}
    data["partners"][0]["programs"].append(program | {"products": [product]})
    assert faults(written(data)) == []


def test_a_choice_without_choices_is_named_at_the_question():
    text = broken(("P.questions[2].choices", DROP), ("P.questions[2].refuse_if", DROP))
    assert faults(text) == [("missing_choices", f"{PROGRAM}.questions[2]")]


def test_a_key_given_twice_is_named_at_every_depth():
    text = broken().replace("  name: Acme\n", "  name: Acme\n  name: Acme\n")
    text = text.replace("kind: donation\n", "kind: donation\n    kind: access\n")
    assert faults(text) == [("duplicate", "partners[0].name"), ("duplicate", f"{PROGRAM}.kind")]


def test_an_alias_is_read_where_it_stands():
    text = broken().replace("answer:\n", "answer: &words\n", 1)
    start = text.index("  about:\n")
    end = text.index("  faq:\n")
    about, text = text[start:end], text[:start] + text[end:]
    text = text.replace("  programs:\n", "  about: *words\n  programs:\n", 1)
    assert about
    assert read(text).partners[0].about.fr == "Mot"


HOSTILE = {
    "empty": b"",
    "only a comment": b"# nothing\n",
    "null": b"null\n",
    "a list": b"- activities\n",
    "a text": b"activities",
    "not utf-8": b"activities: \xff\xfe",
    "utf-16": "activities: []".encode("utf-16"),
    "a nul": b"activities: \x00",
    "an escaped nul": rb'{activities: [], categories: [], partners: ["\0"]}',
    "a tab": b"activities:\n\t- a\n",
    "an open bracket": b"activities: [",
    "two documents": b"activities: []\n---\npartners: []\n",
    "an unknown alias": b"activities: *gone\n",
    "an alias in itself": b"activities: &all [*all]\n",
    "a mapping as key": b"{a: 1}: x\n",
    "a list as key": b"? [a]\n: x\n",
    "a python object": b"activities: !!python/object/apply:os.system [ls]\n",
    "a tag": b"activities: !!binary aGk=\n",
    "a merge": b"a: &a {b: 1}\nactivities:\n  - <<: *a\n",
    "deep flow": b"[" * 100_000,
    "deep blocks": b"- " * 100_000,
    "deep and closed": b"activities: " + b"[" * 900 + b"]" * 900,
    "a long chain of digits": b"activities: " + b"9" * 5_000,
    "a number of base 60": b"activities: 1" + b":1" * 500_000,
    "infinity": b"activities: 1.0e+400\n",
    "a day that is none": b"activities: 2026-02-30\n",
    "a moment that is none": b"activities: 2026-02-03 99:99:99\n",
    "half a character": "activities: \ud800",
    "a second mark": b"\xef\xbb\xbf\xef\xbb\xbfactivities: []\n",
    "too large": b"#" * (MAX_BYTES + 1),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_with_a_reason_and_soon(text):
    start = time.monotonic()
    shown = messages(text)
    assert shown.isprintable() or "\n" in shown
    assert time.monotonic() - start < 5


def test_a_bomb_of_aliases_is_refused_before_it_goes_off():
    lines = ["a: &a [" + ", ".join("x" * 9) + "]"]
    lines += [f"{new}: &{new} [" + ", ".join([f"*{old}"] * 9) + "]" for old, new in pairwise(KEYS)]
    start = time.monotonic()
    assert "aliases counted as used" in messages("\n".join(lines))
    assert time.monotonic() - start < 2


def test_a_long_file_is_read_in_time():
    data = small()
    data["partners"][0]["programs"][0]["products"] = [
        {
            **small()["partners"][0]["programs"][0]["products"][1],
            "sku": f"A-{n}",
            "slug": f"a-{n}",
            "replaced_by": f"A-{n + 1}",
        }
        for n in range(3000)
    ]
    text = yaml.dump(data, Dumper=yaml.CSafeDumper)
    start = time.monotonic()
    assert faults(text) == [("unknown_replaced_by", f"{PROGRAM}.products[2999].replaced_by")]
    assert time.monotonic() - start < 10


def test_a_byte_order_mark_is_no_fault():
    assert faults(b"\xef\xbb\xbf" + written(small()).encode()) == []


@pytest.mark.parametrize("cut", range(0, 4000, 97))
def test_a_file_that_ends_early_is_refused_or_read_and_never_a_traceback(cut):
    faults(written(small())[:cut])
