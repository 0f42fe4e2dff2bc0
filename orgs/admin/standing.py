"""Staff's acts on how an organization stands: suspend, reinstate, close, reopen; letter first."""

from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.languages import in_both
from audit.models import Entry
from orgs import notices, standing
from orgs.days import today
from orgs.emails import standing as emails
from orgs.models import Organization

ACTS: Final = {
    "suspend": gettext_lazy("Suspend"),
    "reinstate": gettext_lazy("End the suspension"),
    "close": gettext_lazy("Close the account"),
    "reopen": gettext_lazy("Open the account again"),
}
DONE: Final = {
    "suspend": "suspended",
    "reinstate": "reinstated",
    "close": "closed",
    "reopen": "reopened",
}
"""The deed in the trail, which names its e-mail too."""
WORDS: Final = {
    "organization.suspended": gettext_lazy("Suspended"),
    "organization.reinstated": gettext_lazy("Suspension ended"),
    "organization.closed": gettext_lazy("Closed"),
    "organization.reopened": gettext_lazy("Opened again"),
}
# Reasons in both languages: each member reads theirs.
REASONS: Final = {
    "revoked": gettext_lazy("The public register says that the registration was revoked."),
    "misuse": gettext_lazy("Donated products were used against the partner’s terms."),
    "silent": gettext_lazy("Nobody of the organization has answered us for three months."),
    "ended": gettext_lazy("The organization has come to its end."),
    "asked": gettext_lazy("Its administrators have asked for it."),
    "proved": gettext_lazy("The papers that we asked for have come, and they are in order."),
    "mistake": gettext_lazy("It was a mistake of ours, for which we are sorry."),
}
LONGEST = 2000
CONFLICT = 409


def acts_on(organization: Organization) -> list[str]:
    """What can be done to it as it stands."""
    if organization.merged_into_id:
        return []
    if organization.closed_on:
        return ["reopen"]
    return ["reinstate" if organization.suspended_on else "suspend", "close"]


class StandingForm(forms.Form):
    """What is done, and why: a reason that is ready, or one's own words in both languages."""

    is_filter = True  # no "(optional)": one of the reasons there must be

    act = forms.ChoiceField(label=gettext_lazy("What to do"), widget=forms.RadioSelect)
    ready = forms.ChoiceField(
        label=gettext_lazy("A reason that is ready, in both languages"),
        choices=[("", "–"), *REASONS.items()],
        required=False,
    )
    text_fr = forms.CharField(
        label=gettext_lazy("Or in your own words, in French"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "fr"}),
    )
    text_en = forms.CharField(
        label=gettext_lazy("Or in your own words, in English"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )

    def __init__(self, organization: Organization, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organization = organization
        acts: Any = self.fields["act"]
        acts.choices = [(act, ACTS[act]) for act in acts_on(organization)]

    def clean(self) -> dict[str, Any]:
        """A reason there must be, in the language in which we write to the organization."""
        data = super().clean() or {}
        own = f"text_{self.organization.language}"
        is_typed = data.get("text_fr") or data.get("text_en")
        if not is_typed and not data.get("ready"):
            self.add_error("ready", _("Choose a reason, or write one: the members read it."))
        elif is_typed and not data.get(own):
            text = _("Write it in this language too: it is that of the organization.")
            self.add_error(own, text)
        return data

    def reason(self) -> Promise | str:
        """For each reader in their language; what is not written in it, in the organization's."""
        data = self.cleaned_data
        own = data[f"text_{self.organization.language}"]
        if own:
            return in_both(fr=data["text_fr"] or own, en=data["text_en"] or own)
        return REASONS[data["ready"]]


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """How it stands and stood, what can be done, and the letter before it goes."""
    if not request.user.has_perm("orgs.change_organization"):
        raise PermissionDenied
    organization = get_object_or_404(Organization.objects.select_related("merged_into"), pk=pk)
    form = StandingForm(organization, request.POST or None)
    letters: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            letters = letters_of(organization, form)
        else:
            try:
                return perform(request, organization, form)
            except ValidationError as refusal:  # a colleague was faster
                form.add_error(None, refusal)
                organization.refresh_from_db()
                status = CONFLICT
    elif request.method == "POST":
        status = 422
    return render(
        request,
        "admin/orgs/organization/standing.html",
        admin.site.each_context(request)
        | {
            "title": _("How %(organization)s stands") % {"organization": organization},
            "org": organization,
            "form": form if acts_on(organization) else None,
            "letters": letters,
            "notice": notices.notice(organization, on=today()),
            "deeds": deeds(organization),
        },
        status=status,
    )


def perform(request: HttpRequest, organization: Organization, form: StandingForm) -> HttpResponse:
    """The deed. Raises ValidationError when it cannot be done as the organization stands now."""
    act = form.cleaned_data["act"]
    service = getattr(standing, act)
    service(organization.pk, by=request.user, reason=form.reason())
    said = _("Done: %(act)s. The members were told why.") % {"act": ACTS[act]}
    messages.success(request, said)
    return redirect("admin:orgs_organization_standing", organization.pk)


def letters_of(organization: Organization, form: StandingForm) -> list[tuple[str, str]]:
    """What the members would read, in each of their languages: (language, text)."""
    act = form.cleaned_data["act"]
    changed = Organization.objects.get(pk=organization.pk)  # a copy: nothing is saved
    match act:
        case "suspend":
            changed.suspended_on = today()
        case "reinstate":
            changed.suspended_on = None
        case "close":
            changed.closed_on = today()
        case "reopen":
            changed.closed_on = None
    readers = {m.user.language for m in organization.memberships.select_related("user", "role")}
    return [
        (language, emails.preview(changed, DONE[act], reason=form.reason(), language=language))
        for language in sorted({organization.language, *readers})
    ]


def deeds(organization: Organization) -> list[tuple[Entry, Any]]:
    """What was done before, newest first, in words."""
    entries = Entry.objects.about(organization).filter(action__in=WORDS).select_related("by")
    return [(entry, WORDS[entry.action]) for entry in entries]
