"""The payer's page: what is to be paid, and what the payer does."""

from html import escape
from typing import Any

TEXTS = {
    "fr": {
        "title": "Payer",
        "notice": "Ceci est un simulateur de PayPal. Aucun argent ne circule.",
        "to": "À",
        "total": "Total",
        "pay": "Payer",
        "cancel": "Annuler et revenir",
        "more": "Ce qui doit se passer",
        "close": "Approuver, puis fermer l’onglet",
        "instrument_declined": "Payer avec une carte refusée",
        "pending": "Payer; PayPal vérifie d’abord",
        "declined": "Payer; le paiement est refusé",
        "closed": "Paiement approuvé. Vous pouvez fermer cet onglet.",
        "gone": "Cette commande n’existe plus chez PayPal.",
    },
    "en": {
        "title": "Pay",
        "notice": "This is a simulator of PayPal. No money moves.",
        "to": "To",
        "total": "Total",
        "pay": "Pay",
        "cancel": "Cancel and return",
        "more": "What is to happen",
        "close": "Approve, then close the tab",
        "instrument_declined": "Pay with a declined card",
        "pending": "Pay; PayPal checks it first",
        "declined": "Pay; the payment is declined",
        "closed": "Payment approved. You can close this tab.",
        "gone": "PayPal no longer knows this order.",
    },
}
STYLE = """
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif }
body { margin: 0; background: light-dark(#f4f6f9, #12171e); color: light-dark(#1c2430, #e9ecef) }
main { max-width: 30rem; margin: 2rem auto; padding: 1.5rem; border-radius: 12px;
  background: light-dark(#fff, #1a212a); border: 1px solid light-dark(#d5dae2, #2e3844) }
.notice { padding: .5rem .75rem; border-radius: 6px;
  background: light-dark(#fdf1d6, #3a2a0c); color: light-dark(#6a4100, #f2c572) }
h1 { font-size: 1.5rem } dl { margin: 1rem 0 }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .35rem 0 }
dd { margin: 0; font-variant-numeric: tabular-nums } .total { font-weight: 700;
  border-top: 1px solid light-dark(#d5dae2, #2e3844) }
button { font: inherit; min-height: 44px; padding: .5rem 1rem; border-radius: 7px; cursor: pointer;
  border: 1px solid light-dark(#174f86, #9cc9f5); background: none; color: inherit; width: 100%;
  margin: .25rem 0 }
button.main { background: light-dark(#174f86, #9cc9f5); color: light-dark(#fff, #10202f);
  font-weight: 600 }
button:focus-visible, summary:focus-visible { outline: 3px solid #ffc733; outline-offset: 2px }
summary { cursor: pointer; padding: .5rem 0 }
"""


def language_of(meta: dict[str, Any]) -> str:
    locale = str(meta.get("experience", {}).get("locale", "fr-CA"))
    return "en" if locale.startswith("en") else "fr"


def money(amount: dict[str, str], language: str) -> str:
    value = amount["value"]
    return f"{value.replace('.', ',')}\u00a0$" if language == "fr" else f"${value}"


def frame(language: str, body: str) -> str:
    t = TEXTS[language]
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{t["title"]} – simulator</title><link rel="stylesheet" href="/style.css"></head>'
        f'<body><main><p class="notice">{t["notice"]}</p>{body}</main></body></html>'
    )


def page(order: dict[str, Any], meta: dict[str, Any]) -> str:
    """The page of an order that waits for its payer."""
    language = language_of(meta)
    t, unit = TEXTS[language], order["purchase_units"][0]
    rows = "".join(
        f"<div><dt>{escape(i['quantity'])} × {escape(i['name'])}</dt>"
        f"<dd>{money(i['unit_amount'], language)}</dd></div>"
        for i in unit.get("items", ())
    )
    total = f"{t['total']}</dt><dd>{money(unit['amount'], language)}"
    brand = escape(str(meta.get("experience", {}).get("brand_name", "")))
    acts = "".join(
        f'<button name="act" value="{act}">{t[act]}</button>'
        for act in ("close", "instrument_declined", "pending", "declined")
    )
    return frame(
        language,
        f'<h1>{t["to"]} {brand}</h1><dl>{rows}<div class="total"><dt>{total}</dd></div></dl>'
        f'<form method="post"><input type="hidden" name="token" value="{escape(order["id"])}">'
        f'<button class="main" name="act" value="pay">{t["pay"]}</button>'
        f'<button name="act" value="cancel">{t["cancel"]}</button>'
        f"<details><summary>{t['more']}</summary>{acts}</details></form>",
    )


def message(language: str, key: str) -> str:
    return frame(language, f"<h1>{TEXTS[language][key]}</h1>")
