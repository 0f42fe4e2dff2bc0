"""PayPal's own description of its API, and whether what is said keeps to it.

The files in `openapi/` are PayPal's, unmodified. They pin even the English text of every error, but
do not forbid unknown keys: a misspelt one would pass. Therefore both are checked here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]  # has none
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry
from referencing.jsonschema import DRAFT4

FOLDER = Path(__file__).parent / "openapi"
FILES = ["checkout_orders_v2", "payments_payment_v2", "notifications_webhooks_v1"]
HEADERS = {"PayPal-Request-Id": 108}  # the longest value, in characters
RESOURCES = {  # what the resource of an event looks like, by its type; the files lack others
    "checkout-order": ("checkout_orders_v2", "order"),
    "capture": ("payments_payment_v2", "capture-2"),
    "refund": ("payments_payment_v2", "refund"),
}
METHODS = {"get", "post", "patch", "put", "delete"}

# Where the official files contradict themselves or PayPal's practice: file, schema, property, then
# what replaces the given keys. The files stay as they are.
OVERLAYS: list[tuple[str, str, str, dict[str, Any]]] = [
    # Its own enumeration has GUEST_CHECKOUT, which is 14 letters long, and allows 13.
    (
        "checkout_orders_v2",
        "paypal_wallet_experience_context",
        "landing_page",
        {"maxLength": 14},
    ),
    # Refers to an event whose fields are all read-only, so that no request could hold one.
    (
        "notifications_webhooks_v1",
        "verify_webhook_signature",
        "webhook_event",
        {"$ref": None, "type": "object", "additionalProperties": True},
    ),
    # Wants a letter or a digit first; of signatures in Base64, one in 32 begins with + or /.
    (
        "notifications_webhooks_v1",
        "verify_webhook_signature",
        "transmission_sig",
        {"pattern": None},
    ),
    # The simulator's fixed webhook id is told from a real one by its hyphen.
    (
        "notifications_webhooks_v1",
        "verify_webhook_signature",
        "webhook_id",
        {"pattern": "^[a-zA-Z0-9-]+$"},
    ),
]

ISSUES = {  # what PayPal calls the breach of a schema's keyword
    "required": "MISSING_REQUIRED_PARAMETER",
    "enum": "INVALID_PARAMETER_VALUE",
    "minLength": "INVALID_STRING_LENGTH",
    "maxLength": "INVALID_STRING_LENGTH",
}


class Refusal(Exception):
    """A request that PayPal refuses: the status, the issue, the field it is about."""

    def __init__(self, status: int, issue: str = "", *, field: str = "") -> None:
        super().__init__(f"{status} {issue}")
        self.status, self.issue, self.field = status, issue, field


@dataclass(frozen=True)
class Operation:
    """One method of one path, in one of the official files."""

    file: str
    path: str
    method: str

    @property
    def spec(self) -> dict[str, Any]:
        found: dict[str, Any] = document(self.file)["paths"][self.path][self.method]
        return found

    def responses(self, status: int) -> dict[str, Any]:
        """What is documented for a status, or for every other one."""
        documented = self.spec["responses"]
        found = documented.get(str(status)) or documented.get("default", {})
        return resolve(self.file, found)


@cache
def document(file: str) -> dict[str, Any]:
    """An official file with its overlays."""
    loaded: dict[str, Any] = json.loads((FOLDER / f"{file}.json").read_text())
    for where, schema, name, changes in OVERLAYS:
        if where == file:
            properties = loaded["components"]["schemas"][schema]["properties"]
            changed = properties[name] | changes
            properties[name] = {k: v for k, v in changed.items() if v is not None}
    return loaded


@cache
def registry() -> Registry[Any]:
    """All the official files, by their names, to resolve references in."""
    pairs = [(f"urn:{file}", DRAFT4.create_resource(document(file))) for file in FILES]
    return Registry().with_resources(pairs)


@cache
def operations() -> list[tuple[re.Pattern[str], Operation]]:
    """Every operation of the files, with the pattern of its path."""
    return [
        (re.compile(re.sub(r"\{\w+\}", "([^/]+)", path)), Operation(file, path, method))
        for file in FILES
        for path, methods in document(file)["paths"].items()
        for method in methods
        if method in METHODS
    ]


def find(method: str, path: str) -> tuple[Operation, str] | None:
    """The operation that a request is about, and the id in its path; None if there is no such."""
    for pattern, operation in operations():
        match = pattern.fullmatch(path)
        if match and operation.method == method.lower():
            return operation, "".join(match.groups())
    return None


def refused_body(operation: Operation, body: Any) -> Refusal | None:
    """The refusal that a request's body earns, by its first breach of the schema."""
    schema = operation.spec.get("requestBody")
    if schema is None:
        return None
    for error in breaches(OAS30WriteValidator, operation.file, json_of(operation, schema), body):
        issue = ISSUES.get(str(error.validator), "INVALID_PARAMETER_SYNTAX")
        return Refusal(400, issue, field="/" + "/".join(map(str, error.absolute_path)))
    return None


