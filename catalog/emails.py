"""The e-mails about the catalogue. What alerts say is rendered once for many readers."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from catalog import explained
from catalog.eligibility import Facts, judge
from catalog.facts import facts_of
from catalog.models import LastAnswer, Override, Partner, Product, ProgramVersion, StockAlert
from catalog.verdicts import values_of, verdict_on
from mail import outbox
from orgs.emails.writing import readers
from orgs.models import Organization


def address(name: str, *args: str, language: str) -> str:
    """The address of a page in a reader's language, for an e-mail."""
    with translation.override(language):
        return settings.SITE_URL + reverse(name, args=args)


def back_in_stock(product: Product, *, language: str, token: str) -> dict[str, str]:
    """The words to who asked: the product can be had again; `unsubscribe` is the way out."""
    url = address("catalog:product", product.slug, language=language)
    return _alert("back_in_stock", language, token, {"product": product, "url": url})


def new_products(
    products: Sequence[Product], *, count: int, partner: Partner | None, language: str, token: str
) -> dict[str, str]:
    """The words to who asked what is new: these products, of `count`."""
    context = {
        "products": [
            (product, address("catalog:product", product.slug, language=language))
            for product in products
        ],
        "more": count - len(products),
        "partner": partner,
        "url": address("catalog:list", language=language),
    }
    return _alert("new_products", language, token, context)


def _alert(kind: str, language: str, token: str, context: dict[str, object]) -> dict[str, str]:
    stop = address("catalog:stop_alerts", token, language=language)
    context |= {"stop_url": stop, "postal_address": settings.POSTAL_ADDRESS}
    words = outbox.render(f"catalog/{kind}", language=language, context=context)
    return words | {"unsubscribe": stop}


def confirm_alert(alert: StockAlert, *, token: str, number: int) -> None:
    """To an address that somebody typed: is it you? `number` tells letters of a day apart."""
    url = address("catalog:confirm_alert", token, language=alert.language)
    with translation.override(alert.language):
        topic = alert.topic
    outbox.queue(
        "catalog/confirm_alert",
        to=[alert.email],
        language=alert.language,
        key=f"alert-confirm:{token}:{number}",
        context={"topic": topic, "url": url},
    )


def rules_changed(
    organization: Organization,
    version: ProgramVersion,
    was: ProgramVersion | None,
    *,
    gains: bool,
) -> None:
    """New rules open a program to an organization or close it: old and new, and what to do."""
    on, program = version.effective, version.program
    new, old = values_of(version), values_of(was) if was else None
    verdict = judge(new, facts_of(organization), on=on)
    for address, language in readers(organization).items():
        with translation.override(language):
            names = explained.activity_names()
            page = reverse("catalog:eligibility", args=[organization.number])
            context = {
                "organization": organization,
                "program": program.name,
                "partner": program.partner.name,
                "version": version,
                "note": version.note,
                "gains": gains,
                "old_rules": explained.rules_in_words(old.criteria, names, on=on) if old else [],
                "new_rules": explained.rules_in_words(new.criteria, names, on=on),
                "reasons": explained.failing(verdict, names),
                "grace_until": version.grace_until,
                "url": f"{settings.SITE_URL}{page}#{program.slug}",
            }
        outbox.queue(
            "catalog/rules_changed",
            to=[address],
            language=language,
            key=f"{rules_key(version)}{organization.pk}:{address}"[:200],
            context=context,
        )


def rules_key(version: ProgramVersion) -> str:
    """How the keys of e-mails about a version's rules begin."""
    return f"rules:{version.pk}:"


def rules_withdrawn(
    organization: Organization, version: ProgramVersion, *, stays: ProgramVersion | None
) -> None:
    """The new rules that it was told of do not come: what `stays`."""
    program, rules = version.program, values_of(stays) if stays else None
    for address, language in readers(organization).items():
        with translation.override(language):
            names = explained.activity_names()
            page = reverse("catalog:eligibility", args=[organization.number])
            context = {
                "organization": organization,
                "program": program.name,
                "partner": program.partner.name,
                "version": version,
                "rules": explained.rules_in_words(rules.criteria, names, on=version.effective)
                if rules
                else [],
                "url": f"{settings.SITE_URL}{page}#{program.slug}",
            }
        outbox.queue(
            "catalog/rules_withdrawn",
            to=[address],
            language=language,
            key=f"rules-withdrawn:{version.pk}:{organization.pk}:{address}"[:200],
            context=context,
        )


def override_granted(override: Override) -> None:
    """A program is open to an organization by an exception, until a day."""
    _about_override("override_granted", override)


def override_ended(override: Override) -> None:
    """The exception ended before its day."""
    _about_override("override_ended", override)


def _about_override(kind: str, override: Override) -> None:
    organization, program = override.organization, override.program
    for address, language in readers(organization).items():
        with translation.override(language):
            page = reverse("catalog:eligibility", args=[organization.number])
            context = {
                "organization": organization,
                "program": program.name,
                "override": override,
                "url": f"{settings.SITE_URL}{page}#{program.slug}",
            }
        outbox.queue(
            f"catalog/{kind}",
            to=[address],
            language=language,
            key=f"{kind}:{override.pk}:{address}"[:200],
            context=context,
        )


def eligibility_changed(
    organization: Organization, answers: Iterable[LastAnswer], *, on: date
) -> None:
    """What is newly open to an organization and what no longer is, each with its reason."""
    facts, programs = facts_of(organization), {row.program_id: row for row in answers}
    for address, language in readers(organization).items():
        with translation.override(language):
            names = explained.activity_names()
            changes = [_change(row, facts, names, on=on) for row in programs.values()]
            page = reverse("catalog:eligibility", args=[organization.number])
            context = {
                "organization": organization,
                "on": on,
                "gained": [change for change in changes if change["is_open"]],
                "lost": [change for change in changes if not change["is_open"]],
                "url": settings.SITE_URL + page,
            }
        outbox.queue(
            "catalog/eligibility_changed",
            to=[address],
            language=language,
            key=f"eligibility:{organization.pk}:{on}:{min(programs)}:{address}"[:200],
            context=context,
        )


def _change(row: LastAnswer, facts: Facts, names: dict[str, str], *, on: date) -> dict[str, Any]:
    by_rules = _("The partner has changed its rules.")
    by_facts = _("The facts on your file have changed, or time has passed.")
    verdict = verdict_on(row.program, facts, on=on)
    return {
        "program": row.program.name,
        "partner": row.program.partner.name,
        "is_open": row.is_eligible,
        "cause": by_rules if row.is_by_rules else by_facts,
        "reasons": explained.failing(verdict, names),
    }
