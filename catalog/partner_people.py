"""Partner people: staff let a person act for a donor partner, and end it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.models import record
from catalog.models import Partner, PartnerMember


def check(partner: Partner, user: User) -> None:
    """Raise ValidationError with all that is against this person's acting for the partner."""
    found = []
    if not user.is_active:
        found.append(ValidationError(_("This account is disabled."), "disabled"))
    if user.is_staff:
        text = _("Our staff do not act for a partner: they decide about its orders in their desk.")
        found.append(ValidationError(text, "staff"))
    if PartnerMember.objects.filter(partner=partner, user=user).exists():
        text = _("This person acts for the partner already.")
        found.append(ValidationError(text, "twice"))
    if found:
        raise ValidationError(found)


@transaction.atomic
def add(partner: Partner, user: User, *, by: User | None) -> PartnerMember:
    """Let a person act for a partner. Raises ValidationError when they may not, or do already."""
    Partner.objects.select_for_update().get(pk=partner.pk)  # two who add the same person wait
    check(partner, user)
    member = PartnerMember.objects.create(partner=partner, user=user, added_by=by)
    record(partner, "partner.person_added", by=by, person=str(user), user=user.pk)
    return member


@transaction.atomic
def remove(member: PartnerMember, *, by: User, reason: str) -> None:
    """End it at once; what they did stays in the trail. Raises ValidationError without a reason."""
    if not reason.strip():
        raise ValidationError(_("Write the reason."), "no_reason")
    user, partner = member.user, member.partner
    record(partner, "partner.person_removed", by=by, note=reason, person=str(user), user=user.pk)
    member.delete()
