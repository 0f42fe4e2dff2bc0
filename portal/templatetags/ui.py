"""Template tags of the design: money, dates, status chips, this page in the other language."""

import datetime
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, Literal

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.money import money as in_dollars
from catalog.models import PartnerMember
from orgs import notices
from orgs.days import today, written, written_moment
from orgs.models import Application, Membership, Organization, Standing

register = template.Library()

CHIPS = ("ok", "info", "warn", "bad", "mute")
NBSP = "\u00a0"
GOLDEN_ANGLE = 137  # degrees: the next number has a very different hue


@register.filter
def money(amount: Decimal | int | Literal[""] | None) -> str:
    """An amount of dollars as the reader's language writes it: `1 234,56 $`, `$1,234.56`."""
    if amount is None or amount == "":
        return ""
    return in_dollars(amount)


@register.filter
def day(value: datetime.date | None) -> str:
    """A day in words inside `<time>`; of a moment, its day in the reader's zone."""
    if not value:
        return ""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), written(value))


@register.filter
def moment(value: datetime.datetime | datetime.date | None) -> str:
    """A day and time in words inside `<time>`, in the reader's zone; of a mere day, the day."""
    if not isinstance(value, datetime.datetime):
        return day(value)
    stamp = timezone.localtime(value).isoformat(timespec="minutes")
    return format_html('<time datetime="{}">{}</time>', stamp, written_moment(value))


@register.filter
def plain_day(value: datetime.date | None) -> str:
    """A day in words, for texts that are not HTML; of a moment, its day in the active zone."""
    if isinstance(value, datetime.datetime):
        value = timezone.localtime(value).date()
    return written(value) if value else ""


def is_french() -> bool:
    """Whether the reader's language is French, which it is when none is chosen."""
    return (get_language() or "fr").startswith("fr")


@register.simple_tag
def status_chip(kind: str, text: Any) -> SafeString:
    """A status: a word on a tinted ground, with a shape drawn by the style sheet.

    Raises TemplateSyntaxError for a kind that has no shape, so that colour never stands alone.
    """
    if kind not in CHIPS:
        raise template.TemplateSyntaxError(f"status_chip: {kind!r} is not one of {CHIPS}")
    return format_html('<span class="chip {}">{}</span>', kind, text)


@register.simple_tag(takes_context=True)
def switch_url(context: Context, language: str) -> str:
    """This page in another language, with its query; the home page when it has none."""
    request = context.get("request")
    here, now = request.get_full_path() if request else "/", f"/{get_language()}/"
    if here.startswith(now):
        return f"/{language}/{here.removeprefix(now)}"  # the rest is the same in every language
    return f"/{language}/"


@register.simple_tag(takes_context=True)
def is_here(context: Context, url: str, *, exact: bool = False) -> SafeString:
    """`aria-current` for a link to this page ("page") or to the part it is in ("true").

    Takes: the link's address; `exact`, for an address that all of an organization's begin with.
    """
    path = context["request"].path if context.get("request") else ""
    if path == url:
        return mark_safe(' aria-current="page"')
    if url and not exact and path.startswith(url):
        return mark_safe(' aria-current="true"')
    return mark_safe("")


