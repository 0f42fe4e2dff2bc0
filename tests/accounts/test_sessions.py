"""Who is signed in, read at every request by SQL that is written once."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner.user)
    assert client.get(reverse("organizations")).status_code == 302
    return client


def is_in(client) -> bool:
    return "/login/" not in client.get(reverse("organizations")).get("Location", "")


def test_a_session_ends_with_its_time(signed_in):
    assert is_in(signed_in)
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE + 60)):
        assert not is_in(signed_in)


def test_a_session_that_is_ended_elsewhere_is_over(signed_in):
    Session.objects.all().delete()
    assert not is_in(signed_in)


def test_a_person_who_is_disabled_is_out_at_once(signed_in, owner):
    type(owner.user).objects.update(is_active=False)
    assert not is_in(signed_in)


def test_a_person_who_is_gone_is_out(signed_in, owner, stranger):
    session = Session.objects.get()
    store = signed_in.session
    store["_auth_user_id"] = str(stranger.pk + 1000)
    store.save()
    assert Session.objects.get().session_key == session.session_key
    assert not is_in(signed_in)
