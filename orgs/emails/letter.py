"""A plain e-mail: a subject, paragraphs, and at most one act. Most differ in words only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from mail import outbox

KEY_LENGTH = 200


@dataclass(frozen=True)
class Letter:
    """What is said, in the reader's language."""

    subject: str
    paragraphs: Sequence[str]
    act: str = ""
    """The words on the button; its address is `url`."""
    url: str = ""


def post(kind: str, write: Callable[[], Letter], *, to: str, language: str, key: str) -> None:
    """Queue a letter of `orgs/<kind>` for one reader; `write` is called in their language."""
    if not to:
        return
    with translation.override(language):
        letter = write()
        context = {
            "letter": letter,
            "subject": letter.subject,
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "support_email": settings.SUPPORT_EMAIL,
            "language": language,
        }
        text = render_to_string("mail/orgs/letter/body.txt", context).strip() + "\n"
        html = render_to_string("mail/orgs/letter/body.html", context)
    outbox.post(
        f"orgs/{kind}",
        to=[to],
        language=language,
        key=f"{key}:{to}"[:KEY_LENGTH],
        subject=" ".join(letter.subject.split()),
        text=text,
        html=html,
    )


def address(page: str, *args: object) -> str:
    """A page's whole address, in the language that is active."""
    return settings.SITE_URL + reverse(page, args=args)
