"""Branches: naming the organization above, its list of branches, and the letter to sign."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.languages import reader_language
from orgs import branch_letter, branches, numbers
from orgs.access import OrgRequest, member
from orgs.days import today
from orgs.forms.branches import ParentForm, RefusalForm, SignatureForm
from orgs.models import BranchLetter


@require_http_methods(["GET", "HEAD", "POST"])
@member("profile.edit")
def parent(request: OrgRequest) -> HttpResponse:
    """Name the organization above, see where its signature is, or take it back."""
    letter = branches.newest(request.org)
    is_back = request.POST.get("act") == "withdraw"
    form = ParentForm(request.POST if request.method == "POST" and not is_back else None)
    if is_back or form.is_valid():
        try:
            if is_back:
                branches.withdraw(request.org, by=request.user)
                messages.success(request, _("Taken back: no organization is named any more."))
            else:
                number = numbers.compact(form.cleaned_data["number"])
                branches.ask(request.org, number=number, by=request.user)
                text = _(
                    "If an organization has this number, its administrators are asked to sign. "
                    "You get an e-mail with their answer, or in 30 days if there is none."
                )
                messages.success(request, text)
        except ValidationError as refusal:
            form.add_error(None, refusal) if not is_back else messages.error(
                request, " ".join(refusal.messages)
            )
        if is_back or not form.errors:
            return redirect("orgs:parent", request.org.number)
    application = request.org.applications.newest()
    context = {
        "letter": letter,
        "form": form,
        "is_draft": application is not None and application.is_draft,
        "may_ask": letter is None or letter.status not in {"asked", "signed"},
    }
    return render(request, "orgs/parent.html", context, status=422 if form.errors else 200)


@require_safe
@member("members.manage")
def listing(request: OrgRequest) -> HttpResponse:
    """Branches and where they stand; letters that wait for a signature."""
    letters = BranchLetter.objects.filter(parent=request.org).select_related("branch")
    day = today()
    rows = [
        {"org": branch, "standing": branch.standing(day)}
        for branch in request.org.branches.filter(branch_letters__status="signed").distinct()
    ]
    context = {
        "waiting": letters.open(),
        "rows": rows,
        "may_open": request.membership.may("members.manage", scope="tree"),
    }
    return render(request, "orgs/branches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member("members.manage")
def letter(request: OrgRequest, pk: int) -> HttpResponse:
    """Read the letter; sign it with name and title, or refuse and say why."""
    rows = BranchLetter.objects.filter(parent=request.org)
    found = get_object_or_404(rows.select_related("branch", "parent", "asked_by"), pk=pk)
    is_sign = request.POST.get("act") == "sign"
    is_refuse = request.POST.get("act") == "refuse"
    signature = SignatureForm(
        request.POST if is_sign else None, initial={"name": str(request.user)}
    )
    refusal = RefusalForm(request.POST if is_refuse else None)
    form = refusal if is_refuse else signature
    if form.is_valid():
        try:
            said = _answer(request, found, form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, said)
            return redirect("orgs:branches", request.org.number)
    context = {
        "letter": found,
        "text": found.text or branch_letter.text(found, language=reader_language()),
        "signature": signature,
        "refusal": refusal,
    }
    return render(request, "orgs/branch_letter.html", context, status=422 if form.errors else 200)


def _answer(request: OrgRequest, found: BranchLetter, form: SignatureForm | RefusalForm) -> str:
    names = {"branch": found.branch}
    if isinstance(form, RefusalForm):
        reason = form.cleaned_data["reason"]
        branches.refuse(found.pk, parent=request.org, reason=reason, by=request.user)
        return _("Not signed. The people of %(branch)s read why.") % names
    branches.sign(
        found.pk,
        parent=request.org,
        name=form.cleaned_data["name"],
        title=form.cleaned_data["title"],
        by=request.user,
    )
    return _("Signed. %(branch)s is your branch.") % names
