"""A call that is one too many is refused before anything is done for it: 429, and when to call again.

By address whatever is asked for, at what it costs; by account too, once it is known whose token or session it is, and
harder where a call begins a procedure or brings files. Invalid tokens and logins count for the address alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from activities.rates.buckets import Limit, whole_seconds
from activities.rates.shared import Rates
from api.http.calling import Networks, calls_from
from api.http.guarding import Refusing, with_a_document
from api.http.problems import Problem

FROM = "kaifang.from"
"""By this name the state of a call holds the address from which it comes."""


@dataclass(frozen=True)
class Weight:
    """Calls of these methods to paths of this form: what they cost, and which further limit they meet."""

    methods: frozenset[str]
    paths: re.Pattern[str]
    cost: int = 1
    limit: Limit | None = None


LOOKS = frozenset({"GET", "HEAD"})
SENDS = frozenset({"POST", "PUT", "DELETE"})
USUAL = Weight(frozenset(), re.compile(""))


@dataclass(frozen=True)
class Weights:
    """What the calls of a program cost; the first that fits counts."""

    of: Sequence[Weight]

    def weight(self, method: str, path: str) -> Weight:
        return next((each for each in self.of if method in each.methods and each.paths.fullmatch(path)), USUAL)


class TooManyCalls(Problem):
    """More calls than are taken at a time."""

    def __init__(self, wait: float) -> None:
        seconds = whole_seconds(wait)
        super().__init__("TooManyCalls", params={"seconds": seconds}, more_headers={"Retry-After": str(seconds)})


class Rating:
    """Takes what a call costs from the bucket of its address, or refuses it."""

    def __init__(self, app: ASGIApp, weights: Weights, proxies: Networks, refused: Refusing = with_a_document) -> None:
        self._app = app
        self._weights = weights
        self._proxies = proxies
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        rates: Rates = scope["app"].state.runtime.rates
        address = calls_from(scope, self._proxies).address
        scope.setdefault("state", {})[FROM] = address
        weight = self._weights.weight(scope["method"], scope["path"])
        if wait := _wait_of_address(rates, scope, address, weight):
            refusal = await self._refused(Request(scope), TooManyCalls(wait))
            await refusal(scope, receive, send)
            return
        scope["state"][Weight] = weight
        await self._app(scope, receive, send)


def _wait_of_address(rates: Rates, scope: Scope, address: str, weight: Weight) -> float:
    if weight.cost and (wait := rates.take(Limit.ADDRESSES, address, weight.cost)):
        return wait
    if weight.limit is Limit.LOGINS:
        return rates.take(Limit.LOGINS, address)
    sends_a_token = any(name == b"authorization" for name, _ in scope["headers"])
    if sends_a_token and (wait := rates.wait(Limit.TOKENS, address)):
        rates.refused(Limit.TOKENS)
        return wait
    return 0.0


def is_called_by(request: Request, rates: Rates, account_id: str) -> None:
    """The call is this account's. Raises TooManyCalls."""
    weight: Weight | None = request.scope.get("state", {}).get(Weight)
    if weight is None:
        return
    if weight.cost and (wait := rates.take(Limit.ACCOUNTS, account_id, weight.cost)):
        raise TooManyCalls(wait)
    if weight.limit in (Limit.FILINGS, Limit.UPLOADS) and (wait := rates.take(weight.limit, account_id)):
        raise TooManyCalls(wait)


def sent_no_token(request: Request, rates: Rates) -> None:
    """What the caller sent as a token or a secret was none."""
    address = request.scope.get("state", {}).get(FROM)
    if address is not None:
        rates.took(Limit.TOKENS, address)
