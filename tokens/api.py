"""The API for outside programs: POST /api/v1/verify, described by /api/v1/openapi.json."""

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Schema, Status
from ninja.security import HttpBearer

from tokens import verify as tokens_verify
from tokens.models import Client


class PartnerKey(HttpBearer):
    """The key of an API client, as `Authorization: Bearer rk_…`."""

    def authenticate(self, request: HttpRequest, token: str) -> Client | None:
        return tokens_verify.client_of(token)


class Question(Schema):
    token: str = Field(max_length=200, description="The validation token, as its bearer gave it.")


class Organization(Schema):
    name: str = Field(description="Legal name.")
    kind: Literal["charity", "nonprofit", "library"]
    country: Literal["CA"]
    province: str = Field(description="Two letters, such as QC.")
    qualified_since: date


class Answer(Schema):
    """The same body, with only `valid: false`, for unknown, expired and revoked tokens alike."""

    valid: bool
    organization: Organization | None = None
    bearer: str | None = Field(None, description="The person whom the token names.")
    expires_at: datetime | None = None


class Problem(Schema):
    detail: str


class Fault(Schema):
    """What is wrong with the request, and where."""

    detail: list[dict[str, object]]


api = NinjaAPI(
    title="Validation tokens",
    version="1.0.0",
    description="Ask whether a validation token stands for a nonprofit that is qualified today.",
    docs_url=None,
    urls_namespace="api",
    auth=PartnerKey(),
)


@api.post(
    "/verify",
    response={200: Answer, 400: Problem, 401: Problem, 422: Fault, 429: Problem},
    exclude_none=True,
    summary="Check a validation token",
    operation_id="verify",
)
def verify(request: HttpRequest, question: Question, response: HttpResponse) -> object:
    """Say whether the token is valid now, and for whom. At most 60 checks a minute."""
    response["Cache-Control"] = "no-store"
    try:
        answer = tokens_verify.verify(question.token, client=request.auth)  # type: ignore[attr-defined]  # ninja's
    except tokens_verify.TooManyChecks:
        response["Retry-After"] = "60"
        return Status(429, {"detail": "Too many checks. Try again in a minute."})
    if answer.token is None:
        return {"valid": False}
    organization = answer.token.organization
    return {
        "valid": True,
        "organization": {
            "name": organization.legal_name,
            "kind": organization.kind,
            "country": "CA",
            "province": organization.province,
            "qualified_since": organization.qualified_since,
        },
        "bearer": answer.token.bearer_name,
        "expires_at": answer.token.expires_at,
    }
