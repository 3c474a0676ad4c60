"""The OpenID provider at which people log in: asked by authlib, believed where signature and claims hold.

Code flow with PKCE, state and nonce (OpenID Connect Core 1.0), logout at the provider (RP-Initiated Logout 1.0) and by
it (Back-Channel Logout 1.0). What the provider says of itself is asked for anew every hour; a key that is not known
makes its keys be fetched anew.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidClaimError, InvalidKeyIdError, JoseError, MissingClaimError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from activities.directory.people import Person, mailbox_of
from activities.settings import Settings, SettingsError
from rules.bounds import LONGEST_HEADING
from rules.stating import states_something

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures by a key that only the provider has: never by a secret that we share, nor none at all."""
LEEWAY = 60
"""Seconds by which the provider's clock may differ."""
WITHIN = 10.0
"""Seconds that the provider has for an answer."""
AN_HOUR = 3600.0
KEYS_EVERY = 5.0
"""Seconds between two fetches of the keys, however many tokens name an unknown key."""
LOGOUT_IS_RECENT = 600
"""Seconds: an older logout token may be one that somebody has kept."""
BACKCHANNEL_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
SCOPE = "openid profile email phone"
SUBJECT = re.compile(r"[!-~]{1,255}")
"""As the standard has it."""


class IssuerAway(Exception):
    """The provider does not answer, or not as one."""


class TokenRefused(Exception):
    """The token is not from the provider, not for us, or not valid now."""


@dataclass(frozen=True)
class LoggedIn:
    """Somebody whom the provider has let in; `sid` is what it calls the session."""

    person: Person
    sid: str | None
    id_token: str


@dataclass(frozen=True)
class LoggedOut:
    """Whom the provider has logged out: one of its sessions, or all of a subject."""

    subject: str | None
    sid: str | None


