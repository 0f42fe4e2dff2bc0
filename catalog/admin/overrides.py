"""Exceptions to the rules: one of the staff asks, another grants, both give reasons."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import overrides
from catalog.models import Override
from orgs.admin.kept import KeptAdmin
from orgs.days import today
from orgs.models import Organization


class AskForm(forms.ModelForm):
    """For which organization (by its number) and program, until when, and why."""

    organization = forms.ModelChoiceField(
        Organization.objects.filter(closed_on=None),
        to_field_name="number",
        label=gettext_lazy("Number of the organization"),
        widget=forms.NumberInput,
        error_messages={"invalid_choice": gettext_lazy("No open organization has this number.")},
    )

    class Meta:
        model = Override
        fields = ("organization", "program", "from_on", "until_on", "reason")

    def _get_validation_exclusions(self) -> set[str]:
        """Its status too, by which others for the same days are found."""
        return super()._get_validation_exclusions() - {"status"}  # type: ignore[misc]  # Django's own

    def clean_until_on(self) -> date:
        """A day that is still to come."""
        day: date = self.cleaned_data["until_on"]
        if day < today():
            raise ValidationError(_("This day is past: choose a later one."))
        return day


@admin.register(Override)
class OverrideAdmin(KeptAdmin):
    """Asked for by a form; afterwards read-only: granting, refusing and ending are the deeds."""

    form = AskForm
    list_display = ("__str__", "organization", "program", "from_on", "until_on", "status")
    list_filter = ("status", "program__partner")
    list_select_related = ("organization", "program")
    search_fields = ("organization__legal_name", "=organization__number", "program__slug")
    change_form_template = "admin/catalog/override/change_form.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ("organization", "program", "from_on", "until_on", "reason")
        who = ("asked_by", "asked_at", "decided_by", "decided_at")
        return ("status", *fields, *who) if obj else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        data, by = form.cleaned_data, request.user
        asked = overrides.ask(
            data["organization"],
            data["program"],
            from_on=data["from_on"],
            until_on=data["until_on"],
            reason=data["reason"],
            by=by,  # type: ignore[arg-type]  # staff are signed in
        )
        obj.pk = asked.pk
        obj._state.adding = False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """GET shows; POST grants, refuses or ends."""
        if request.method != "POST":
            return super().change_view(request, object_id, *args, **kwargs)
        found = get_object_or_404(Override, pk=object_id if object_id.isdecimal() else 0)
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        return self._act(request, found)

    def _act(self, request: HttpRequest, found: Override) -> HttpResponse:
        by: Any = request.user
        reason = request.POST.get("reason", "").strip()
        try:
            if "grant" in request.POST:
                overrides.grant(found.pk, by=by)
                said = _("Granted: the program is open to it, and it is told.")
            elif not reason:
                raise ValidationError(_("Say why: the trail keeps it."))
            elif "end" in request.POST:
                overrides.end(found.pk, by=by, reason=reason)
                said = _("Ended: the rules decide again, and the organization is told.")
            else:
                overrides.refuse(found.pk, by=by, reason=reason)
                said = _("Refused.")
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, said)
        return redirect("admin:catalog_override_change", found.pk)