@register.simple_tag
def org_mark(org: Organization) -> SafeString:
    """Two letters on a colour, the same each time: who acts for two sees which one it is."""
    words = [word for word in re.split(r"[^\w]+", org.legal_name) if word] or ["–"]
    letters = (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
    return format_html(
        '<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true" focusable="false">'
        '<rect width="28" height="28" rx="7" fill="hsl({} 45% 30%)"/>'
        '<text x="14" y="18.5" text-anchor="middle" font-size="12.5" font-weight="700"'
        ' fill="#fff">{}</text></svg>',
        org.number * GOLDEN_ANGLE % 360,
        letters,
    )


@register.inclusion_tag("components/seal.html")
def seal(org: Organization) -> dict[str, object]:
    """How an organization stands today, in a word; of one that is qualified, until when."""
    standing = org.standing(today())
    is_qualified = standing in {Standing.QUALIFIED, Standing.RENEWAL_DUE}
    return {
        "standing": standing,
        "kind": notices.CHIPS[standing],
        "until": org.qualified_until if is_qualified else None,
    }


@register.simple_tag
def application_chip(application: Application) -> SafeString:
    """Where an application stands, in the word that both sides use."""
    kind = notices.APPLICATION_CHIPS[application.status]
    return status_chip(kind, application.get_status_display())


@register.filter
def of_key(values: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping has under a key; nothing when it has none."""
    return values.get(key)


@register.simple_tag(takes_context=True)
def my_memberships(context: Context) -> Sequence[Membership]:
    """The organizations that the reader acts for: one query a page, none when not signed in."""
    user, request = context.get("user"), context.get("request")
    if not user or not user.is_authenticated:
        return []
    known: Sequence[Membership] | None = getattr(request, "memberships", None)
    if known is None:
        known = list(Membership.objects.of(user))
        if request is not None:
            request.memberships = known
    return known


@register.simple_tag(takes_context=True)
def my_desks(context: Context) -> Sequence[PartnerMember]:
    """The desks of donor partners that the reader has; asked of who has no organization only, and
    on a desk: others find theirs where they choose an organization."""
    user, request = context["user"], context.get("request")
    if my_memberships(context) and not hasattr(request, "partner"):
        return []
    return list(PartnerMember.objects.of(user))


@register.filter
def is_alone(field: BoundField) -> bool:
    """Whether a field is a single yes-or-no box, whose label stands beside it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def choices_of(field: BoundField) -> Sequence[Any]:
    """The boxes or buttons of a group of choices; nothing for any other field."""
    is_group = isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return field.subwidgets if is_group else []


@register.filter
def groups_of(field: BoundField) -> list[tuple[str, list[Any], bool]]:
    """Boxes whose choices have groups: a group's name, its boxes, whether one is chosen."""
    boxes = iter(choices_of(field))
    groups = [some for some in getattr(field.field, "choices", ()) if isinstance(some[1], list)]
    found = [(str(name), list(islice(boxes, len(some)))) for name, some in groups]
    return [(name, some, any(box.data["selected"] for box in some)) for name, some in found]


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether a field is several boxes under one question, so that it needs a fieldset.

    Not a file field, which Django counts among them, though it is one box that needs its label.
    """
    return field.use_fieldset and not isinstance(field.field.widget, forms.FileInput)


@register.filter
def box(field: BoundField) -> SafeString:
    """What is filled in: without a placeholder, which vanishes when it is needed, and tied to the
    field's hint and error, also where Django leaves that to a fieldset."""
    attrs: dict[str, Any] = {"placeholder": False}
    if field.aria_describedby and not is_group(field):
        attrs["aria-describedby"] = field.aria_describedby
    return field.as_widget(attrs=attrs)


@register.simple_tag
def colon() -> str:
    """The colon between two values, spaced as the reader's language does it, and what follows."""
    return f"{NBSP}: " if is_french() else ": "


@register.filter
def unit_follows(field: forms.Field) -> bool:
    """Whether a field's unit stands after the box: $ does in French, any other unit always."""
    return getattr(field, "unit", "") != "$" or is_french()


@register.filter
def first_id(field: BoundField) -> str:
    """The id that a link to this field leads to: of its first box, when it is a group."""
    group = choices_of(field)
    return (group[0].id_for_label if group else field.id_for_label) or field.auto_id or ""


@register.filter
def error_lines(field: BoundField) -> list[str]:
    """A field's errors for the list at the top, where a mere "required" must name its field."""
    required = forms.Field.default_error_messages["required"]
    return [f"{field.label}{colon()}{e}" if e == required else str(e) for e in field.errors]


@register.tag
def capture(parser: Parser, token: Token) -> "CaptureNode":
    """`{% capture as name %}…{% endcapture %}` keeps what is inside, trimmed, as a variable."""
    bits = token.split_contents()
    if len(bits) != 3 or bits[1] != "as":
        raise template.TemplateSyntaxError("Write {% capture as name %}…{% endcapture %}.")
    inside = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(inside, name=bits[2])


class CaptureNode(template.Node):
    """Renders what is inside into a variable, so that a block can be asked whether it is empty."""

    def __init__(self, nodelist: NodeList, *, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: Context) -> SafeString:
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308  (escaped inside)
        return mark_safe("")
