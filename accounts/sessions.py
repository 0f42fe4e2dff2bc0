"""Sessions in the database, each read by SQL that is written once."""

from datetime import UTC, datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.prepared import Prepared

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
VALID = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now),
    key="-",
    now=LONG_AGO,
)


class SessionStore(DatabaseStore):
    """Django's own, but for how a session is read: every page of a person signed in does."""

    def _get_session_from_db(self) -> Session | None:
        for session in VALID.rows(key=self.session_key, now=timezone.now()):
            return session
        self._session_key = None
        return None