def request_violations(operation: Operation, body: Any, headers: Any) -> Iterator[str]:
    """Every way in which a request does not keep to the files."""
    schema = operation.spec.get("requestBody")
    if schema is None and body is not None:
        yield "a body where none belongs"
    elif schema is not None:
        schema = json_of(operation, schema)
        yield from told(breaches(OAS30WriteValidator, operation.file, schema, body))
        yield from strangers(operation.file, body, [schema])
        if headers.get("Content-Type", "").split(";")[0] != "application/json":
            yield "Content-Type is not application/json"
    for name, longest in HEADERS.items():
        if name in headers and not 1 <= len(headers[name]) <= longest:
            yield f"{name} has {len(headers[name])} characters"


def response_violations(operation: Operation, status: int, body: Any) -> Iterator[str]:
    """Every way in which an answer does not keep to the files."""
    response = operation.responses(status)
    if not response:
        yield f"status {status} is not documented"
    elif "content" in response:
        schema = json_of(operation, response)
        yield from told(breaches(OAS30ReadValidator, operation.file, schema, body))
        yield from strangers(operation.file, body, [schema])


def event_violations(event: dict[str, Any]) -> Iterator[str]:
    """Every way in which an event, or what it tells of, does not keep to the files."""
    parts = [("notifications_webhooks_v1", "event", event)]
    if known := RESOURCES.get(event["resource_type"]):
        parts.append((*known, event["resource"]))
    for file, name, value in parts:
        schema = {"$ref": f"#/components/schemas/{name}"}
        yield from told(breaches(OAS30ReadValidator, file, schema, value))
        yield from strangers(file, value, [schema])


def breaches(validator: Any, file: str, schema: Any, value: Any) -> Iterator[ValidationError]:
    # References inside the files are relative to the file.
    absolute = json.loads(json.dumps(schema).replace('"$ref": "#', f'"$ref": "urn:{file}#'))
    checker = validator(absolute, registry=registry(), format_checker=validator.FORMAT_CHECKER)
    yield from checker.iter_errors(value)


def told(errors: Iterator[ValidationError]) -> Iterator[str]:
    for error in errors:
        yield f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"


def strangers(file: str, value: Any, schemas: list[Any], at: str = "") -> Iterator[str]:
    """Keys that no schema of the place knows."""
    parts = [part for schema in schemas for part in flattened(file, schema)]
    if isinstance(value, list):
        items = [part["items"] for part in parts if "items" in part]
        for place, inner in enumerate(value):
            yield from strangers(file, inner, items, f"{at}/{place}")
    elif isinstance(value, dict) and any("properties" in part for part in parts):
        is_open = any(part.get("additionalProperties") for part in parts)
        for key, inner in value.items():
            known = [part["properties"][key] for part in parts if key in part.get("properties", {})]
            if known:
                yield from strangers(file, inner, known, f"{at}/{key}")
            elif not is_open:
                yield f"{at}/{key} is unknown"


def flattened(file: str, schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all it is composed of."""
    schema = resolve(file, schema)
    yield schema
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, []):
            yield from flattened(file, part)


def resolve(file: str, schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = document(file)
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def json_of(operation: Operation, message: dict[str, Any]) -> Any:
    """The schema of a request's or a response's JSON."""
    return resolve(operation.file, message)["content"]["application/json"]["schema"]


# Has words for every status; the files of the webhooks have none.
MOST_TELLING = Operation("checkout_orders_v2", "/v2/checkout/orders/{id}/capture", "post")


@cache
def wording(operation: Operation, status: int) -> dict[str, Any]:
    """Of an error: its name, its message, and the description of every issue."""
    response = operation.responses(status)
    words: dict[str, Any] = {"name": "", "message": "", "issues": {}}
    if "content" not in response:
        return words
    for part in flattened(operation.file, json_of(operation, response)):
        properties = part.get("properties", {})
        for key in ("name", "message"):
            words[key] = words[key] or (properties.get(key, {}).get("enum") or [""])[0]
        details = resolve(operation.file, properties.get("details", {})).get("items", {})
        for issue in flattened(operation.file, details):
            known = issue.get("properties", {})
            texts = known.get("description", {}).get("enum") or [""]
            for name in known.get("issue", {}).get("enum") or []:
                words["issues"][name] = texts[0]
    if not words["name"] and operation != MOST_TELLING:
        words |= {key: wording(MOST_TELLING, status)[key] for key in ("name", "message")}
    return words
