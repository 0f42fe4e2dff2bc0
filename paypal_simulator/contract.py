"""The contract: every request and answer against PayPal's published descriptions."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator

FOLDER = Path(__file__).parent / "openapi"
FILES = ("checkout_orders_v2", "payments_payment_v2", "notifications_webhooks_v1")

# Where the files contradict themselves or what PayPal does; the files stay as they are.
OVERLAYS = (
    # landing_page may be GUEST_CHECKOUT, which is 14 letters long.
    ("checkout_orders_v2", "paypal_wallet_experience_context", "landing_page", "maxLength"),
)


@cache
def document(name: str) -> dict[str, Any]:
    """One file, with our overlays."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    for file, schema, field, key in OVERLAYS:
        if file == name:
            found["components"]["schemas"][schema]["properties"][field].pop(key, None)
    return found


@cache
def operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The file and the operation that describe a call; None when the files know none."""
    parts = path.strip("/").split("/")
    for name in FILES:
        for template, item in document(name)["paths"].items():
            wanted = template.strip("/").split("/")
            fits = len(wanted) == len(parts) and all(
                w == p or w.startswith("{") for w, p in zip(wanted, parts, strict=True)
            )
            if fits and method.lower() in item:
                return name, item[method.lower()]
    return None


def faults(name: str, schema: dict[str, Any], value: Any) -> Iterator[str]:
    """What a value breaks of a schema, and keys that the schema does not have."""
    root = schema | {"components": document(name)["components"]}
    for error in OAS30Validator(root).iter_errors(value):
        yield f"{'.'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:200]}"
    yield from unknown_keys(name, schema, value, "body")


def unknown_keys(name: str, schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
    """Typing errors in keys, which the schemas themselves let pass."""
    known = properties(name, schema)
    if isinstance(value, list):
        items = resolve(name, schema).get("items", {})
        for number, entry in enumerate(value):
            yield from unknown_keys(name, items, entry, f"{place}[{number}]")
    elif isinstance(value, dict) and known:
        for key, entry in value.items():
            if key not in known:
                yield f"{place}.{key}: unknown key"
            else:
                yield from unknown_keys(name, known[key], entry, f"{place}.{key}")


def properties(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """All keys a schema names, through references and combinations."""
    found = resolve(name, schema)
    known = dict(found.get("properties", {}))
    for combination in ("allOf", "anyOf", "oneOf"):
        for part in found.get(combination, ()):
            known = properties(name, part) | known
    return known


def resolve(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind references."""
    while "$ref" in schema:
        schema = document(name)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def check_request(method: str, path: str, body: Any) -> list[str]:
    """What is wrong with a request, by the files."""
    found = operation(method, path)
    if found is None:
        return [f"{method} {path}: not in PayPal's files"]
    name, described = found
    content = described.get("requestBody", {}).get("content", {}).get("application/json")
    if method == "GET":
        return [] if body is None else [f"GET {path}: has a body"]
    if content is None or path.endswith("verify-webhook-signature"):
        return []  # its event is described as read-only: PayPal's own example breaks the schema
    return [f"{method} {path}: {fault}" for fault in faults(name, content["schema"], body or {})]


def check_answer(method: str, path: str, status: int, body: Any) -> list[str]:
    """What is wrong with an answer of ours, by the files."""
    found = operation(method, path)
    if found is None or body is None:
        return []
    name, described = found
    answers = described["responses"]
    answer = answers.get(str(status)) or answers.get("default")
    if answer is None:
        return [f"{method} {path}: answered {status}, which the file does not know"]
    if "$ref" in answer:
        answer = document(name)["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    content = answer.get("content", {}).get("application/json")
    if content is None:
        return []
    told = (f"{method} {path} {status}: {f}" for f in faults(name, content["schema"], body))
    return list(told)


@cache
def description(method: str, path: str, status: int, issue: str) -> str:
    """The text PayPal gives with an issue, from the files."""
    found = operation(method, path)
    if found is None:
        return issue
    answers = found[1]["responses"].get(str(status), {})
    return next(descriptions(found[0], answers, issue), issue)


def descriptions(name: str, node: Any, issue: str, depth: int = 0) -> Iterator[str]:
    """Every text that stands beside an issue, however deep; references can go round."""
    if depth > 12:
        return
    if isinstance(node, dict):
        if "$ref" in node and "/schemas/" in node["$ref"]:
            yield from descriptions(name, resolve(name, node), issue, depth + 1)
        kept = node.get("properties", {})
        if issue in kept.get("issue", {}).get("enum", ()):
            yield from kept.get("description", {}).get("enum", ())
        for value in node.values():
            yield from descriptions(name, value, issue, depth + 1)
    elif isinstance(node, list):
        for value in node:
            yield from descriptions(name, value, issue, depth + 1)
