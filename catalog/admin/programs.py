"""Staff's work on programs: their terms, their rules over time, what they ask at checkout."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.languages import reader_language
from catalog import explained
from catalog.admin.partners import SHORT_TEXTS
from catalog.admin.terms import TermsField, check_question, read_limits
from catalog.models import Program, ProgramQuestion, ProgramVersion
from catalog.terms import Criterion
from orgs.admin.kept import KeptAdmin
from orgs.days import today

BREAK = SafeString("<br>")
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


class VersionInline(admin.StackedInline):
    """Published rules are read only: new ones are prepared as a draft."""

    model = ProgramVersion
    fields = ("effective", "in_words", ("note_fr", "note_en"), "grace_days", "published_by")
    readonly_fields = ("in_words",)
    ordering = ("-effective",)
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("rules"))
    def in_words(self, version: ProgramVersion) -> str:
        criteria = [Criterion.from_data(data) for data in version.criteria]
        names = explained.activity_names()
        sentences = explained.rules_in_words(criteria, names, on=today()) or [
            gettext("Open to all.")
        ]
        return format_html_join(BREAK, "{}", ([sentence] for sentence in sentences))


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
    readonly_fields = ("later_steps", "new_rules")
    inlines = (VersionInline, QuestionInline)
    fieldsets = (
        (None, {"fields": ("partner", "slug", ("name_fr", "name_en"), "kind", "position")}),
        (_("Rules"), {"fields": ("new_rules",)}),
        (_("Ordering"), {"fields": ("limits", "alone_in_cart", "approval", "attestations")}),
        (
            _("Delivery"),
            {
                "fields": (
                    "delivery",
                    ("delivery_from", "delivery_to", "delivery_unit"),
                    "later_steps",
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

    @admin.display(description=_("milestones after delivery"))
    def later_steps(self, program: Program) -> str:
        """What comes after delivery, in the reader's language; a catalogue file says it."""
        words = (
            ngettext(
                "%(name)s: %(weeks)s week after delivery",
                "%(name)s: %(weeks)s weeks after delivery",
                step["after_delivery_weeks"],
            )
            % {"name": step["name"][reader_language()], "weeks": step["after_delivery_weeks"]}
            for step in program.milestones
        )
        return format_html_join(BREAK, "{}", ([said] for said in words)) or "–"

    @admin.display(description=_("new rules"))
    def new_rules(self, program: Program) -> str:
        """The way to the drafts."""
        if not program.pk:
            return gettext("Save the program first.")
        url = reverse("admin:catalog_ruledraft_changelist")
        words = gettext("Prepare new rules")
        return format_html('<a href="{}?program__id__exact={}">{}</a>', url, program.pk, words)

    @admin.display(description=_("products"), ordering="product_total")
    def product_count(self, program: Any) -> int:
        return int(program.product_total)
