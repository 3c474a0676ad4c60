"""Keys of an OpenID provider: several at once, new ones, and what was signed by none of them."""

from __future__ import annotations

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from api.http import provider as of_provider
from api.http.provider import IssuerAway, Provider
from api.http.tokens import TokenRefused

ISSUER = "https://issuer.example"
RSA, EC, ED = RSAKey.generate_key(2048), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")
ALGORITHM = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
CLAIMS = {"iss": ISSUER, "sub": "somebody"}


class Published(Provider):
    """The provider, as what it publishes: these keys, until it is away."""

    def __init__(self, *keys: Key | dict[str, Any]) -> None:
        super().__init__(ISSUER)
        self.keys: list[Key | dict[str, Any]] = list(keys)
        self.asked = 0
        self.is_away = False

    async def json(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        await asyncio.sleep(0)
        if self.is_away:
            raise IssuerAway(url)
        if url.endswith("/.well-known/openid-configuration"):
            return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
        self.asked += 1
        return {"keys": [each if isinstance(each, dict) else public(each) for each in self.keys]}


def public(key: Key) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key.thumbprint()}


def signed(key: Key, **header: Any) -> str:
    known = {"alg": ALGORITHM.get(key.key_type, "HS256"), "kid": key.thumbprint(), **header}
    named = {name: value for name, value in known.items() if value is not None}
    registry = None if key.key_type == "oct" else of_provider.REGISTRY
    return jwt.encode(named, CLAIMS, key, registry=registry)


async def test_each_of_several_keys_is_believed_by_its_name() -> None:
    provider = Published(RSA, EC, ED)
    for key in (RSA, EC, ED):
        assert (await provider.signed(signed(key)))[1] == CLAIMS
    assert provider.asked == 1


async def test_a_token_that_names_no_key_is_believed_by_whichever_has_signed_it() -> None:
    provider = Published(RSA, EC)
    assert (await provider.signed(signed(EC, kid=None)))[1] == CLAIMS
    with pytest.raises(TokenRefused):
        await provider.signed(signed(ED, kid=None))


async def test_a_key_that_is_no_key_spoils_no_other_and_a_shared_secret_is_none() -> None:
    secret = OctKey.generate_key(256)
    shared = {**secret.as_dict(private=True), "kid": secret.thumbprint()}
    provider = Published({"kty": "AKP", "kid": "new"}, {"kty": "RSA"}, {"kid": 3}, shared, RSA)
    assert (await provider.signed(signed(RSA)))[1] == CLAIMS
    with pytest.raises(TokenRefused):
        await provider.signed(signed(secret))


async def test_a_new_key_is_fetched_once_however_many_tokens_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Published(RSA)
    await provider.signed(signed(RSA))
    monkeypatch.setattr(of_provider, "KEYS_EVERY", 0.0)
    provider.keys = [EC]
    found = await asyncio.gather(*(provider.signed(signed(EC)) for _ in range(50)))
    assert [claims for _, claims in found] == [CLAIMS] * 50
    assert provider.asked == 2
    with pytest.raises(TokenRefused):
        await provider.signed(signed(RSA))


async def test_tokens_that_name_unknown_keys_make_nobody_ask_the_provider_again_and_again() -> None:
    provider = Published(RSA)
    await provider.signed(signed(RSA))
    for number in range(50):
        with pytest.raises(TokenRefused):
            await provider.signed(signed(EC, kid=str(number)))
    assert provider.asked == 1


async def test_while_the_provider_is_away_its_keys_are_believed_and_no_call_waits() -> None:
    provider = Published(RSA)
    await provider.signed(signed(RSA))
    provider.is_away = True
    provider._fetched_at = provider._tried_at = time.monotonic() - of_provider.AN_HOUR
    for _ in range(3):
        assert (await provider.signed(signed(RSA)))[1] == CLAIMS
    provider._fetched_at = time.monotonic() - of_provider.A_DAY
    with pytest.raises(IssuerAway):
        await provider.signed(signed(RSA))
    await provider.close()


async def test_whoever_comes_first_while_the_provider_is_away_hears_so_at_once() -> None:
    provider = Published(RSA)
    provider.is_away = True
    for _ in range(3):
        with pytest.raises(IssuerAway):
            await provider.signed(signed(RSA))
    assert provider.asked == 0


def made_up(header: str, payload: str = json.dumps(CLAIMS), signature: str = "AAAA") -> str:
    return ".".join([*(urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in (header, payload)), signature])


def signed_with_what_is_public(key: RSAKey) -> str:
    unsigned = made_up(json.dumps({"alg": "HS256", "kid": key.thumbprint()})).rpartition(".")[0]
    digest = hmac.digest(key.as_pem(private=False), unsigned.encode(), "sha256")
    return f"{unsigned}.{urlsafe_b64encode(digest).decode().rstrip('=')}"


NO_TOKENS = {
    "none": made_up('{"alg":"none"}', signature=""),
    "none, and the key": made_up(json.dumps({"alg": "none", "kid": RSA.thumbprint()}), signature=""),
    "None": made_up('{"alg":"NoNe"}'),
    "a public key as a secret": signed_with_what_is_public(RSA),
    "another's key": signed(RSAKey.generate_key(2048), kid=RSA.thumbprint()),
    "a key that it brings": signed(EC, kid=RSA.thumbprint(), jwk=public(EC)),
    "an extension": made_up(json.dumps({"alg": "RS256", "kid": RSA.thumbprint(), "crit": ["x"], "x": 1})),
    "no text": "",
    "dots": "..",
    "no letters": "\x00.\x00.\x00",
    "no header": made_up("null"),
    "a list": made_up("[]"),
    "deep": made_up('{"alg":"RS256","x":' + "[" * 1500 + "]" * 1500 + "}"),
    "a list of algorithms": made_up('{"alg":["RS256"]}'),
    "a key of no name": made_up('{"alg":"RS256","kid":{"a":1}}'),
    "a nul": made_up('{"alg":"RS256","kid":"\\u0000"}'),
    "encrypted": made_up('{"alg":"dir","enc":"A128GCM"}') + ".AAAA.AAAA",
    "half a letter": made_up('{"alg":"RS256","kid":"\\ud800"}'),
}


@pytest.mark.parametrize("name", NO_TOKENS)
async def test_what_the_provider_has_not_signed_is_refused(name: str) -> None:
    provider = Published(RSA)
    with pytest.raises(TokenRefused):
        await provider.signed(NO_TOKENS[name])
