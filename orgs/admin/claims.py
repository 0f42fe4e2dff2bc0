"""Claims: who asks for which organization, its administrators' word, and the answer."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from orgs import claims
from orgs.admin.kept import KeptAdmin
from orgs.days import today
from orgs.models import Claim, Organization, Role

CONFLICT = 409
# What the claimant reads is in their language.
REASONS = {
    "facts": _("What you wrote does not fit what is on file."),
    "authority": _("We could not make sure that you act for this organization."),
    "objection": _("Those who act for the organization today do not agree: speak with them first."),
    "another": _("What you wrote is about another organization than any on file."),
}


class ClaimDecisionForm(forms.Form):
    """Let them in with a role, or not with a reason, or say that it is about another account."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("accept", "decline", "point")])
    role = forms.ModelChoiceField(Role.objects.filter(organization=None), required=False)
    number = forms.IntegerField(required=False)
    template = forms.CharField(required=False)
    reason = forms.CharField(required=False, max_length=2000)

    def words(self, claim: Claim) -> str:
        """What was typed, or else the chosen reason in the claimant's language."""
        if typed := self.cleaned_data["reason"].strip():
            return str(typed)
        with translation.override(claim.filed_by.language):
            return str(REASONS.get(self.cleaned_data["template"], ""))


@admin.register(Claim)
class ClaimAdmin(KeptAdmin):
    """Soonest due first; each row leads to the page where it is answered."""

    list_display = ("claim", "asked_for", "claimant", "filed_at", "due", "status", "objections")
    list_display_links = None
    list_filter = ("status",)
    list_select_related = ("organization", "filed_by")
    search_fields = ("organization__legal_name", "=organization__number", "filed_by__email")
    ordering = ("due_on", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claim]:
        """Without a filter, only what waits for an answer."""
        rows: QuerySet[Claim] = super().get_queryset(request).prefetch_related("voices")
        match = request.resolver_match
        is_list = match is not None and str(match.url_name).endswith("changelist")
        return rows.filter(status=Claim.Status.FILED) if is_list and not request.GET else rows

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [path("<int:pk>/answer/", view(page), name="orgs_claim_answer"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """A claim is answered on its own page only."""
        if not object_id.isdecimal():
            raise Http404
        return redirect("admin:orgs_claim_answer", int(object_id))

    @admin.display(description=_("claim"), ordering="pk")
    def claim(self, claim: Claim) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:orgs_claim_answer", args=[claim.pk]), claim
        )

    @admin.display(description=_("claimant"), ordering="filed_by")
    def claimant(self, claim: Claim) -> User:
        return claim.filed_by

    @admin.display(description=_("organization"), ordering="organization__legal_name")
    def asked_for(self, claim: Claim) -> str:
        return claim.organization.with_city

    @admin.display(description=_("due on"), ordering="due_on")
    def due(self, claim: Claim) -> str:
        """The day, and in words when it is over."""
        day = date_format(claim.due_on, "DATE_FORMAT")
        is_late = claim.is_open and claim.due_on < today()
        return gettext("%(day)s (late)") % {"day": day} if is_late else day

    @admin.display(description=_("objections"))
    def objections(self, claim: Claim) -> int:
        return sum(voice.is_objection for voice in claim.voices.all())


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The claimant's facts beside those on file, the administrators' word, and the answer."""
    if not request.user.has_perm("orgs.change_claim"):
        raise PermissionDenied
    rows = Claim.objects.select_related("organization", "draft", "filed_by", "decided_by", "role")
    claim = get_object_or_404(rows, pk=pk)
    form, status = ClaimDecisionForm(request.POST or None), 200
    if request.method == "POST":
        status = CONFLICT
        try:
            return perform(form, claim, request)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            claim = get_object_or_404(rows, pk=pk)
    context = context_of(claim, request, form)
    return render(request, "admin/orgs/claim/answer.html", context, status=status)


def context_of(claim: Claim, request: HttpRequest, form: ClaimDecisionForm) -> dict[str, Any]:
    with translation.override(claim.filed_by.language):
        reasons = {key: str(text) for key, text in REASONS.items()}
    return admin.site.each_context(request) | {
        "title": f"{claim} – {claim.organization}",
        "claim": claim,
        "voices": claim.voices.select_related("by"),
        "people": claim.organization.memberships.select_related("user", "role"),
        "standing": claim.organization.standing(today()),
        "roles": Role.objects.filter(organization=None),
        "reasons": reasons,
        "typed": form.data if form.is_bound else {},
    }


def perform(form: ClaimDecisionForm, claim: Claim, request: HttpRequest) -> HttpResponse:
    """The answer. Raises ValidationError, and then nothing was changed."""
    if not form.is_valid():
        raise ValidationError(gettext("This form is incomplete. Nothing was changed."))
    by: Any = request.user
    data, person = form.cleaned_data, {"person": claim.filed_by}
    if data["act"] == "accept":
        if data["role"] is None:
            raise ValidationError(gettext("Choose the role that this person gets."))
        claims.accept(claim.pk, role=data["role"], by=by, reason=data["reason"].strip())
        messages.success(request, gettext("%(person)s has access now, and was told.") % person)
    elif data["act"] == "decline":
        if not (reason := form.words(claim)):
            raise ValidationError(gettext("Write the reason, or choose one: they read it."))
        claims.decline(claim.pk, by=by, reason=reason)
        messages.success(request, gettext("%(person)s was told why not.") % person)
    else:
        other = Organization.objects.filter(number=data["number"] or 0, merged_into=None).first()
        if other is None:
            raise ValidationError(gettext("No organization has this number."))
        claims.point(claim.pk, to=other, by=by)
        messages.success(request, gettext("Its administrators were told."))
        return redirect("admin:orgs_claim_answer", claim.pk)
    return redirect("admin:orgs_claim_changelist")
