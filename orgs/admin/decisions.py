"""What a reviewer does on the review page: the form, the letters to read before, the deed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from orgs import qualification, staff
from orgs.days import today
from orgs.emails import applications as emails
from orgs.models import Application, ReadyText, ReadyTextUse

ACTS = ("claim", "release", "assign", "save", "note", "ask", "qualify", "decline", "preview")
FINAL = ("ask", "qualify", "decline")

CHECKLIST = {
    "name": gettext_lazy("The name is that of the papers"),
    "number": gettext_lazy("The number is that of the papers, or of the register"),
    "status": gettext_lazy("It is a charity, nonprofit or library in good standing"),
    "address": gettext_lazy("The address is plausible"),
    "budget": gettext_lazy("The budget is that of its source"),
    "activities": gettext_lazy("The activities fit the mission"),
}


class DecisionForm(forms.Form):
    """What the reviewer does; what is written goes to the applicant."""

    act = forms.ChoiceField(choices=[(name, name) for name in ACTS])
    version = forms.IntegerField()
    text = forms.CharField(required=False, max_length=4000)
    template = forms.ModelChoiceField(ReadyText.objects.current(), required=False)
    note = forms.CharField(required=False, max_length=4000)
    checklist = forms.MultipleChoiceField(choices=list(CHECKLIST.items()), required=False)
    to = forms.IntegerField(required=False)

    def ready(self, kind: str) -> ReadyText | None:
        """The chosen text, if it is of this kind and nothing was typed instead."""
        chosen: ReadyText | None = self.cleaned_data.get("template")
        is_typed = bool(self.cleaned_data["text"].strip())
        return chosen if chosen and chosen.kind == kind and not is_typed else None

    def words(self, application: Application, kind: str) -> str:
        """What was typed, or else the chosen text in the applicant's language."""
        if typed := self.cleaned_data["text"].strip():
            return str(typed)
        chosen = self.ready(kind)
        return str(getattr(chosen, f"text_{application.organization.language}")) if chosen else ""


QUESTION, REASON = ReadyText.Kind.QUESTION, ReadyText.Kind.REASON


def letters(form: DecisionForm, application: Application) -> list[tuple[str, str]]:
    """What the applicant would read after each act, in their language: (act, text)."""
    question, reason = form.words(application, QUESTION), form.words(application, REASON)
    organization = application.organization  # changed on this copy only: nothing is saved
    was = organization.qualified_since, organization.qualified_until
    since, until = qualification.term(organization, today())
    organization.qualified_since, organization.qualified_until = since, until
    found = [(_("Qualified"), emails.preview("qualified", application))]
    organization.qualified_since, organization.qualified_until = was
    if question:
        found.append((_("Question"), emails.preview("question", application, question=question)))
    if reason:
        application.reason = reason  # on this copy only: nothing is saved
        found.append((_("Not accepted"), emails.preview("declined", application)))
    return found


@transaction.atomic
def perform(form: DecisionForm, application: Application, *, by: User) -> str:
    """The deed, and what to tell the reviewer. Raises ValidationError, and then nothing is kept."""
    pk, data = application.pk, form.cleaned_data
    name = {"organization": application.organization}
    if data["act"] == "note" and not data["note"].strip():
        raise ValidationError(_("Write the note first."))
    if note := data["note"].strip():
        qualification.note(pk, by=by, text=note)
    match data["act"]:
        case "note":
            return _("Your note is in the history.")
        case "claim":
            qualification.claim(pk, by=by)
            return _("You review %(organization)s now.") % name
        case "release":
            qualification.release(pk, by=by)
            return _("%(organization)s waits for whoever comes first.") % name
        case "assign":
            return assign(pk, data["to"], by=by)
    qualification.check(pk, by=by, done=data["checklist"])
    if data["act"] == "save":
        return _("The checklist is saved.")
    return decide(form, application, by=by)


def assign(pk: int, to: int | None, *, by: User) -> str:
    """Give it to a colleague. Raises ValidationError without one who works on applications."""
    person = staff.reviewers().filter(pk=to or 0).first()
    if person is None:
        raise ValidationError(_("Choose the colleague who is to review it."))
    qualification.assign(pk, to=person, by=by)
    return _("%(person)s reviews it now.") % {"person": person}


def decide(form: DecisionForm, application: Application, *, by: User) -> str:
    """Ask, qualify or decline, as the reviewer saw the application. Raises ValidationError."""
    pk, data = application.pk, form.cleaned_data
    name = {"organization": application.organization}
    match data["act"]:
        case "ask":
            question = form.words(application, QUESTION)
            if not question:
                raise ValidationError(_("Write the question, or choose one."))
            qualification.ask(pk, by=by, question=question, version=data["version"])
            used(form.ready(QUESTION), application, by=by)
            return _("%(organization)s was asked. The clock stands still.") % name
        case "qualify":
            unchecked = [str(t) for key, t in CHECKLIST.items() if key not in data["checklist"]]
            if unchecked:
                text = _("Before you qualify, check: %(missing)s.")
                raise ValidationError(text % {"missing": "; ".join(unchecked)})
            qualification.qualify(pk, by=by, version=data["version"])
            return _("%(organization)s is qualified, and was told.") % name
    reason = form.words(application, REASON)
    if not reason:
        raise ValidationError(_("Write the reason, or choose one: the applicant reads it."))
    qualification.decline(pk, by=by, version=data["version"], reason=reason)
    used(form.ready(REASON), application, by=by)
    return _("%(organization)s was declined, and was told why.") % name


def used(ready: ReadyText | None, application: Application, *, by: User) -> None:
    """Count a ready text that went out."""
    if ready is not None:
        ReadyTextUse.objects.create(ready=ready, application=application, by=by)


def typed(form: DecisionForm | None) -> dict[str, Any]:
    """What was written, so that the page shows it again."""
    if form is None:
        return {}
    return form.cleaned_data | {"template": getattr(form.cleaned_data.get("template"), "pk", None)}
