"""The end of what was ordered: who is reminded of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from orders import renewals
from orders.models import Renewal
from orgs.access import OrgRequest, member


class RemindersForm(forms.Form):
    """Who is reminded, and the partner's own date where there is one."""

    readers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=gettext_lazy("Who is reminded"),
        help_text=gettext_lazy(
            "90, 60, 30 and 7 days before. With nobody chosen: who ordered, and your "
            "administrators."
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    partner_ends_on = forms.DateField(
        label=gettext_lazy("Your subscription at the partner ends on"),
        help_text=gettext_lazy("As the partner’s invoice says; it may be another day than ours."),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, row: Renewal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = User.objects.filter(memberships__organization=row.line.order.organization_id)
        people: Any = self.fields["readers"]
        people.queryset = members.order_by("first_name", "last_name", "pk")
        if not row.is_access:
            del self.fields["partner_ends_on"]


def renewal_of(request: OrgRequest, number: int, pk: int) -> Renewal:
    rows = Renewal.objects.of(request.org).select_related("line__order", "line__program__partner")
    return get_object_or_404(rows, pk=pk, line__order__number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@member("orders.place")
def reminders(request: OrgRequest, number: int, renewal: int) -> HttpResponse:
    """Choose who is reminded of an end."""
    row = renewal_of(request, number, renewal)
    initial = {
        "readers": row.readers.values_list("pk", flat=True),
        "partner_ends_on": row.partner_ends_on,
    }
    form = RemindersForm(request.POST or None, row=row, initial=initial)
    # Nothing ticked is an answer, and then the form holds the token alone.
    if request.method == "POST" and form.is_valid():
        renewals.choose(
            row,
            readers=form.cleaned_data["readers"],
            partner_ends_on=form.cleaned_data.get("partner_ends_on"),
            by=request.user,
        )
        messages.success(request, _("Your choice is saved."))
        return redirect("orders:detail", request.org.number, number)
    context = {"row": row, "form": form, "readers": renewals.readers_of(row)}
    status = 422 if form.errors else 200
    return render(request, "orders/reminders.html", context, status=status)
