"""Certificates of qualification: a code that anybody can check, and a sheet of paper.

Nothing is stored: a code is made of the organization's number, of the day since when it is
qualified, and of a key only we have. Whether it is true is looked up when somebody asks.
"""

import hashlib
import hmac
import io
import re
from datetime import date
from typing import Any, Final

import segno
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from stdnum import luhn

from accounts.keyring import derived, ring
from orgs import printing
from orgs.models import Organization

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: they are misread
LOOKALIKES: Final = str.maketrans("OIL", "011")
SECRET: Final = 8  # characters of five bits: one guess in 10¹² is right
SHAPE: Final = re.compile(rf"([0-9]{{6,9}})([{ALPHABET}]{{{SECRET}}})[{ALPHABET}]")


def code_of(organization: Organization) -> str:
    """The code of a qualified organization, such as 100001-7KQ4-M2XW-P."""
    secret = secrets_of(organization)[0]
    body = f"{organization.number}{secret}"
    check = luhn.calc_check_digit(body, alphabet=ALPHABET)
    return f"{organization.number}-{secret[:4]}-{secret[4:]}-{check}"


def secrets_of(organization: Organization) -> list[str]:
    """What only we can know about it, under each key of the ring, the one in use first."""
    about = f"{organization.number}:{organization.qualified_since}"
    return [secret_under(key, about) for key in ring().values()]


def secret_under(key: bytes, about: str) -> str:
    digest = hmac.digest(derived(key, "orgs.certificate"), about.encode(), hashlib.sha256)
    number = int.from_bytes(digest[:5], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(SECRET))


def check(text: str, *, on: date) -> Organization | None:
    """The organization that a code stands for, when it is qualified on that day.

    None for an unknown code, and for one that was true once: nobody learns which. Raises
    ValidationError for a code that was mistyped, which tells nothing of ours.
    """
    code = re.sub(r"[^0-9A-Z]", "", text.upper()).translate(LOOKALIKES)
    shape = SHAPE.fullmatch(code)
    if shape is None or not luhn.is_valid(code, alphabet=ALPHABET):
        refusal = _("A character is missing or mistyped: compare the code with the certificate.")
        raise ValidationError(refusal, "mistyped")
    found = Organization.objects.filter(number=int(shape[1])).first()
    # Also for a number that nobody has, so that the answer takes as long.
    wanted = secrets_of(found or Organization(number=int(shape[1])))
    is_right = any(constant_time_compare(shape[2], secret) for secret in wanted)
    return found if found and is_right and found.is_qualified(on) else None


def address(code: str) -> str:
    """Where a certificate is checked."""
    return f"{settings.SITE_URL}{reverse('orgs:check_certificate')}?code={code}"


def qr(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)


def words(organization: Organization, *, on: date) -> dict[str, Any]:
    """What a certificate says, in the language that is active."""
    since, until = organization.qualified_since, organization.qualified_until
    code = code_of(organization)
    facts = [
        (_("Organization number"), str(organization.number)),
        (_("Kind"), organization.get_kind_display()),
        (_("City"), ", ".join(filter(None, [organization.city, organization.province]))),
        (_("Qualified since"), date_format(since, "DATE_FORMAT") if since else ""),
        (_("Qualified until"), date_format(until, "DATE_FORMAT") if until else ""),
        (_("Date of this certificate"), date_format(on, "DATE_FORMAT")),
    ]
    return {
        "title": _("Certificate of qualification"),
        "site": settings.SITE_NAME,
        "language": get_language(),
        "name": organization.legal_name,
        "says": _(
            "%(site)s has checked the papers of this organization "
            "and recognizes it as a nonprofit organization of Canada."
        )
        % {"site": settings.SITE_NAME},
        "facts": facts,
        "code_label": _("Check code"),
        "code": code,
        "how": _("Whether it still holds is told at %(address)s")
        % {"address": settings.SITE_URL + reverse("orgs:check_certificate")},
        "address": address(code),
    }


def paper(organization: Organization, *, on: date) -> bytes:
    """The certificate as a PDF that screen readers read (PDF/UA-1)."""
    said = words(organization, on=on)
    drawn = io.BytesIO()
    qr(said["address"]).save(drawn, kind="svg", border=0)
    said["qr"] = drawn.getvalue().decode()
    said["qr_says"] = said["how"]
    return printing.pdf("certificate.typ", said)
