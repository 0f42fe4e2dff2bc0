"""A member of a qualified organization, signed in, with orders that count against a quota."""

from datetime import date
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction

from accounts.models import User
from orgs.models import Membership, Organization, Role

NAME = "bench-buyer"


@transaction.atomic
def member() -> tuple[str, int]:
    """Their session's cookie, and the organization's number."""
    user = User.objects.filter(username=NAME).first()
    if user is None:
        user = User.objects.create_user(
            email="buyer@bench.example", username=NAME, password="x" * 20, language="en"
        )
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        org = Organization.objects.create(
            legal_name="Bench",
            kind="charity",
            street="1, rue",
            city="Sherbrooke",
            province="QC",
            postal_code="J1H 9Z9",
            phone="+18195550112",
            email=user.email,
            language="en",
            mission="x",
            annual_budget="500000",
            budget_source="statements",
            budget_year=2025,
            staff=5,
            qualified_since=date(2024, 1, 15),
            qualified_until=date(2036, 1, 15),
        )
        role = Role.objects.get(code="owner", organization=None)
        Membership.objects.create(user=user, organization=org, role=role)
    (cookie,) = (f"{name}={value}" for name, value in cookie_of(user).items())
    return cookie, user.memberships.get().organization.number


def cookie_of(user: User) -> dict[str, str]:
    """A session of a person who is signed in: its cookie's name and value."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {settings.SESSION_COOKIE_NAME: session.session_key}
