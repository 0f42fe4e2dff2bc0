"""The rule editor: drafts by form, both languages side by side, the effect before publishing."""

import csv
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog import effects, explained, publishing
from catalog.admin.criteria import FACTS, criteria_forms, with_another
from catalog.admin.lines import Line, harmless
from catalog.eligibility import version_in_force
from catalog.explaining import in_words
from catalog.models import Program, RuleDraft
from catalog.terms import Criterion
from orgs.admin.kept import KeptAdmin
from orgs.days import today

LISTED = 100  # organizations on the page; the file has all
REFUSED = 409


class DraftForm(forms.ModelForm):
    """When the rules hold, how carts are treated, and what organizations read."""

    edition = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = RuleDraft
        fields = ("effective", "grace_days", "note_fr", "note_en")
        widgets = {
            "effective": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "grace_days": forms.NumberInput(attrs={"class": "w-4"}),
            "note_fr": forms.Textarea(attrs={"rows": 4, "lang": "fr"}),
            "note_en": forms.Textarea(attrs={"rows": 4, "lang": "en"}),
        }


@admin.register(RuleDraft)
class RuleDraftAdmin(KeptAdmin):
    """The drafts; each is edited on a page of our own, and its effect is seen on another."""

    list_display = ("program", "status", "effective", "changed_by", "changed_at")
    list_filter = ("status", "program__partner", ("program", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("program", "changed_by")
    search_fields = ("program__slug", "program__name_fr", "program__name_en")
    change_list_template = "admin/catalog/ruledraft/list.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # begun from a program

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        pages = (
            ("begin/", self.begin, "begin"),
            ("<int:pk>/edit/", self.edit, "edit"),
            ("<int:pk>/effect/", self.effect, "effect"),
            ("<int:pk>/effect.csv", self.export, "export"),
        )
        ours = [
            path(where, view(page), name=f"catalog_ruledraft_{name}") for where, page, name in pages
        ]
        return [*ours, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the programs whose rules can be prepared."""
        programs = Program.objects.select_related("partner").order_by("partner__name", "slug")
        chosen = request.GET.get("program__id__exact", "")
        more = {"programs": programs, "chosen": int(chosen) if chosen.isdecimal() else 0}
        return super().changelist_view(request, more | (extra_context or {}))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        if not object_id.isdecimal():
            raise Http404
        return redirect("admin:catalog_ruledraft_edit", int(object_id))

    def begin(self, request: HttpRequest) -> HttpResponse:
        """A new draft, from the rules that hold today."""
        return require_POST(self._begin)(request)

    def _begin(self, request: HttpRequest) -> HttpResponse:
        self._may(request, "change")
        by: Any = request.user
        chosen = request.POST.get("program", "")
        program = get_object_or_404(Program, pk=chosen if chosen.isdecimal() else 0)
        draft = publishing.begin(program, by=by)
        return redirect("admin:catalog_ruledraft_edit", draft.pk)

    def edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET shows the draft; POST saves it, adds a criterion to what was typed, or discards."""
        return require_http_methods(["GET", "HEAD", "POST"])(self._edit)(request, pk)

    def _edit(self, request: HttpRequest, pk: int) -> HttpResponse:
        draft = self._draft(request, pk)
        if request.method != "POST":
            return self._editor(request, draft, *_forms(draft))
        self._may(request, "change")
        by: Any = request.user
        if fact := request.POST.get("add"):
            if fact not in FACTS:
                raise Http404
            forms_ = _forms(draft, with_another(request.POST, fact))
            return self._editor(request, draft, *forms_)
        try:
            if "discard" in request.POST:
                publishing.discard(pk, by=by)
                messages.success(request, _("The draft is discarded. It can still be read."))
                return redirect("admin:catalog_ruledraft_changelist")
            return self._save(request, draft, by)
        except ValidationError as refusal:
            rows = _forms(draft, request.POST)
            return self._editor(request, draft, *rows, faults=refusal.messages)

    def _save(self, request: HttpRequest, draft: RuleDraft, by: Any) -> HttpResponse:
        form, rows = _forms(draft, request.POST)
        if not (form.is_valid() & rows.is_valid()):  # both, so that every fault is shown
            return self._editor(request, draft, form, rows, is_refused=True)
        publishing.edit(draft.pk, by=by, criteria=rows.criteria(), **form.cleaned_data)
        messages.success(request, _("The draft is saved. Look at its effect before you publish."))
        return redirect("admin:catalog_ruledraft_edit", draft.pk)

    def _editor(
        self,
        request: HttpRequest,
        draft: RuleDraft,
        form: Any,
        rows: Any,
        *,
        faults: Any = (),
        is_refused: bool = False,
    ) -> HttpResponse:
        before = version_in_force(draft.program.versions.all(), draft.effective or today())
        old = before if before and before.pk != draft.version_id else draft.based_on
        context = self.admin_site.each_context(request) | {
            "title": _("Rules of %(program)s") % {"program": draft.program},
            "opts": self.opts,
            "draft": draft,
            "form": form,
            "rows": rows,
            "faults": faults,
            "is_refused": is_refused,
            "facts": FACTS.items(),
            "old": old,
            "previews": [
                _preview(code, old.criteria if old else None, draft.criteria)
                for code in ("fr", "en")
            ],
            "may_change": draft.is_open and self.has_change_permission(request),
        }
        status = REFUSED if faults or is_refused else 200
        return render(request, "admin/catalog/ruledraft/edit.html", context, status=status)

    def effect(self, request: HttpRequest, pk: int) -> HttpResponse:
        """GET shows who gains and who loses; POST publishes, or withdraws what was published."""
        return require_http_methods(["GET", "HEAD", "POST"])(self._effect)(request, pk)

    def _effect(self, request: HttpRequest, pk: int) -> HttpResponse:
        draft = self._draft(request, pk)
        if request.method != "POST":
            return self._show_effect(request, draft)
        if not self._may_publish(request):
            raise PermissionDenied
        deed = self._withdraw if "withdraw" in request.POST else self._publish
        return deed(request, draft)

    def _withdraw(self, request: HttpRequest, draft: RuleDraft) -> HttpResponse:
        by: Any = request.user
        try:
            publishing.withdraw(draft.pk, by=by, reason=request.POST.get("reason", ""))
        except ValidationError as refusal:
            return self._show_effect(request, draft, faults=refusal.messages)
        messages.success(request, _("Withdrawn. The rules before these go on."))
        return redirect("admin:catalog_ruledraft_effect", draft.pk)

    def _publish(self, request: HttpRequest, draft: RuleDraft) -> HttpResponse:
        edition, by = request.POST.get("edition", ""), request.user
        try:
            number = int(edition) if edition.isdecimal() else 0
            version = publishing.publish(draft.pk, by=by, edition=number)  # type: ignore[arg-type]  # staff are signed in
        except ValidationError as refusal:
            return self._show_effect(request, draft, faults=refusal.messages)
        text = _("Published. The rules hold from %(day)s, and those concerned are told.")
        messages.success(request, text % {"day": in_words(version.effective)})
        return redirect("admin:catalog_ruledraft_effect", draft.pk)

    def _show_effect(
        self, request: HttpRequest, draft: RuleDraft, faults: Any = ()
    ) -> HttpResponse:
        on = _day_of_effect(draft)
        rows = effects.compared(draft.program, draft.criteria, on=on)
        losing = list(effects.losing(rows).order_by("number")[:LISTED])
        context = self.admin_site.each_context(request) | {
            "title": _("Effect on %(program)s") % {"program": draft.program},
            "opts": self.opts,
            "draft": draft,
            "on": on,
            "effect": effects.of(draft.program, draft.criteria, on=on),
            "losing": losing,
            "gaining": list(effects.gaining(rows).order_by("number")[:LISTED]),
            "listed": LISTED,
            "faults": faults,
            "announcements": draft.version.announcements.all() if draft.version else [],
            "may_publish": draft.is_open and self._may_publish(request),
            "may_withdraw": draft.status == RuleDraft.Status.PUBLISHED
            and on > today()
            and self._may_publish(request),
            "reason": request.POST.get("reason", ""),
        }
        status = REFUSED if faults else 200
        return render(request, "admin/catalog/ruledraft/effect.html", context, status=status)

    def export(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Every organization that gains or loses, as CSV."""
        return require_safe(self._export)(request, pk)

    def _export(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        draft = self._draft(request, pk)
        rows = effects.table(draft.program, draft.criteria, on=_day_of_effect(draft))
        writer = csv.writer(Line())
        response = StreamingHttpResponse(
            (writer.writerow(harmless(row)) for row in rows), content_type="text/csv"
        )
        name = f"effect-{draft.program.slug}-{draft.pk}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def _draft(self, request: HttpRequest, pk: int) -> RuleDraft:
        self._may(request, "view")
        rows = RuleDraft.objects.select_related("program__partner", "changed_by", "version")
        return get_object_or_404(rows, pk=pk)

    def _may_publish(self, request: HttpRequest) -> bool:
        may_add = request.user.has_perm("catalog.add_programversion")
        return may_add and self.has_change_permission(request)

    def _may(self, request: HttpRequest, act: str) -> None:
        if not getattr(self, f"has_{act}_permission")(request):
            raise PermissionDenied


def _forms(draft: RuleDraft, data: Any = None) -> tuple[DraftForm, Any]:
    # Of its own, because a form writes what was typed into its row.
    instance = RuleDraft.objects.get(pk=draft.pk)
    form = DraftForm(data, instance=instance, initial={"edition": draft.edition})
    return form, criteria_forms(data, criteria=draft.criteria)


def _day_of_effect(draft: RuleDraft) -> Any:
    """The day that is compared: the draft's, but no day in the past for an open one."""
    if draft.version:
        return draft.version.effective
    return max(draft.effective or today(), today())


def _preview(code: str, old: Any, new: Any) -> dict[str, Any]:
    """The rules before and after, in the words that organizations read, and what differs."""
    with translation.override(code):
        names = explained.activity_names()
        before = _sentences(old, names) if old is not None else []
        after = _sentences(new, names)
    return {
        "language": code,
        "old": [(sentence, sentence not in after) for sentence in before],
        "new": [(sentence, sentence not in before) for sentence in after],
    }


def _sentences(criteria: list[dict[str, Any]], names: dict[str, str]) -> list[str]:
    found = [Criterion.from_data(data) for data in criteria]
    return explained.rules_in_words(found, names, on=today()) or [
        str(gettext_lazy("Open to every organization."))
    ]
