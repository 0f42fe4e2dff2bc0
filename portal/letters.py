"""Letters: the e-mails about an organization that its members can read again.

Only kinds that are listed are shown. A letter with a link that acts (to confirm, to join, to sign
in) is never listed: whoever reads it could act in its reader's place.
"""

from collections.abc import Mapping
from typing import Final

from django.db.models import Q

from mail.models import Message, MessageQuerySet
from orgs.models import Membership

READERS: Final[Mapping[str, tuple[str, ...]]] = {
    "profile.edit": (
        "orgs/received",
        "orgs/question",
        "orgs/reminder",
        "orgs/qualified",
        "orgs/declined",
        "orgs/late",
        "orgs/draft_ends",
        "orgs/draft_waits",
        "orgs/document_refused",
        "orgs/suspended",
        "orgs/reinstated",
        "orgs/closed",
        "orgs/reopened",
        "orgs/ends",
        "orgs/ended",
        "orgs/change_received",
        "orgs/change_asked",
        "orgs/change_approved",
        "orgs/change_declined",
        "orgs/address_confirmed",
        "orgs/address_stopped",
        "orgs/case_received",
        "orgs/case_answered",
        "catalog/rules_changed",
        "catalog/rules_withdrawn",
        "catalog/eligibility_changed",
        "catalog/override_granted",
        "catalog/override_ended",
    ),
    "orders.view": (
        "catalog/held",
        "catalog/passed_over",
        "catalog/hold_ended",
        "orders/placed",
        "orders/free",
        "orders/approved",
        "orders/awaiting_partner",
        "orders/cancelled",
        "orders/expired",
        "orders/refused",
        "orders/receipt",
        "orders/payment_pending",
        "orders/payment_denied",
        "orders/paid_too_late",
        "orders/allocated",
        "orders/held",
        "orders/released",
        "orders/licences_ready",
        "orders/licences_elsewhere",
        "orders/licences_delayed",
        "orders/cheque_allowed",
        "orders/refund",
        "orders/cheque",
        "orders/unanswered",
        "orders/shipped",
        "orders/put_off",
        "orders/ends",
        "orders/key_replaced",
    ),
    "tokens.issue": ("tokens/created", "tokens/revoked"),
}
"""The kinds that a capability lets one read."""
ALL: Final = tuple(kind for kinds in READERS.values() for kind in kinds)


def of(membership: Membership) -> MessageQuerySet:
    """What this member may read, newest first: by capability, or because it was sent to them."""
    mine = Q(kind__in=ALL, to__contains=[membership.user.email])
    for capability, kinds in READERS.items():
        if membership.may(capability):
            mine |= Q(kind__in=kinds)
    about = Message.objects.about(membership.organization.number)
    return about.filter(mine).order_by("-pk")
