"""Whatever members and staff do with requests, in any order, the live value is never lost."""

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from audit.models import Entry
from orgs import changes, deciding
from orgs.fieldclasses import SUBJECTS
from orgs.models import ChangeRequest, Organization
from tests.factories import ApplicationFactory, MembershipFactory, UserFactory

STAFF = SUBJECTS["staff"]
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            ["send", "withdraw", "ask", "answer", "approve", "decline", "edit", "late approve"]
        ),
        st.integers(0, 4),
    ),
    min_size=3,
    max_size=14,
)


class Sequences(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(DEEDS)
    def test_the_live_value_is_never_lost(self, deeds):
        owner = MembershipFactory()
        org, staff = owner.organization, UserFactory(is_staff=True)
        ApplicationFactory(organization=org, status="qualified")
        live, approved = org.staff, 0
        for deed, number in deeds:
            try:
                with transaction.atomic():
                    changed = self.do(deed, number, org, owner.user, staff)
            except ValidationError:
                changed = None  # refused: nothing is kept
            if changed is not None:
                live, approved = changed, approved + (deed != "edit")
            assert Organization.objects.get(pk=org.pk).staff == live
            assert ChangeRequest.objects.of(org).open().count() <= 1
        assert ChangeRequest.objects.filter(status="approved").count() == approved
        assert Entry.objects.filter(action="changerequest.approved").count() == approved

    def do(self, deed, number, org, member, staff):
        """The value that the file has afterwards, when the deed is to change it."""
        newest = ChangeRequest.objects.of(org).first()
        if deed == "send":
            changes.send(org, STAFF, by=member, new={"staff": number})
        elif deed == "edit":
            Organization.objects.filter(pk=org.pk).update(staff=number)
            return number
        elif newest is None:
            return None
        elif deed == "withdraw":
            changes.withdraw(newest, by=member)
        elif deed == "answer":
            changes.answer(newest, by=member, text="Yes.")
        elif deed == "ask":
            deciding.ask(newest.pk, by=staff, question="?", version=newest.version)
        elif deed == "decline":
            deciding.decline(newest.pk, by=staff, version=newest.version, reason="No.")
        else:
            seen = newest.version - (deed == "late approve")
            deciding.approve(newest.pk, by=staff, version=seen)
            return newest.new["staff"]
        return None
