"""Finding an organization by a number that somebody knows, without telling them what was found."""

from django.core import signing
from django.db.models import Q

from orgs import numbers
from orgs.models import Organization
from orgs.models.organization import BN_ROOT

SALT = "orgs.handle"
HANDLE_AGE = 24 * 3600  # seconds
MOST_DIGITS = 9  # of a number of ours: more would not fit its column


def by_number(text: str) -> Organization | None:
    """Whose number this exactly is: ours, the tax agency's (its nine digits will do) or Quebec's.

    A merged organization's number leads to the one it is now; a closed one is not found.
    """
    compact = numbers.compact(text)
    found = Organization.objects.filter(_same(compact)).order_by("parent_id", "pk").first()
    while found and found.merged_into_id:
        found = found.merged_into
    return found if found and found.closed_on is None else None


def _same(compact: str) -> Q:
    same = Q(pk=None)
    if compact.isdecimal() and len(compact) <= MOST_DIGITS:
        same |= Q(number=int(compact))
    if len(compact) >= BN_ROOT:
        same |= Q(neq=compact) | Q(bn=compact)
    if len(compact) == BN_ROOT:
        same |= Q(bn__startswith=compact, parent=None)
    return same


def handle(organization: Organization) -> str:
    """Names an organization in an address to somebody who may not learn which it is."""
    return signing.dumps(organization.pk, salt=SALT)


def by_handle(text: str) -> Organization | None:
    """Whose handle this is; None when it is not ours, or older than a day."""
    try:
        pk = signing.loads(text, salt=SALT, max_age=HANDLE_AGE)
    except signing.BadSignature:
        return None
    found = Organization.objects.filter(pk=pk).first()
    while found and found.merged_into_id:
        found = found.merged_into
    return found
