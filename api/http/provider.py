"""An OpenID provider: what it says of itself, its keys, and what it has signed, believed where the signature holds.

What it says is asked for anew every hour, beside the calls that go by what it said before; a key that is not known
makes its keys be fetched anew, now and then. No call waits for the network but the first, and who names a new key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import JWKRegistry, Key, KeySet
from joserfc.jws import JWSRegistry

from api.http.tokens import TokenRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key that only the provider has: never by a secret that we share, nor none at all."""
WITHIN = 10.0
"""Seconds that the provider has for an answer."""
AN_HOUR = 3600.0
A_DAY = 24 * AN_HOUR
"""So long its keys are believed while it does not answer."""
KEYS_EVERY = 5.0
"""Seconds between two fetches of the keys, however many tokens name an unknown key."""
MOST_KEYS = 50
LONGEST_HEADER = 4096
"""Bytes: some providers put the certificate of their key into it."""
NO_TOKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What reading a text raises that is no token, however it was made up."""


class Signatures(JWSRegistry):
    """The signatures that are believed, and no others; that one of them has a newer name is nobody's fault here."""

    max_header_length = LONGEST_HEADER

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(f"the algorithm {name!r} is not believed")
        return self.algorithms[name]


REGISTRY = Signatures(algorithms=ALGORITHMS, strict_check_header=False)


class IssuerAway(Exception):
    """The provider does not answer, or not as one."""


class Provider:
    """The provider of that name, as programs ask it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._http = httpx2.AsyncClient(timeout=WITHIN, follow_redirects=False, trust_env=False)
        self._about: Mapping[str, Any] = {}
        self._asked_at = -A_DAY
        self._keys = KeySet([])
        self._fetched_at = -A_DAY
        self._tried_at = -A_DAY
        self._under_way: asyncio.Task[None] | None = None

    async def close(self) -> None:
        if self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)
        await self._http.aclose()

    async def metadata(self) -> Mapping[str, Any]:
        """What the provider says of itself. Raises IssuerAway."""
        if time.monotonic() - self._asked_at >= AN_HOUR:
            about = await self.json(f"{self.name.rstrip('/')}/.well-known/openid-configuration")
            if about.get("issuer") != self.name:
                raise IssuerAway("the provider calls itself otherwise")
            if not isinstance(about.get("jwks_uri"), str):
                raise IssuerAway("the provider does not say where its keys are")
            self._about, self._asked_at = about, time.monotonic()
        return self._about

    async def signed(self, token: str) -> tuple[Mapping[str, Any], dict[str, Any]]:
        """Header and claims of a token that the provider has signed, whatever its claims are. Raises TokenRefused,
        IssuerAway."""
        try:
            try:
                found = _decoded(token, await self._known_keys())
            except (InvalidKeyIdError, BadSignatureError):  # a key that has a name, or has none, may be new
                found = _decoded(token, await self._keys_anew())
        except NO_TOKEN as error:
            raise TokenRefused(type(error).__name__) from error
        if not isinstance(found.claims, dict):
            raise TokenRefused("no claims")
        return found.header, found.claims

    async def json(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What it answers there. Raises IssuerAway."""
        try:
            answer = await self._http.get(url, headers=dict(headers or {}))
            answer.raise_for_status()
            said = answer.json()
        except (httpx2.HTTPError, ValueError, RecursionError) as error:
            raise IssuerAway(f"{url}: {type(error).__name__}") from error
        if not isinstance(said, dict):
            raise IssuerAway(f"{url}: no object")
        return said

    async def _known_keys(self) -> KeySet:
        age = time.monotonic() - self._fetched_at
        if age >= A_DAY:
            await self._fetched()
        elif age >= AN_HOUR and self._may_try():
            self._fetching()
        return self._keys

    async def _keys_anew(self) -> KeySet:
        if self._under_way is not None or self._may_try():
            await self._fetched()
        return self._keys

    def _may_try(self) -> bool:
        return time.monotonic() - self._tried_at >= KEYS_EVERY

    async def _fetched(self) -> None:
        """The keys are as the provider has them now; of many who ask at once one asks it. Raises IssuerAway."""
        if self._under_way is None and not self._may_try():
            raise IssuerAway("the provider did not answer a moment ago")
        await asyncio.shield(self._fetching())

    def _fetching(self) -> asyncio.Task[None]:
        if self._under_way is None:
            self._tried_at = time.monotonic()
            self._under_way = asyncio.create_task(self._fetch())
            self._under_way.add_done_callback(self._has_fetched)
        return self._under_way

    def _has_fetched(self, task: asyncio.Task[None]) -> None:
        self._under_way = None
        if not task.cancelled():
            task.exception()  # whoever waits for it hears of it; nobody need wait

    async def _fetch(self) -> None:
        about = await self.metadata()
        keys = _keys_of(await self.json(about["jwks_uri"]))
        if not keys:
            raise IssuerAway("the provider's keys are none")
        self._keys, self._fetched_at = keys, time.monotonic()


def _keys_of(said: Mapping[str, Any]) -> KeySet:
    """The public keys by which it signs; what is no key that we know is left out, and so is every secret that is
    shared."""
    listed = said.get("keys")
    found: list[Key] = []
    for each in listed[:MOST_KEYS] if isinstance(listed, list) else ():
        if not isinstance(each, dict) or each.get("kty") == "oct" or each.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(each)
        except NO_TOKEN:
            continue
        found.append(key)
    return KeySet(found)


def _decoded(token: str, keys: KeySet) -> jwt.Token:
    """The token, by the key that it names; by whichever fits, where it names none."""
    try:
        return jwt.decode(token, keys, registry=REGISTRY)
    except InvalidKeyIdError:
        for key in keys.keys:
            try:
                found = jwt.decode(token, key, registry=REGISTRY)
            except NO_TOKEN:
                continue
            if "kid" not in found.header:
                return found
        raise
