"""Looking up: what staff type into a search box, as a query that an index answers."""

import re
from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Lower

from accounts.models import User
from orgs import numbers
from orgs.models import Membership, Organization
from registers.models import Plain

APPLICATION = re.compile(r"\s*D-?\s*(\d{1,9})\s*", re.IGNORECASE)
MOST_NUMBER = 9  # digits of a business number


def organizations(rows: Any, text: str) -> Any:
    """Those whose name has all the words, or whose number or address it is."""
    if not text.strip():
        return rows
    return rows.filter(Q(pk__in=_matching(text)))


def applications(rows: Any, text: str) -> Any:
    """By their own number (D-12), or by their organization."""
    if not text.strip():
        return rows
    if own := APPLICATION.fullmatch(text):
        return rows.filter(pk=int(own[1]))
    return rows.filter(organization__in=_matching(text))


def _matching(text: str) -> Any:
    """The keys of the organizations that a text means."""
    known = Organization.objects.values_list("pk", flat=True)
    if "@" in text:
        return known.filter(_by_address(text.strip()))
    number = numbers.compact(text)
    if re.fullmatch(r"\d{6,10}([A-Z]{2}\d{4})?", number):
        return known.filter(_by_number(number))
    for word in text.split():  # without minding accents
        known = known.alias(plain=Plain("legal_name")).filter(plain__contains=Plain(Value(word)))
    return known


def _by_number(number: str) -> Q:
    """One's own number, a business number or its nine digits, an NEQ."""
    found = Q(bn__startswith=number) & ~Q(bn="") | Q(neq=number) & ~Q(neq="")
    return found | Q(number=int(number)) if len(number) < MOST_NUMBER else found


def _by_address(email: str) -> Q:
    """The address for licences, or a member's."""
    people = User.objects.alias(low=Lower("email")).filter(low=email.lower())
    members = Membership.objects.filter(user__in=people).values("organization")
    return Q(email__iexact=email) | Q(pk__in=members)
