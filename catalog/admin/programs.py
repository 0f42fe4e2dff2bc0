"""Staff's work on programs: their terms, their rules over time, what they ask at checkout."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.admin.partners import SHORT_TEXTS
from catalog.admin.terms import TermsField, check_question, read_criteria, read_limits
from catalog.models import Program, ProgramQuestion, ProgramVersion
from orgs.admin.kept import KeptAdmin
from orgs.days import today

ATTESTATIONS = (
    ("no_discrimination", _("It does not discriminate")),
    ("no_transfer", _("It does not pass products on")),
    ("partner_terms", _("It accepts the partner’s terms")),
    ("case_study", _("The partner may tell its story")),
)


class ProgramForm(forms.ModelForm):
    class Meta:
        labels = {"partner": _("Donor partner")}

    limits = TermsField(label=_("Limits"), read=read_limits(()))
    attestations = forms.MultipleChoiceField(
        label=_("Attestations"),
        choices=ATTESTATIONS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        products = self.instance.products.all() if self.instance.pk else []
        groups = {product.title_group for product in products} - {""}
        if "limits" in self.fields:  # who may only look has none
            self.fields["limits"].read = read_limits(groups)  # type: ignore[attr-defined]  # a TermsField


class VersionForm(forms.ModelForm):
    """Rules that are in force already are history: new ones get a day of their own."""

    criteria = TermsField(label=_("Criteria"), read=read_criteria)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        effective = self.instance.effective
        if self.instance.pk and effective <= today():
            for field in self.fields.values():
                field.disabled = True


class VersionInline(admin.StackedInline):
    model = ProgramVersion
    form = VersionForm
    fields = ("effective", "criteria")
    ordering = ("-effective",)
    can_delete = False
    extra = 0
    min_num = 1


class QuestionForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        """By the rules of a catalogue file."""
        data = super().clean() or {}
        if self.errors:
            return data
        question = {name: data[name] for name in ("key", "type", "required")}
        question["label"] = {"fr": data["label_fr"], "en": data["label_en"]}
        if data["choices"]:
            question["choices"] = data["choices"]
        if data["refuse_if"] is not None:
            question["refuse_if"] = data["refuse_if"]
        check_question(question)
        return data


class QuestionInline(admin.StackedInline):
    model = ProgramQuestion
    formfield_overrides = SHORT_TEXTS
    form = QuestionForm
    fields = (
        ("key", "position"),
        ("label_fr", "label_en"),
        ("type", "required"),
        ("choices", "refuse_if"),
    )
    can_delete = False
    extra = 0


@admin.register(Program)
class ProgramAdmin(KeptAdmin):
    form = ProgramForm
    list_display = ("name_fr", "name_en", "partner", "kind", "approval", "product_count")
    list_filter = ("partner", "kind", "approval", "delivery")
    list_select_related = ("partner",)
    search_fields = ("slug", "name_fr", "name_en", "partner__name")
    readonly_fields = ("milestones",)
    inlines = (VersionInline, QuestionInline)
    fieldsets = (
        (None, {"fields": ("partner", "slug", ("name_fr", "name_en"), "kind", "position")}),
        (_("Ordering"), {"fields": ("limits", "alone_in_cart", "approval", "attestations")}),
        (
            _("Delivery"),
            {
                "fields": (
                    "delivery",
                    ("delivery_from", "delivery_to", "delivery_unit"),
                    "milestones",
                )
            },
        ),
        (
            _("Afterwards"),
            {"fields": ("renewal", ("refund", "refund_days"), "refund_whole_program")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        rows: QuerySet[Program] = super().get_queryset(request)
        return rows.annotate(product_total=Count("products"))

    @admin.display(description=_("products"), ordering="product_total")
    def product_count(self, program: Any) -> int:
        return int(program.product_total)
