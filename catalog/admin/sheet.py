"""Staff's page of the product sheet: a file looked at line by line, then entered."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from catalog import product_sheet
from catalog.models import Product
from orgs import sheets

MOST_SHOWN = 300  # lines of a report; faults come first


class SheetForm(forms.Form):
    """A table of products, as a file or pasted."""

    file = forms.FileField(label=_("CSV file"), required=False)
    text = forms.CharField(
        label=_("Or its lines"),
        widget=forms.Textarea({"rows": 8, "spellcheck": "false", "class": "vLargeTextField"}),
        strip=False,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """The file's text, when there is one, in place of what was pasted."""
        data = super().clean() or {}
        if file := data.get("file"):
            if file.size > product_sheet.LARGEST:
                self.add_error("file", _("The file is larger than 4 MB."))
                return data
            data["text"] = product_sheet.text_of(file.read())
        if not (data.get("text") or "").strip():
            raise ValidationError(_("Choose a file, or paste its lines."))
        return data


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Look at a file, then enter it whole."""
    if not request.user.has_perm("catalog.add_product"):
        raise PermissionDenied
    form = SheetForm(request.POST or None, request.FILES or None)
    report = None
    if form.is_valid():
        text = form.cleaned_data["text"]
        if "enter" in request.POST:
            try:
                done = product_sheet.enter(text, by=request.user)  # type: ignore[arg-type]  # staff are signed in
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                said = _("%(new)s products are new, %(changed)s changed.")
                messages.success(request, said % done.counts)
                return redirect("admin:catalog_product_changelist")
        report = product_sheet.examine(text)
        if form.is_valid():
            # The lines go on in the page, so that what was looked at is what is entered.
            form = SheetForm(initial={"text": text})
    telling = [line for line in report.lines if line.kind != "same"] if report else []
    telling.sort(key=lambda line: (line.kind != "fault", line.number))
    context = admin.site.each_context(request) | {
        "title": _("Products as a table"),
        "opts": Product._meta,
        "form": form,
        "report": report,
        "shown": telling[:MOST_SHOWN],
        "left_out": max(len(telling) - MOST_SHOWN, 0),
    }
    status = 422 if form.errors else 200
    return render(request, "admin/catalog/product/sheet.html", context, status=status)


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Every product in the columns that are read back."""
    if not request.user.has_perm("catalog.view_product"):
        raise PermissionDenied
    products = Product.objects.order_by("program__partner__position", "program__position", "sku")
    return sheets.answer(product_sheet.rows(products), name="products.csv")
