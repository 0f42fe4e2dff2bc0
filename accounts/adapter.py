"""Where allauth asks the portal: its e-mails go through the outbox, people keep their language."""

import secrets
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import usernames
from accounts.languages import reader_language
from accounts.models import User
from mail import outbox

SITE: Final = {
    "site_name": settings.SITE_NAME,
    "site_url": settings.SITE_URL,
    "support_email": settings.SUPPORT_EMAIL,
}
# The one act of an e-mail: which variable holds its address, and the words on its button.
ACTS: Final = {
    "activate_url": _("Confirm my address"),
    "password_reset_url": _("Choose a new password"),
    "sessions_url": _("See where I am signed in"),
}
# Said on the page already, at the moment it happens.
UNSENT: Final = ("account/email/email_confirm",)
KNOWN_DEVICE: Final = "device"
COOKIE: Final[dict[str, Any]] = {
    "max_age": 365 * 24 * 3600,  # seconds
    "secure": settings.SESSION_COOKIE_SECURE,
    "httponly": True,
    "samesite": "Lax",
}


class AccountAdapter(DefaultAccountAdapter):
    """allauth's adapter, with the portal's outbox and languages."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the e-mail into the outbox, in the person's language."""
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = user.language if user else reader_language()
        context = SITE | context | {"user": user, "email": email, "language": language}
        context |= {name: site_address(context[name], language) for name in ACTS if name in context}
        with translation.override(language):
            message = self.render_mail(template_prefix, email, context)
            context |= {"subject": message.subject, "paragraphs": message.body.split("\n\n")}
            act = next((name for name in ACTS if name in context), None)
            if act:
                context |= {"act_url": context[act], "act_text": ACTS[act]}
            html = render_to_string("mail/accounts/message.html", context)
        outbox.post(
            template_prefix,
            to=[email],
            language=language,
            key=f"{template_prefix}:{secrets.token_hex(16)}",
            subject=message.subject,
            text=message.body + "\n",
            html=html,
        )

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell a person that their account was changed; a new address is told at both."""
        if template_prefix in UNSENT:
            return
        context = (context or {}) | {"user": user}
        for address in {email, context.get("to_email", email)}:
            super().send_notification_mail(template_prefix, user, context, address)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To the desk for staff, to one's organizations for all others, in one's own language."""
        with translation.override(request.user.language):  # type: ignore[union-attr]  # signed in
            return reverse("admin:index" if request.user.is_staff else "organizations")

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """As allauth does; and nobody takes a name that was another person's."""
        name: str = super().clean_username(username, shallow=shallow)
        if not shallow:
            usernames.refuse_former(name)
        return name

    def clean_password(self, password: str, user: Any = None) -> Any:
        """Nobody takes the demo's password outside of a demo."""
        if password == settings.DEMO_PASSWORD and not settings.DEBUG:
            raise ValidationError(_("This password is publicly known. Choose another."))
        return super().clean_password(password, user)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed sign-ins count for an account and an address together.

        So nobody locks another person out; allauth has no public hook for it.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{self.get_client_ip(request)}:{key}"

    def login(self, request: HttpRequest, user: User) -> None:
        """Remembers whether it is the person's first sign-in, about which nobody is told."""
        self.is_first_sign_in = user.last_login is None
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Tell the person of a sign-in on a device that was not used before."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        try:
            known = request.get_signed_cookie(KNOWN_DEVICE, default="", salt=str(user.pk))
        except signing.BadSignature:  # another person's on the same device
            known = ""
        if not known and not getattr(self, "is_first_sign_in", False):
            page = {"sessions_url": request.build_absolute_uri(reverse("usersessions_list"))}
            self.send_notification_mail("account/email/new_device", user, page)
        response.set_signed_cookie(KNOWN_DEVICE, "known", salt=str(user.pk), **COOKIE)
        keep_language(response, user)
        return response


def keep_language(response: HttpResponse, user: User) -> None:
    """For the addresses without a language, such as the staff's desk."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, **COOKIE)


def site_address(url: str, language: str) -> str:
    """The same page in the reader's language, at the site's own address whoever asked for it."""
    parts = urlsplit(translate_url(url, language))
    return settings.SITE_URL + parts._replace(scheme="", netloc="").geturl()
