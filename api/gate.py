"""`/v1/gate`: whether an access may be served, for the sub-request of a data gateway.

A plain ASGI application before the framework: a gateway asks before every access, and routing alone would cost more
than the decision. Any method is answered alike, and so is every path below `/v1/gate/`, for Envoy passes the original
ones; but a yes is 200 there, because Envoy takes 204 for a refusal.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

from starlette.types import Message, Scope, Send

from activities.gate.gate import Gate
from api.http.language import headers as language_headers
from api.http.language import preferred
from api.http.problems import MEDIA_TYPE, Problem
from api.metrics import Metrics
from models.gate import ALLOWING, FACTS, NOT_KNOWING, Reason, question
from reading.words.language import Language, said
from reading.words.texts import texts

PATH = "/v1/gate"
BELOW = PATH + "/"
TRY_AGAIN_AFTER = 1
"""Seconds."""
LONGEST_QUERY = 65_536
"""Bytes."""

HEADERS = {
    b"x-dataset-id": "dataset_id",
    b"x-data-items": "items",
    b"x-access-mode": "mode",
    b"x-data-use": "use",
}
"""The facts as headers, where a gateway cannot set a query."""

GUARDED = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
"""What a browser would need to know. Gateways call here and no browser, and each header costs a hundredth of the call:
the rest of what other answers have is left out."""

Answer = tuple[Message, Message]


def is_for_the_gate(scope: Scope) -> bool:
    path: str = scope["path"]
    return path == PATH or path.startswith(BELOW)


async def answer(gate: Gate, metrics: Metrics, scope: Scope, send: Send) -> None:
    """204 or 200 yes, 403 no, 503 cannot know; nothing else, whatever the call looks like."""
    facts: list[tuple[str, str]] = []
    keys: list[str] = []
    language = b""
    reason: Reason
    try:
        for name, value in scope["headers"]:
            if name in HEADERS:
                facts.append((HEADERS[name], value.decode()))
            elif name == b"x-access-key":
                keys.append(value.decode())
            elif name == b"accept-language":
                language = value
        asked = question(_stated(scope["query_string"]), facts, keys)
    except ValueError:  # bytes that are no text, a query that is too long
        asked = Reason.MALFORMED_VALUE
    reason = asked if isinstance(asked, Reason) else await gate.ask(asked)
    metrics.gate_answers[reason].inc()
    if reason in ALLOWING:
        start, body = YES if scope["path"] == PATH else YES_BELOW
    else:
        start, body = ANSWERS[reason, preferred(language.decode("latin-1"))]
    await send(start)
    await send(body)


def _stated(query: bytes) -> list[tuple[str, str]]:
    if len(query) > LONGEST_QUERY:
        raise ValueError("the query is too long")
    pairs = parse_qsl(query.decode(), keep_blank_values=True, errors="strict")
    return [pair for pair in pairs if pair[0] in FACTS]


def _answer(reason: Reason, language: Language) -> Answer:
    cannot_know = reason in NOT_KNOWING
    problem = Problem(
        "GateCannotKnow" if cannot_know else "AccessRefused", params={"said": said(texts().gate[reason], language)}
    )
    document = problem.document(language, PATH)
    content = {**document.model_dump(mode="json", exclude={"errors", "act_id"}), "reason": reason}
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        **GUARDED,
        "X-Kaifang-Reason": reason,
        **language_headers(language),
        **({"Retry-After": str(TRY_AGAIN_AFTER)} if cannot_know else {}),
    }
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return (
        {"type": "http.response.start", "status": document.status, "headers": encoded},
        {"type": "http.response.body", "body": body},
    )


def _yes(status: int, more: list[tuple[bytes, bytes]]) -> Answer:
    guarded = [(name.lower().encode(), value.encode()) for name, value in GUARDED.items()]
    headers = [(b"cache-control", b"no-store"), *guarded, *more]
    return {"type": "http.response.start", "status": status, "headers": headers}, {"type": "http.response.body"}


YES: Answer = _yes(204, [])
YES_BELOW: Answer = _yes(200, [(b"content-length", b"0")])
LANGUAGES: tuple[Language, ...] = ("zh", "en")
ANSWERS = {
    (reason, language): _answer(reason, language)
    for reason in Reason
    if reason not in ALLOWING
    for language in LANGUAGES
}
"""Every answer but yes, made once."""
