"""orgs/importing.py: the demo reads as it is, and every fault is named with its place."""

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import yaml

from orgs.importing import read
from orgs.yamlfile import Refused

ROOT = Path(__file__).parents[2]
DROP = object()


@cache
def known():
    text = (ROOT / "demo/programs.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=yaml.CSafeLoader)
    programs = [program for partner in data["partners"] for program in partner["programs"]]
    return {
        "activities": {activity["code"] for activity in data["activities"]},
        "skus": {product["sku"] for program in programs for product in program["products"]},
    }


def small():
    def org(number, **more):
        return {
            "number": number,
            "legal_name": "Maison",
            "former_names": ["Comptoir"],
            "kind": "charity",
            "bn": None,
            "parent": None,
            "province": "QC",
            "address": {"street": "1", "unit": None, "city": "Magog", "postal_code": "J1H 9Z9"},
            "phone": "+1 819 555-0112",
            "language": "fr",
            "website": None,
            "email": "a@b.example",
            "mission": None,
            "activities": ["youth"],
            "secular_arm": False,
            "annual_budget": None,
            "staff": None,
            "status": "qualified",
            "submitted_on": date(2021, 3, 1),
            "qualified_since": "2021-03-15",
            "qualified_until": None,
            **more,
        }

    return {
        "organizations": [
            org(100001, bn="000000018 RR0001", neq="1100000125", annual_budget="842350.00"),
            org(100002, parent=100001, staff=3),
        ],
        "people": [
            {
                "email": "m@b.example",
                "username": "m",
                "first_name": "Marie",
                "last_name": "T",
                "language": "fr",
                "staff": None,
                "memberships": [{"organization": 100001, "role": "owner"}],
            },
            {
                "email": "q@b.example",
                "username": "q",
                "first_name": "Q",
                "last_name": "A",
                "language": "en",
                "staff": "superuser",
                "memberships": [],
            },
        ],
        "orders": [
            {
                "number": 10001,
                "organization": 100001,
                "placed_by": "m@b.example",
                "placed_at": "2024-02-29T10:15:00-05:00",
                "status": "fulfilled",
                "answers": {"why": "x", "how_many": 3, "sure": True, "on": date(2027, 2, 1)},
                "lines": [
                    {"sku": "IN-QBO-PLUS", "quantity": 1, "fee": "90.00"},
                    {
                        "sku": "IN-QBO-PLUS",
                        "quantity": 2,
                        "given_back_at": "2024-03-01T10:15:00-05:00",
                    },
                ],
            },
            {
                "number": 10002,
                "organization": 100002,
                "placed_by": "M@b.example",
                "placed_at": datetime(2024, 3, 1, tzinfo=UTC),
                "status": "cancelled",
                "given_back_at": "2024-03-02T10:15:00-05:00",
                "method": "cheque",
                "lines": [{"sku": "IN-QBO-PLUS", "quantity": 1}],
            },
        ],
    }


def written(data):
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def faults(text):
    try:
        read(text, **known())
    except Refused as refusal:
        return [(fault.kind, fault.place) for fault in refusal.faults]
    return []


def broken(place, value):
    data = container = deepcopy(small())
    steps = [
        int(s) if s.isdigit() else s for s in place.replace("[", ".").replace("]", "").split(".")
    ]
    for step in steps[:-1]:
        container = container[step]
    if value is DROP:
        del container[steps[-1]]
    elif isinstance(container, list) and steps[-1] == len(container):
        container.append(value)
    else:
        container[steps[-1]] = value
    return written(data)


def test_the_demo_reads_as_it_is():
    found = read((ROOT / "demo/organizations.yaml").read_bytes(), **known())

    assert (len(found.organizations), len(found.people), len(found.orders)) == (24, 10, 34)
    by_number = {org.number: org for org in found.organizations}
    assert len(by_number[100011].legal_name) == 120
    assert by_number[100012].parent == 100011
    assert by_number[100010].address.postal_code == "J1H 9Z9"
    assert by_number[100014].annual_budget == Decimal("1400000.01")
    orders = {order.number: order for order in found.orders}
    assert orders[10004].lines[2].fee == Decimal("90.00")
    assert orders[10020].lines[1].given_back_at is not None
    assert orders[10030].answers["resale"] is False


def test_what_may_be_left_out_is_empty():
    found = read(written(small()), **known())
    first, second = found.organizations
    assert (first.bn, first.neq, first.corporation_number) == ("000000018RR0001", "1100000125", "")
    assert (second.bn, second.mission, second.annual_budget, second.qualified_until) == (
        "",
        "",
        None,
        None,
    )
    assert [order.method for order in found.orders] == ["paypal", "cheque"]
    assert found.orders[0].lines[1].fee is None


ORG, WHO, ORDER = "organizations[0]", "people[0]", "orders[0]"


@pytest.mark.parametrize(
    ("place", "value", "kind", "at"),
    [
        *(
            (place, DROP, "missing_key", place)
            for place in (
                "organizations[1].legal_name",
                "organizations[1].parent",
                "organizations[1].address.unit",
                "organizations[1].status",
                f"{WHO}.username",
                f"{WHO}.memberships",
                f"{WHO}.memberships[0].role",
                f"{ORDER}.placed_at",
                f"{ORDER}.lines[0].quantity",
                "orders[1].given_back_at",
            )
        ),
        ("notes", [], "unknown_key", "notes"),
        (f"{ORG}.budget", "1.00", "unknown_key", f"{ORG}.budget"),
        (f"{ORG}.address.country", "CA", "unknown_key", f"{ORG}.address.country"),
        (f"{WHO}.memberships[0].since", "x", "unknown_key", f"{WHO}.memberships[0].since"),
        (f"{ORDER}.total", "1.00", "unknown_key", f"{ORDER}.total"),
        (f"{ORDER}.lines[0].name", "x", "unknown_key", f"{ORDER}.lines[0].name"),
        ("organizations[1].bn", "000000018RR0001", "duplicate", "organizations[1].bn"),
        ("organizations[1].neq", "1100000125", "duplicate", "organizations[1].neq"),
        ("people[1].email", "M@B.example", "duplicate", "people[1].email"),
        ("people[1].username", "M", "duplicate", "people[1].username"),
        ("orders[1].number", 10001, "duplicate", "orders[1].number"),
        (
            f"{WHO}.memberships[1]",
            {"organization": 100001, "role": "buyer"},
            "duplicate",
            f"{WHO}.memberships[1].organization",
        ),
        ("organizations[1].parent", 100009, "unknown_organization", "organizations[1].parent"),
        ("organizations[1].parent", 100002, "parent_loop", "organizations[1].parent"),
        (
            f"{WHO}.memberships[0].organization",
            100009,
            "unknown_organization",
            f"{WHO}.memberships[0].organization",
        ),
        (f"{ORDER}.organization", 100009, "unknown_organization", f"{ORDER}.organization"),
        (f"{ORDER}.placed_by", "x@b.example", "unknown_person", f"{ORDER}.placed_by"),
        (f"{ORDER}.lines[0].sku", "IN-QBO", "unknown_sku", f"{ORDER}.lines[0].sku"),
        (f"{ORG}.activities", ["chess"], "unknown_activity", f"{ORG}.activities[0]"),
        (f"{ORG}.kind", "club", "unknown_value", f"{ORG}.kind"),
        (f"{ORG}.province", "Quebec", "unknown_value", f"{ORG}.province"),
        (f"{ORG}.language", "es", "unknown_value", f"{ORG}.language"),
        (f"{ORG}.status", "gone", "unknown_value", f"{ORG}.status"),
        (f"{WHO}.staff", "boss", "unknown_value", f"{WHO}.staff"),
        (f"{WHO}.memberships[0].role", "chief", "unknown_value", f"{WHO}.memberships[0].role"),
        (f"{ORDER}.status", "lost", "unknown_value", f"{ORDER}.status"),
        (f"{ORDER}.method", "cash", "unknown_value", f"{ORDER}.method"),
        (
            f"{ORDER}.given_back_at",
            "2024-03-01T00:00:00-05:00",
            "unknown_value",
            f"{ORDER}.given_back_at",
        ),
        (f"{ORG}.province", True, "wrong_type", f"{ORG}.province"),
        (f"{ORDER}.number", "10001", "wrong_type", f"{ORDER}.number"),
        (f"{ORG}.bn", 18, "wrong_type", f"{ORG}.bn"),
        (f"{ORG}.email", "nowhere", "wrong_type", f"{ORG}.email"),
        (f"{ORG}.annual_budget", 842350.0, "wrong_type", f"{ORG}.annual_budget"),
        (f"{ORG}.former_names", "Comptoir", "wrong_type", f"{ORG}.former_names"),
        (f"{ORG}.submitted_on", "2021-02-30", "wrong_type", f"{ORG}.submitted_on"),
        (f"{ORDER}.placed_at", "2024-02-29T10:15:00", "wrong_type", f"{ORDER}.placed_at"),
        (f"{ORDER}.placed_at", date(2024, 2, 29), "wrong_type", f"{ORDER}.placed_at"),
        (f"{ORDER}.lines", [], "wrong_type", f"{ORDER}.lines"),
        (f"{ORDER}.answers", "x", "wrong_type", f"{ORDER}.answers"),
        (f"{ORDER}.answers.why", [1], "wrong_type", f"{ORDER}.answers.why"),
        (f"{ORDER}.answers.Why", "x", "bad_slug", f"{ORDER}.answers.Why"),
        (f"{ORG}.bn", "000000018", "bad_number", f"{ORG}.bn"),
        (f"{ORG}.neq", "990000012", "bad_number", f"{ORG}.neq"),
        (f"{ORG}.corporation_number", "x", "bad_number", f"{ORG}.corporation_number"),
        (f"{ORG}.address.postal_code", "J1H", "bad_number", f"{ORG}.address.postal_code"),
        (f"{ORDER}.lines[0].fee", "90", "bad_amount", f"{ORDER}.lines[0].fee"),
        (f"{ORDER}.lines[0].quantity", 0, "bad_amount", f"{ORDER}.lines[0].quantity"),
        (f"{ORG}.annual_budget", "-1.00", "negative_amount", f"{ORG}.annual_budget"),
        (f"{ORG}.qualified_until", "2021-03-14", "min_above_max", f"{ORG}.qualified_until"),
        (
            f"{ORDER}.lines[1].given_back_at",
            "2024-02-28T10:15:00-05:00",
            "min_above_max",
            f"{ORDER}.lines[1].given_back_at",
        ),
    ],
    ids=lambda value: "" if value is DROP else str(value)[:40],
)
def test_one_fault_is_named_alone_and_in_its_place(place, value, kind, at):
    assert faults(broken(place, value)) == [(kind, at)]


def test_a_circle_of_branches_is_named_at_each():
    data = small()
    data["organizations"][0]["parent"] = 100002
    assert faults(written(data)) == [
        ("parent_loop", "organizations[0].parent"),
        ("parent_loop", "organizations[1].parent"),
    ]


def test_a_number_is_used_once():
    data = small()
    data["organizations"].append(data["organizations"][0] | {"bn": None, "neq": None})
    text = written(yaml.safe_load(yaml.safe_dump(data, sort_keys=False)))
    assert faults(text) == [("duplicate", "organizations[2].number")]


@pytest.mark.parametrize("text", ["", "[]", "organizations: *x", "a: [", "organizations: []\n" * 2])
def test_another_file_is_refused(text):
    assert faults(text)
