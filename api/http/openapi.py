"""Problems in the OpenAPI document: every call answers them in one shape."""

from __future__ import annotations

from typing import Any

from api.http.problem_document import ProblemDocument
from models.gate import ALLOWING, Reason

MEANINGS = {
    400: "The Idempotency-Key is missing",
    401: "A valid token is needed",
    403: "Not for this caller",
    404: "There is no such thing, or it is not the caller's to know of",
    409: "The case does not allow it as it stands",
    413: "The body is too large",
    422: "The request, or what the law demands of it, is not met",
    429: "More calls than are taken at a time; `Retry-After` says in how many seconds to call again",
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


OPEN_TO_EVERYBODY: dict[str, Any] = {"security": [{}]}
"""The security of a call that needs no token and answers more with one."""


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
            call["responses"] |= {str(status): answer for status, answer in problems(429).items()}
            statuses = [422] if "HTTPValidationError" in str(call["responses"].get("422")) else []
            statuses += [413] if "requestBody" in call else []
            call["responses"] |= {str(status): answer for status, answer in problems(*statuses).items()}
    return document


def with_gate(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, in which the gate stands too: it is none of the framework's routes."""
    document["paths"]["/v1/gate"] = {"get": GATE}
    document["paths"]["/v1/exchange-gate"] = {"get": EXCHANGE_GATE}
    document["components"]["schemas"]["GateAnswer"] = GATE_ANSWER
    return document


def _fact(name: str, description: str, *, required: bool = False) -> dict[str, Any]:
    text = {"type": "string"}
    return {"name": name, "in": "query", "required": required, "description": description, "schema": text}


def _gate_answer(description: str, *headers: str) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/GateAnswer"}}
    shown = {name: {"schema": {"type": "string"}} for name in ("X-Kaifang-Reason", *headers)}
    return {"description": description, "headers": shown, "content": {"application/problem+json": content}}


GATE_ANSWER: dict[str, Any] = {
    "title": "GateAnswer",
    "type": "object",
    "description": "A problem as RFC 9457 describes it, with the stable code of the reason.",
    "required": ["type", "title", "status", "detail", "instance", "reason"],
    "properties": {
        "type": {
            "enum": [f"urn:kaifang:problem:{each}" for each in ("access-refused", "gate-cannot-know", "too-many-calls")]
        },
        "title": {"type": "string"},
        "status": {"enum": [403, 429, 503]},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "reason": {"enum": [*(reason.value for reason in Reason if reason not in ALLOWING), "too_many_keys"]},
    },
}
GATE: dict[str, Any] = {
    "tags": ["gate"],
    "summary": "Whether an access may be served",
    "description": (
        "For the sub-request of a data gateway on the internal network, before every access. Any method, and any path "
        "below /v1/gate/, is answered alike, but there a yes is 200, as Envoy wants it. The facts may come as the "
        "headers X-Dataset-Id, X-Data-Items, X-Access-Mode and X-Data-Use instead; where both are used they must state "
        "the same."
    ),
    "operationId": "gate",
    "parameters": [
        _fact("dataset_id", "What is accessed", required=True),
        _fact("items", "Data items, separated by commas; none: the whole dataset"),
        _fact("mode", "Access mode: download, api or algorithm; conditional data needs one"),
        _fact("use", "Use: general, research or commercial, where the gateway knows it"),
        {"name": "X-Access-Key", "in": "header", "required": False, "schema": {"type": "string"}},
    ],
    "responses": {
        "204": {"description": "Yes"},
        "403": _gate_answer("No, and why"),
        "429": _gate_answer("Keys were tried in vain; no decision is told", "Retry-After"),
        "503": _gate_answer("The gate cannot know, which is no yes", "Retry-After"),
    },
}
EXCHANGE_GATE: dict[str, Any] = {
    **GATE,
    "summary": "Whether an access to shared data may be served",
    "description": (
        "For the exchange on which departments share data, before every access; asked and answered as /v1/gate, and "
        "under grants of sharing alone: every access needs the key of one. How far data is open to the public is "
        "nothing to it."
    ),
    "operationId": "exchange_gate",
}
