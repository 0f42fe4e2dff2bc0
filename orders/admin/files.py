"""Staff's page of partner files: one to send for each partner, and what comes back."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catalog.models import Partner
from orders import partner_file
from orders.delivery_forms import ReturnForm
from orders.models import Fulfilment


def refuse_others(request: HttpRequest) -> None:
    if not request.user.has_perm("orders.change_fulfilment"):
        raise PermissionDenied


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """What there is to hand over, and a file that came back: looked at, then entered."""
    refuse_others(request)
    form, report = ReturnForm(request.POST or None, request.FILES or None), None
    if form.is_valid():
        is_dry = "enter" not in request.POST
        report = partner_file.read(form.cleaned_data["text"], by=request.user, dry=is_dry)
        if not is_dry:
            text = ngettext(
                "%(count)s line is entered.", "%(count)s lines are entered.", report.done
            )
            messages.success(request, text % {"count": report.done})
            for number, fault in report.faults:
                line = _("Line %(number)s: %(fault)s") % {"number": number, "fault": fault}
                messages.warning(request, line)
            return redirect("admin:orders_fulfilment_files")
        form = ReturnForm(initial={"text": form.cleaned_data["text"]})
    context = admin.site.each_context(request) | {
        "title": _("Partner files"),
        "opts": Fulfilment._meta,
        "waiting": [
            (partner, count)
            for partner in Partner.objects.all()
            if (count := partner_file.to_hand_over(partner).count())
        ],
        "form": form,
        "report": report,
    }
    return render(request, "orders/admin/partner_files.html", context)


@require_POST
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The partner's file; with it, its lines are handed over."""
    refuse_others(request)
    partner = get_object_or_404(Partner, pk=pk)
    text = partner_file.export(partner, by=request.user)
    name = f"{partner.slug}-{timezone.localdate().isoformat()}.csv"
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
