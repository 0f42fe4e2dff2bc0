"""The style guide: every component with plausible content. For ourselves, in development only."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.templatetags.ui import is_french, status_chip


def say(french: str, english: str) -> str:
    """Sample content in the reader's language; no text of the site."""
    return french if is_french() else english


class SampleForm(forms.Form):
    """One field of each kind; the second form on the page shows all of them refused."""

    name = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    postal_code = forms.CharField(widget=forms.TextInput(attrs={"class": "w-7"}))
    budget = forms.DecimalField(widget=forms.TextInput(attrs={"class": "w-10"}))
    province = forms.ChoiceField(choices=[("", "–"), ("QC", "Québec"), ("ON", "Ontario")])
    kind = forms.ChoiceField(widget=forms.RadioSelect)
    platforms = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    mission = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    letters = forms.FileField()
    agrees = forms.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = {
            "name": say("Nom légal", "Legal name"),
            "postal_code": say("Code postal", "Postal code"),
            "budget": say("Budget annuel", "Annual budget"),
            "province": "Province",
            "kind": say("Genre d’organisme", "Kind of organization"),
            "platforms": say("Plateformes", "Platforms"),
            "mission": "Mission",
            "letters": say("Lettres patentes", "Letters patent"),
            "agrees": say("Je peux agir pour cet organisme", "I may act for this organization"),
        }
        for name, label in words.items():
            self.fields[name].label = label
        self.fields["name"].help_text = say(
            "Comme sur les lettres patentes.", "As on the letters patent."
        )
        self.fields["letters"].help_text = say("PDF ou image, 10 Mo.", "PDF or image, 10 MB.")
        self.fields["budget"].unit = "$"  # type: ignore[attr-defined]  # read by the form pack
        kinds = [
            ("charity", say("Bienfaisance", "Charity")),
            ("library", say("Bibliothèque", "Library")),
        ]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]  # a ChoiceField's
        self.fields["platforms"].choices = [("windows", "Windows"), ("mac", "macOS")]  # type: ignore[attr-defined]  # same


def timeline() -> list[dict[str, Any]]:
    """An application that is being reviewed."""
    return [
        {
            "label": say("Dossier envoyé", "Application sent"),
            "state": "done",
            "at": datetime(2026, 11, 12, 19, 5, tzinfo=UTC),
            "note": say("dossier D-20418", "file D-20418"),
        },
        {
            "label": say("Documents reçus", "Documents received"),
            "state": "done",
            "at": date(2026, 11, 13),
            "note": say(
                "Lettres patentes, états financiers 2025", "Letters patent, 2025 statements"
            ),
        },
        {
            "label": say("Vérification en cours", "Being reviewed"),
            "state": "now",
            "note": say("En général 7 à 10 jours ouvrables.", "Usually 7 to 10 business days."),
        },
        {
            "label": say("Décision", "Decision"),
            "state": "next",
            "note": say("Au plus tard le 26 novembre", "By November 26 at the latest"),
        },
    ]


def tasks() -> list[dict[str, Any]]:
    """A registration half done."""
    return [
        {
            "label": say("Votre organisme", "Your organization"),
            "url": "#",
            "status": say("Terminé", "Completed"),
        },
        {
            "label": "Documents",
            "url": "#",
            "hint": say("Il manque les états financiers.", "The statements are missing."),
            "status": say("En cours", "In progress"),
            "kind": "info",
        },
        {
            "label": "Budget",
            "url": "#",
            "status": say("Il y a un problème", "There is a problem"),
            "kind": "bad",
        },
        {
            "label": say("Envoyer", "Send"),
            "url": None,
            "status": say("Pas encore", "Cannot start yet"),
        },
    ]


def cards() -> list[dict[str, Any]]:
    """Products in every state, one with a very long name."""
    gift, rate = say("Don", "Donation"), say("Tarif réduit", "Discounted rate")
    fee = say("frais d’administration", "administration fee")
    rows = [
        (
            "Microsoft",
            gift,
            "Microsoft 365 Business Premium",
            "45",
            "ok",
            say("Admissible", "Eligible"),
        ),
        (
            "Bitdefender",
            gift,
            say(
                "GravityZone Business Security – abonnement d’un an pour 10 appareils",
                "GravityZone Business Security – one-year subscription for 10 devices",
            ),
            "38",
            "mute",
            say("Budget trop élevé", "Budget too high"),
        ),
        (
            "Cisco",
            gift,
            "Catalyst 1000, 24 ports",
            "1214",
            "warn",
            say("À confirmer", "To confirm"),
        ),
        ("Tableau", rate, "Tableau Desktop", "62", "info", say("Rupture de stock", "Out of stock")),
    ]
    names = ("partner", "kind", "title", "fee", "chip_kind", "chip_text")
    found: list[dict[str, Any]] = [dict(zip(names, row, strict=True)) for row in rows]
    for card in found:
        chip = status_chip(card["chip_kind"], card["chip_text"])
        card |= {"fee": Decimal(card["fee"]), "cost": fee, "chip": chip}
    return found


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every component on one page."""
    refused = SampleForm({"name": "", "kind": "other"}, prefix="refused")
    context = {
        "site_parts": [("chips", say("États", "Statuses")), ("forms", say("Formulaires", "Forms"))],
        "steps": timeline(),
        "tasks": tasks(),
        "cards": cards(),
        "form": refused,
        "plain": SampleForm(initial={"name": "Maison Saint-Élie", "kind": "charity"}),
        "rows": [
            {
                "key": say("Adresse", "Address"),
                "value": "12, rue King\nSherbrooke QC  J1H 9Z9",
                "change_url": "#",
            },
            {"key": "NEQ", "value": "1144 000 000"},
        ],
        "changes": [
            {
                "label": say("Nom légal", "Legal name"),
                "old": "Maison St-Élie",
                "new": "Maison Saint-Élie",
            }
        ],
        "files": [
            {
                "name": "lettres-patentes.pdf",
                "url": "#",
                "size": 812345,
                "kind": "ok",
                "status": say("Accepté", "Accepted"),
            },
            {
                "name": "etats-2025.pdf",
                "size": 4212345,
                "kind": "info",
                "status": say("Vérification", "Being checked"),
                "remove_url": "#",
            },
        ],
        "acts": [{"url": "#", "text": say("Mettre le budget à jour", "Update the budget")}],
        "pages": Paginator(range(240), 24).page(5),
        "french": is_french(),
        "amount": Decimal("1234.5"),
    }
    return render(request, "portal/styleguide.html", context)
