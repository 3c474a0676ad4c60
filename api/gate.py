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
from activities.rates.buckets import Limit
from activities.rates.shared import Rates
from api.http.calling import Networks, calls_from
from api.http.language import headers as language_headers
from api.http.language import preferred
from api.http.problems import MEDIA_TYPE, Problem
from api.http.rating import TooManyCalls
from api.metrics import Metrics
from models.gate import ALLOWING, FACTS, NOT_KNOWING, Reason, question
from reading.words.language import Language, said
from reading.words.texts import texts

PATH = "/v1/gate"
BELOW = PATH + "/"
EXCHANGE = "/v1/exchange-gate"
"""Where the exchange asks on which departments share data: the same gate, asked for what is shared."""
BELOW_EXCHANGE = EXCHANGE + "/"
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

GUESSED = frozenset({Reason.MALFORMED_KEY, Reason.KEY_UNKNOWN, Reason.GRANT_OF_ANOTHER_DATASET})
"""What somebody hears who tries keys; whoever has a key hears none of it twice."""
TOO_MANY_KEYS = "too_many_keys"
"""The reason of a 429: no decision was told."""

Answer = tuple[Message, Message]


def is_for_the_gate(scope: Scope) -> bool:
    path: str = scope["path"]
    return path in (PATH, EXCHANGE) or path.startswith((BELOW, BELOW_EXCHANGE))


def is_by_exchange(scope: Scope) -> bool:
    """Whether the exchange asks, and not a gateway to what is open."""
    path: str = scope["path"]
    return path == EXCHANGE or path.startswith(BELOW_EXCHANGE)


class Door:
    """The gate, as calls reach it."""

    def __init__(self, gate: Gate, metrics: Metrics, rates: Rates, proxies: Networks) -> None:
        self._gate = gate
        self._metrics = metrics
        self._rates = rates
        self._proxies = proxies

    async def answer(self, scope: Scope, send: Send) -> None:
        """204 or 200 yes, 403 no, 503 cannot know, and 429 where keys were guessed; nothing else, whatever the call
        looks like."""
        by_exchange = is_by_exchange(scope)
        door = EXCHANGE if by_exchange else PATH
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
            asked = question(_stated(scope["query_string"]), facts, keys, by_exchange=by_exchange)
        except ValueError:  # bytes that are no text, a query that is too long
            asked = Reason.MALFORMED_VALUE
        if keys and self._rates.knows_of(Limit.KEYS) and (wait := self._wait_of_a_reader(scope)):
            await _send(send, _too_many(wait, preferred(language.decode("latin-1")), door))
            return
        reason = asked if isinstance(asked, Reason) else await self._gate.ask(asked)
        self._metrics.gate_answers[reason].inc()
        if reason in ALLOWING:
            await _send(send, YES if scope["path"] == door else YES_BELOW)
        elif reason in GUESSED and (wait := self._rates.take(Limit.KEYS, calls_from(scope, self._proxies).address)):
            await _send(send, _too_many(wait, preferred(language.decode("latin-1")), door))
        else:
            await _send(send, ANSWERS[door, reason, preferred(language.decode("latin-1"))])

    def _wait_of_a_reader(self, scope: Scope) -> float:
        """How long a reader whom a gateway of ours names has to wait. A gateway that names nobody speaks for many: what
        one of them guesses must not keep the others out, so its calls are judged, and only a no is kept back."""
        caller = calls_from(scope, self._proxies)
        wait = self._rates.wait(Limit.KEYS, caller.address) if caller.is_named else 0.0
        if wait:
            self._rates.refused(Limit.KEYS)
        return wait


async def _send(send: Send, answer: Answer) -> None:
    await send(answer[0])
    await send(answer[1])


def _stated(query: bytes) -> list[tuple[str, str]]:
    if len(query) > LONGEST_QUERY:
        raise ValueError("the query is too long")
    pairs = parse_qsl(query.decode(), keep_blank_values=True, errors="strict")
    return [pair for pair in pairs if pair[0] in FACTS]


def _too_many(wait: float, language: Language, door: str) -> Answer:
    return _problem(TooManyCalls(wait), language, TOO_MANY_KEYS, door)


def _answer(door: str, reason: Reason, language: Language) -> Answer:
    cannot_know = reason in NOT_KNOWING
    problem = Problem(
        "GateCannotKnow" if cannot_know else "AccessRefused", params={"said": said(texts().gate[reason], language)}
    )
    if cannot_know:
        problem.more_headers["Retry-After"] = str(TRY_AGAIN_AFTER)
    return _problem(problem, language, reason, door)


def _problem(problem: Problem, language: Language, reason: str, door: str) -> Answer:
    document = problem.document(language, door)
    content = {**document.model_dump(mode="json", exclude={"errors", "act_id"}), "reason": reason}
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = {
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        **GUARDED,
        "X-Kaifang-Reason": reason,
        **language_headers(language),
        **problem.more_headers,
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
    (door, reason, language): _answer(door, reason, language)
    for door in (PATH, EXCHANGE)
    for reason in Reason
    if reason not in ALLOWING
    for language in LANGUAGES
}
"""Every answer but yes, made once."""