class Issuer:
    """The provider, as the pages know it."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer
        assert settings.oidc_client_id
        self.name = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        self._comes_back_to = f"{settings.pages_url}/login/callback"
        self._after_logout = f"{settings.pages_url}/"
        self._http = AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=secret_of(settings),
            redirect_uri=self._comes_back_to,
            scope=SCOPE,
            code_challenge_method="S256",
            timeout=WITHIN,
            follow_redirects=False,
            trust_env=False,
        )
        self._about: Mapping[str, Any] = {}
        self._asked_at = -AN_HOUR
        self._keys = KeySet([])
        self._fetched_at = -AN_HOUR

    async def close(self) -> None:
        await self._http.aclose()

    async def login_url(self, state: str, nonce: str, verifier: str) -> str:
        """Where somebody logs in. Raises IssuerAway."""
        about = await self._metadata()
        url, _ = self._http.create_authorization_url(
            about["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
        return str(url)

    async def logged_in(self, code: str, nonce: str, verifier: str) -> LoggedIn:
        """Who has come back with this code. Raises IssuerAway, TokenRefused."""
        about = await self._metadata()
        try:
            tokens = await self._http.fetch_token(
                about["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except OAuthError as error:
            raise TokenRefused(f"the code is refused: {error.error}") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise IssuerAway("no tokens") from error
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise TokenRefused("no id token")
        header, claims = await self._signed(id_token)
        params = {"nonce": nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")}
        try:
            CodeIDToken(claims, header, self._expected(), params).validate(now=int(time.time()), leeway=LEEWAY)
        except JoseError as error:
            raise TokenRefused(str(error)) from error
        if not SUBJECT.fullmatch(claims["sub"]):
            raise TokenRefused("sub")
        said = claims if claims.get("name") else {**await self._userinfo(claims["sub"], tokens), **claims}
        return LoggedIn(person_of(self.name, said), _text(claims.get("sid")), id_token)

    async def logged_out(self, logout_token: str) -> LoggedOut:
        """Whom the provider says that it has logged out. Raises IssuerAway, TokenRefused."""
        _, claims = await self._signed(logout_token)
        now = int(time.time())
        try:
            for name in ("iss", "aud", "iat", "jti", "events"):
                if name not in claims:
                    raise MissingClaimError(name)
            registry = jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY, **self._expected())
            registry.validate(claims)
            events = claims["events"]
            if not isinstance(events, dict) or not isinstance(events.get(BACKCHANNEL_LOGOUT), dict):
                raise InvalidClaimError("events")
            if "nonce" in claims:  # an id token is no logout token
                raise InvalidClaimError("nonce")
            if claims["iat"] < now - LOGOUT_IS_RECENT:
                raise InvalidClaimError("iat")
            if not (_text(claims.get("sub")) or _text(claims.get("sid"))):
                raise MissingClaimError("sub")
        except JoseError as error:
            raise TokenRefused(str(error)) from error
        return LoggedOut(_text(claims.get("sub")), _text(claims.get("sid")))

    async def logout_url(self, id_token: str | None) -> str | None:
        """Where somebody is logged out at the provider too; None where it has no such place, or is away."""
        try:
            about = await self._metadata()
        except IssuerAway:
            return None
        place = about.get("end_session_endpoint")
        if not isinstance(place, str):
            return None
        query = {"post_logout_redirect_uri": self._after_logout, "client_id": self._client_id}
        if id_token:
            query["id_token_hint"] = id_token
        return f"{place}{'&' if '?' in place else '?'}{urlencode(query)}"

    def _expected(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self.name},
            "aud": {"essential": True, "value": self._client_id},
        }

    async def _signed(self, token: str) -> tuple[Mapping[str, Any], dict[str, Any]]:
        """Header and claims of a token that the provider has signed, whatever its claims are."""
        try:
            try:
                found = self._decoded(token, await self._known_keys())
            except (InvalidKeyIdError, BadSignatureError):  # a key that has a name, or has none, may be new
                found = self._decoded(token, await self._known_keys(anew=True))
        except (JoseError, ValueError) as error:
            raise TokenRefused(type(error).__name__) from error
        return found.header, found.claims

    def _decoded(self, token: str, keys: KeySet) -> jwt.Token:
        registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        return jwt.decode(token, keys, registry=registry)

    async def _metadata(self) -> Mapping[str, Any]:
        if time.monotonic() - self._asked_at >= AN_HOUR:
            about = await self._json(f"{self.name.rstrip('/')}/.well-known/openid-configuration")
            if about.get("issuer") != self.name:
                raise IssuerAway("the provider calls itself otherwise")
            named = [about.get(f"{name}_endpoint") for name in ("authorization", "token")]
            if not all(isinstance(each, str) for each in [*named, about.get("jwks_uri")]):
                raise IssuerAway("the provider does not say where it is asked")
            self._about, self._asked_at = about, time.monotonic()
        return self._about

    async def _known_keys(self, *, anew: bool = False) -> KeySet:
        age = time.monotonic() - self._fetched_at
        if age >= (KEYS_EVERY if anew else AN_HOUR):
            about = await self._metadata()
            try:
                self._keys = KeySet.import_key_set(await self._json(about["jwks_uri"]))  # type: ignore[arg-type]  # as it comes
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise IssuerAway("the provider's keys are none") from error
            self._fetched_at = time.monotonic()
        return self._keys

    async def _userinfo(self, subject: str, tokens: Mapping[str, Any]) -> dict[str, Any]:
        """Further claims of the provider about the person; none where they are about another one."""
        place = self._about.get("userinfo_endpoint")
        if not isinstance(place, str):
            return {}
        said = await self._json(place, {"Authorization": f"Bearer {tokens.get('access_token')}"})
        return said if said.get("sub") == subject else {}

    async def _json(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = await self._http.request("GET", url, withhold_token=True, headers=dict(headers or {}))
            answer.raise_for_status()
            said = answer.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise IssuerAway(f"{url}: {type(error).__name__}") from error
        if not isinstance(said, dict):
            raise IssuerAway(f"{url}: no object")
        return said


def person_of(issuer: str, claims: Mapping[str, Any]) -> Person:
    """The person of the claims; a mailbox or a number that the provider has not checked is left out."""
    mailbox = _text(claims.get("email")) if claims.get("email_verified") is True else None
    number = _text(claims.get("phone_number")) if claims.get("phone_number_verified") is True else None
    return Person(
        issuer=issuer,
        subject=str(claims["sub"]),
        name=_text(claims.get("name")),
        organisation=_text(claims.get("organization")),
        contact=mailbox or number,
        mailbox=mailbox_of(mailbox) if mailbox else None,
    )


def _text(said: object) -> str | None:
    """A text on one line in which something can be seen."""
    if not isinstance(said, str):
        return None
    line = " ".join("".join(each if each.isprintable() else " " for each in said).split())[:LONGEST_HEADING]
    return line if states_something(line) else None


def secret_of(settings: Settings) -> str | None:
    """The secret of the pages at the provider. Raises SettingsError."""
    file = settings.oidc_client_secret_file
    if file is None:
        return None
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"KAIFANG_OIDC_CLIENT_SECRET_FILE: {file} cannot be read ({error.strerror})") from error
    if not secret:
        raise SettingsError(f"KAIFANG_OIDC_CLIENT_SECRET_FILE: {file} is empty")
    return secret
