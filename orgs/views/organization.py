"""An organization's own pages: its facts, its papers, questions of staff."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orgs import qualification
from orgs.access import OrgRequest, member
from orgs.forms.documents import AnswerForm
from orgs.models import Document, Inquiry
from orgs.views.documents import files_of


@require_safe
@member()
def detail(request: OrgRequest) -> HttpResponse:
    """The facts on file, and how to have them changed."""
    may_read = request.membership.may("profile.edit")
    context = {"files": files_of(request, removable=False) if may_read else []}
    return render(request, "orgs/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def answer(request: OrgRequest, pk: int) -> HttpResponse:
    """Answer a question of staff, with a document if it asks for one."""
    inquiries = Inquiry.objects.filter(application__organization=request.org)
    inquiry = get_object_or_404(inquiries.select_related("application"), pk=pk)
    form = AnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            qualification.answer(
                inquiry,
                by=request.user,
                text=data["answer"],
                file=data["file"],
                kind=data["kind"] or Document.Kind.OTHER,
            )
        except ValidationError as refusal:
            inquiry.refresh_from_db()
            is_again = (inquiry.answer, inquiry.answered_by) == (data["answer"], request.user)
            if is_again:  # a second click leads where the first one did
                return redirect("dashboard", request.org.number)
            is_over = refusal.code in {"answered", "decided"}
            form.add_error(None if is_over else "file", refusal)
        else:
            messages.success(request, _("Thank you. Our staff go on with your application."))
            return redirect("dashboard", request.org.number)
    context = {"inquiry": inquiry, "form": form}
    return render(request, "orgs/answer.html", context, status=422 if form.errors else 200)
