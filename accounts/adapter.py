"""Where allauth asks the portal: its e-mails go through the outbox, people keep their language."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from accounts.models import User
from mail import outbox

SITE = {
    "site_name": settings.SITE_NAME,
    "site_url": settings.SITE_URL,
    "support_email": settings.SUPPORT_EMAIL,
}


class AccountAdapter(DefaultAccountAdapter):
    """allauth's adapter, with the portal's outbox and languages."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the e-mail into the outbox, in the person's language."""
        user = context.get("user")
        language = getattr(user, "language", "") or reader_language()
        with translation.override(language):
            message = self.render_mail(template_prefix, email, context)
            page = {"text": message.body, "subject": message.subject, "language": language}
            html = render_to_string("mail/accounts/message.html", SITE | page)
        outbox.post(
            template_prefix,
            to=[email],
            language=language,
            key=f"{template_prefix}:{secrets.token_hex(16)}",
            subject=message.subject,
            text=message.body,
            html=html,
        )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To the person's only organization, or to where all are listed."""
        user = request.user
        language = getattr(user, "language", settings.LANGUAGE_CODE)
        with translation.override(language):
            if user.is_staff:
                return reverse("admin:index")
            return reverse("home")

    def clean_password(self, password: str, user: Any = None) -> Any:
        """Nobody takes the demo's password outside of a demo."""
        if password == settings.DEMO_PASSWORD and not settings.DEBUG:
            raise ValidationError(_("This password is publicly known. Choose another."))
        return super().clean_password(password, user)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        """The demo's people cannot sign in outside of a demo, however they got there."""
        if not settings.DEBUG and user.check_password(settings.DEMO_PASSWORD):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user=user, **kwargs)
