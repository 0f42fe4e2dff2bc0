"""The outbox: queue an e-mail in the caller's transaction, then claim and send it."""

import math
import time
from collections.abc import Sequence
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from mail.models import Message

# After the first try; then it is given up, and staff see it.
RETRIES = tuple(
    timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 4 * 3600, 12 * 3600, 12 * 3600)
)

WOKEN = "mail.woken"
WOKEN_FOR = 10  # seconds; then the sweep comes anyway

# One statement, without a savepoint: on a key that is there it changes nothing, and says which.
WRITE_ONCE = """
INSERT INTO mail_message (key, kind, "to", language, subject, text, html, about, due_at, attempts,
                          last_error, created_at)
VALUES (%(key)s, %(kind)s, %(to)s, %(language)s, %(subject)s, %(text)s, %(html)s, %(about)s,
        %(due_at)s, %(attempts)s, %(last_error)s, %(created_at)s)
ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id
"""


def queue(
    kind: str, *, to: Sequence[str], language: str, key: str, context: dict[str, Any]
) -> Message:
    """Write down an e-mail that is owed; the same `key` again returns the first one.

    `kind` names the templates `mail/<kind>/subject.txt`, `body.txt` and `body.html`, rendered now,
    in the reader's language, so that the e-mail says what was true when it was owed. An
    `organization` in the context is whom the e-mail is about: its members find it by that.
    """
    about = str(getattr(context.get("organization"), "number", ""))
    rendered = render(kind, language=language, context=context)
    return post(kind, to=to, language=language, key=key, about=about, **rendered)


def render(kind: str, *, language: str, context: dict[str, Any]) -> dict[str, str]:
    """The words of an e-mail, in its reader's language: subject, text, html."""
    context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL} | context
    context |= {"support_email": settings.SUPPORT_EMAIL, "language": language}
    with translation.override(language):
        subject = " ".join(render_to_string(f"mail/{kind}/subject.txt", context).split())
        text = render_to_string(f"mail/{kind}/body.txt", context).strip() + "\n"
        html = render_to_string(f"mail/{kind}/body.html", context | {"subject": subject})
    return {"subject": subject, "text": text, "html": html}


def post(
    kind: str,
    *,
    to: Sequence[str],
    language: str,
    key: str,
    subject: str,
    text: str,
    html: str,
    about: str = "",
) -> Message:
    """Write down an e-mail that is rendered already; see `queue`."""
    recipients = list(dict.fromkeys(address for address in to if address))
    message = Message(
        key=key,
        kind=kind,
        to=recipients,
        language=language,
        subject=subject[:250],
        text=text,
        html=html,
        about=about,
    )
    values = vars(message) | {"created_at": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(WRITE_ONCE, values)
        (message.pk,) = cursor.fetchone()
    transaction.on_commit(wake, robust=True)
    return message


def post_many(messages: Sequence[Message]) -> None:
    """Write down many e-mails in one statement; those whose key is known are left out.

    No worker is woken: the sweep sends them, behind what somebody is waiting for.
    """
    Message.objects.bulk_create(messages, ignore_conflicts=True)


def wake() -> None:
    """Tell a worker that mail is due, unless one is told already and has not come yet.

    Who comes forgets first that he was told, and then looks: so he finds whatever was committed
    before. When the broker is down the sweep finds it anyway.
    """
    from mail import tasks  # tasks import this module

    if cache.add(WOKEN, True, timeout=WOKEN_FOR):
        tasks.send_due.apply_async(retry=False)


def send_due(*, seconds: float = math.inf) -> None:
    """Send what is due, the newest first; begin no other after so many seconds.

    Many may do so at once: they share what there is, and each message is sent by one.
    """
    until = time.monotonic() + seconds
    cache.delete(WOKEN)
    while time.monotonic() < until and (message := claim()):
        if Message.objects.due().exists():
            wake()  # another worker takes the next one meanwhile
        send(message)


@transaction.atomic
def claim() -> Message | None:
    """Take a message that is due, by putting off its next try; None when nothing is left to take.

    Nothing has to be put back: a worker that fails or dies leaves a message that comes due again.
    """
    message = Message.objects.due().select_for_update(skip_locked=True).first()
    if message:
        message.due_at = timezone.now() + timedelta(seconds=settings.MAIL_LEASE)
        message.attempts += 1
        message.save(update_fields=["due_at", "attempts"])
    return message


def send(message: Message) -> None:
    """Send a claimed message; a failure is written down with the next try, or given up."""
    try:
        build(message).send()
    except Exception as error:  # noqa: BLE001  (SMTP fails in many ways; each is kept on the row)
        put_off(message, error)
    else:
        Message.objects.owed().filter(pk=message.pk).update(sent_at=timezone.now(), last_error="")


def build(message: Message) -> EmailMultiAlternatives:
    """The e-mail itself. Its Message-ID is fixed, so that a second copy shows once."""
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {
        "Message-ID": f"<message-{message.pk}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    }
    if message.unsubscribe_url:  # one click in the mail program, RFC 8058
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email = EmailMultiAlternatives(
        message.subject,
        message.text,
        to=message.to,
        reply_to=[settings.SUPPORT_EMAIL],
        headers=headers,
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    return email


def put_off(message: Message, error: Exception) -> None:
    """Plan the next try, or give the message up after the last.

    A worker that hung longer than its lease changes nothing: `attempts` tells that another came.
    """
    now = timezone.now()
    changes: dict[str, Any] = {"last_error": f"{type(error).__name__}: {error}"[:1000]}
    if message.attempts <= len(RETRIES):
        changes["due_at"] = now + RETRIES[message.attempts - 1]
    else:
        changes["dead_at"] = now
    Message.objects.owed().filter(pk=message.pk, attempts=message.attempts).update(**changes)


def revive(pk: int) -> bool:
    """Send a given-up message again, from the first try; False when it is not given up."""
    changes: dict[str, Any] = {"dead_at": None, "attempts": 0, "due_at": timezone.now()}
    revived = Message.objects.dead().filter(pk=pk).update(**changes)
    if revived:
        transaction.on_commit(wake, robust=True)
    return bool(revived)


def give_up(pk: int) -> bool:
    """Never send an owed message; False when it was sent or given up already."""
    return bool(Message.objects.owed().filter(pk=pk).update(dead_at=timezone.now()))
