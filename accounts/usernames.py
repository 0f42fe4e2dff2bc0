"""Usernames: one can change one's own; the old one stays reserved for the person who had it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import FormerUsername, User
from audit.models import record


def refuse_former(name: str, *, of: User | None = None) -> None:
    """Raises ValidationError when the name was another person's."""
    others = FormerUsername.objects.filter(name__iexact=name)
    if of is not None and of.pk:
        others = others.exclude(user=of)
    if others.exists():
        raise ValidationError(_("This username is taken."), "username_taken")


@transaction.atomic
def change(user: User, name: str) -> None:
    """Give the person another username. Raises ValidationError when it is, or was, another's."""
    refuse_former(name, of=user)
    was, user.username = user.username, name
    user.validate_constraints()
    user.save(update_fields=["username"])
    FormerUsername.objects.filter(user=user, name__iexact=name).delete()
    if was.lower() != name.lower():
        FormerUsername.objects.get_or_create(name=was, user=user)
    record(user, "user.username_changed", by=user, was=was, now=name)
