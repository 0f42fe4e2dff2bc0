"""Staff's work on donor partners and their questions, and on categories."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db.models import JSONField, QuerySet, TextField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog import partner_people
from catalog.models import Category, Partner, PartnerMember, PartnerQuestion
from orgs.admin.kept import KeptAdmin

SHORT_TEXTS: dict[Any, Any] = {
    TextField: {"widget": AdminTextareaWidget(attrs={"rows": 5})},
    JSONField: {"widget": AdminTextareaWidget(attrs={"rows": 3, "spellcheck": "false"})},
}
"""Boxes of a height that lets two languages be read side by side."""


class QuestionInline(admin.StackedInline):
    model = PartnerQuestion
    formfield_overrides = SHORT_TEXTS
    extra = 0
    fields = ("position", ("question_fr", "question_en"), ("answer_fr", "answer_en"))


@admin.register(Partner)
class PartnerAdmin(KeptAdmin):
    formfield_overrides = KeptAdmin.formfield_overrides | SHORT_TEXTS
    list_display = ("name", "slug", "website", "position")
    list_display_links = ("name",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "website", "position", ("about_fr", "about_en"))
    inlines = (QuestionInline,)


class ReasonForm(ActionForm):
    """Beside the choice of an action: why."""

    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)


class PersonForm(forms.ModelForm):
    """A person is named by the address they sign in with."""

    email = forms.EmailField(label=_("E-mail address they sign in with"))

    class Meta:
        model = PartnerMember
        fields = ("partner",)

    def clean_email(self) -> User:
        """Who has it. Says what to do when nobody has."""
        found = User.objects.filter(email__iexact=self.cleaned_data["email"]).first()
        if found is None:
            raise ValidationError(_("Nobody has this address: let them create an account first."))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            partner_people.check(data["partner"], data["email"])
        return data


@admin.register(PartnerMember)
class PartnerMemberAdmin(admin.ModelAdmin):
    """Who acts for a donor partner at its desk: added by name, removed with a reason."""

    form = PersonForm
    list_display = ("user", "partner", "added_by", "added_at")
    list_filter = ("partner",)
    list_select_related = ("user", "partner", "added_by")
    search_fields = ("user__email", "user__last_name", "partner__name")
    action_form = ReasonForm
    actions = ("remove",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        data = form.cleaned_data
        made = partner_people.add(data["partner"], data["email"], by=request.user)  # type: ignore[arg-type]  # staff are signed in
        obj.pk, obj.user = made.pk, made.user

    @admin.action(description=_("Remove (say why)"), permissions=["act"])
    def remove(self, request: HttpRequest, queryset: QuerySet[PartnerMember]) -> None:
        """They are out with their next page; what they did stays in the trail."""
        reason = request.POST.get("reason", "")
        try:
            for member in queryset.select_related("user", "partner"):
                partner_people.remove(member, by=request.user, reason=reason)  # type: ignore[arg-type]  # staff are signed in
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
        else:
            self.message_user(request, _("They no longer act for the partner."), messages.SUCCESS)


@admin.register(Category)
class CategoryAdmin(KeptAdmin):
    list_display = ("slug", "name_fr", "name_en", "parent", "position")
    list_select_related = ("parent",)
    list_filter = (("parent", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("slug", "name_fr", "name_en")
    fields = ("slug", "parent", ("name_fr", "name_en"), "position")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Two levels: a parent has none."""
        if db_field.name == "parent":
            kwargs["queryset"] = top_level()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def top_level() -> QuerySet[Category]:
    return Category.objects.filter(parent=None)
