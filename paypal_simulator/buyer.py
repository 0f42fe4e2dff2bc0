"""The payer's page: what PayPal would show, with a button for each way it can end."""

from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode, urlsplit, urlunsplit

from werkzeug import Request, Response
from werkzeug.utils import redirect

from paypal_simulator import orders, shown
from paypal_simulator.contract import Refusal
from paypal_simulator.state import Record, State
from paypal_simulator.texts import TEXTS

PAGES = Path(__file__).parent / "pages"
PAGE_PATH = "/checkoutnow"
STYLE_PATH = "/checkoutnow.css"
PREFIXES = (PAGE_PATH,)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
# The buttons, and what becomes of the payment: None leaves it to the scenario that was ordered.
OUTCOMES = {
    "pay": None,
    "close": None,
    "declined": "declined",
    "pending": "pending",
    "completed_later": "completed_later",
    "denied_later": "denied_later",
}


def answer(state: State, request: Request) -> Response:
    """The page, its style sheet, or what a button leads to."""
    if request.path == STYLE_PATH:
        return Response((PAGES / "checkout.css").read_bytes(), mimetype="text/css")
    if request.path != PAGE_PATH:
        return Response("not found", 404)
    with state.lock:
        try:
            order = orders.get(state, request.values.get("token", ""))
        except Refusal:
            language = request.accept_languages.best_match(["en", "fr"], default="en")
            return page("gone", language, status=404)
    if request.method != "POST":
        return show(order)
    return chosen(state, order, request.form.get("choice", ""))


def show(order: Record) -> Response:
    """What is to be paid; or, when that is done, the way back."""
    language, is_open = language_of(order), order["status"] in {"CREATED", "PAYER_ACTION_REQUIRED"}
    unit = order["units"][0]
    return page(
        "checkout" if is_open else "approved",
        language,
        brand=order["experience"].get("brand_name", ""),
        lines=lines(unit, language),
        total=money(unit["amount"], language),
        token=order["id"],
        back=return_url(order, "return_url"),
    )


def chosen(state: State, order: Record, choice: str) -> Response:
    """What the payer chose, done."""
    if choice == "cancel":
        return redirect(return_url(order, "cancel_url", payer=False), 303)
    if choice not in OUTCOMES:
        return Response("no such choice", 400)
    with state.change() as data:
        if (outcome := OUTCOMES[choice]) is not None:
            data["scenarios"][order["id"]] = outcome
        orders.approve(state, order["id"])
    if choice == "close":
        return page("closed", language_of(order))
    return redirect(return_url(order, "return_url"), 303)


def return_url(order: Record, name: str, *, payer: bool = True) -> str:
    """Where the payer goes back to, with what PayPal adds to the address."""
    added = {"token": order["id"]} | ({"PayerID": shown.PAYER["account_id"]} if payer else {})
    parts = urlsplit(order["experience"].get(name, ""))
    query = "&".join(filter(None, [parts.query, urlencode(added)]))
    return urlunsplit(parts._replace(query=query))


def page(
    name: str, language: str, *, status: int = 200, lines: str = "", **values: str
) -> Response:
    """A page in a language: its own part, in the frame that says that nothing is real."""
    texts = {key: escape(both[language]) for key, both in TEXTS.items()}
    texts |= {
        f"{key}_{code}": escape(TEXTS[key][code]) for key in ("notice",) for code in ("en", "fr")
    }
    filled = texts | {key: escape(value) for key, value in values.items()} | {"lines": lines}
    body = Template((PAGES / f"{name}.html").read_text()).substitute(filled)
    title = texts[f"{name}_title"]
    frame = Template((PAGES / "frame.html").read_text())
    html = frame.substitute(filled | {"language": language, "title": title, "body": body})
    return Response(html, status, HEADERS, mimetype="text/html")


def lines(unit: Record, language: str) -> str:
    """The items of an order as rows of a table."""
    rows = []
    for item in unit.get("items", []):
        price = money(item["unit_amount"], language)
        cells = (
            f"<td>{escape(item['name'])}</td><td>{escape(item['quantity'])}</td><td>{price}</td>"
        )
        rows.append(f"<tr>{cells}</tr>")
    return "\n".join(rows)


def language_of(order: Record) -> str:
    return "fr" if order["experience"].get("locale", "").startswith("fr") else "en"


def money(amount: Record, language: str) -> str:
    """An amount as Canadians write it, in either language."""
    value, currency = amount["value"], amount["currency_code"]
    sign = "$" if currency == "CAD" else currency
    whole, _, cents = value.partition(".")
    if language == "fr":
        return f"{int(whole):,}".replace(",", "\u00a0") + f",{cents or '00'}\u00a0{sign}"
    return f"{sign}{int(whole):,}.{cents or '00'}"
