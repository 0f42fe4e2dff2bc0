"""The e-mails about the catalogue."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from catalog import explained
from catalog.eligibility import Facts, judge
from catalog.facts import facts_of
from catalog.models import LastAnswer, Override, ProgramVersion, StockAlert
from catalog.verdicts import values_of, verdict_on
from mail import outbox
from orgs.emails.writing import readers
from orgs.models import Organization


def back_in_stock(alert: StockAlert) -> None:
    """To the person who asked: the product can be had again."""
    from catalog.alerts import stop_link_token  # alerts send this e-mail

    language = alert.user.language
    with translation.override(language):
        url = settings.SITE_URL + reverse("catalog:product", args=[alert.product.slug])
        stop = settings.SITE_URL + reverse("catalog:stop_alerts", args=[stop_link_token(alert)])
    outbox.queue(
        "catalog/back_in_stock",
        to=[alert.user.email],
        language=language,
        key=f"alert:{alert.pk}",
        context={"product": alert.product, "url": url, "stop_url": stop},
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
            key=f"rules:{version.pk}:{organization.pk}:{address}"[:200],
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
