"""What OpenAPI says of problems: every call answers them in one shape."""

from __future__ import annotations

from typing import Any

from api.shapes import ActShown, ProblemDocument

MEANINGS = {
    400: "The Idempotency-Key is missing",
    401: "A valid token is needed",
    403: "Not for this caller",
    404: "There is no such thing, or it is not the caller's to know of",
    409: "The case does not allow it as it stands",
    422: "The request, or what the law demands of it, is not met",
    503: "PostgreSQL is away: nothing was recorded; try again",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of a call, for OpenAPI."""
    return {
        status: {
            "description": MEANINGS[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in statuses
    }


def act_answers() -> dict[int | str, dict[str, Any]]:
    """The answers of a call that is an act."""
    not_yet = {"model": ActShown, "description": "Received; the engine has not worked it off yet: ask `Location`"}
    return {202: not_yet, **problems(401, 403, 404, 409, 422, 503)}


def with_problem_schema(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, in which the schema of problems is defined."""
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(name, definition)
    schemas.setdefault("ProblemDocument", schema)
    # The framework's own shape of validation errors is never answered.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for calls in document["paths"].values():
        for call in calls.values():
            if "HTTPValidationError" in str(call["responses"].get("422")):
                call["responses"] |= {str(status): answer for status, answer in problems(422).items()}
    return document
