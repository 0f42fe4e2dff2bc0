"""A person's own page: names, language, clock, username."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import usernames
from accounts.adapter import keep_language
from accounts.forms import ProfileForm, UsernameForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: Any) -> HttpResponse:
    """Show and change them; the next page is in the language just chosen."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        user = form.save()
        with translation.override(user.language):
            messages.success(request, str(_("Your profile is saved.")))
            response = redirect(reverse("account_profile"))
        keep_language(response, user)
        return response
    return render(request, "account/profile.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def username(request: Any) -> HttpResponse:
    """Change the name one can sign in with."""
    form = UsernameForm(request.POST or None, user=request.user)
    if form.is_valid():
        usernames.change(request.user, form.cleaned_data["username"])
        messages.success(request, _("Your username is changed."))
        return redirect("account_profile")
    return render(request, "account/username.html", {"form": form})
