"""The OpenID provider at which people log in: asked by authlib, believed where signature and claims hold.

Code flow with PKCE, state and nonce (OpenID Connect Core 1.0), logout at the provider (RP-Initiated Logout 1.0) and by
it (Back-Channel Logout 1.0).
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
from joserfc.errors import InvalidClaimError, JoseError, MissingClaimError

from activities.directory.people import Person, mailbox_of
from activities.settings import Settings, SettingsError
from api.http.provider import WITHIN, IssuerAway, Provider
from api.http.tokens import TokenRefused
from rules.bounds import LONGEST_HEADING
from rules.stating import states_something

LEEWAY = 60
"""Seconds by which the provider's clock may differ."""
LOGOUT_IS_RECENT = 600
"""Seconds: an older logout token may be one that somebody has kept."""
BACKCHANNEL_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
SCOPE = "openid profile email phone"
SUBJECT = re.compile(r"[!-~]{1,255}")
"""As the standard has it."""


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
        self._provider = Provider(self.name)

    async def close(self) -> None:
        await self._http.aclose()
        await self._provider.close()

    async def login_url(self, state: str, nonce: str, verifier: str) -> str:
        """Where somebody logs in. Raises IssuerAway."""
        about = await self._asked()
        url, _ = self._http.create_authorization_url(
            about["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
        return str(url)

    async def logged_in(self, code: str, nonce: str, verifier: str) -> LoggedIn:
        """Who has come back with this code. Raises IssuerAway, TokenRefused."""
        about = await self._asked()
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
        header, claims = await self._provider.signed(id_token)
        params = {"nonce": nonce, "client_id": self._client_id, "access_token": tokens.get("access_token")}
        try:
            CodeIDToken(claims, header, self._expected(), params).validate(now=int(time.time()), leeway=LEEWAY)
        except JoseError as error:
            raise TokenRefused(str(error)) from error
        if not isinstance(claims["sub"], str) or not SUBJECT.fullmatch(claims["sub"]):
            raise TokenRefused("sub")
        said = claims if claims.get("name") else {**await self._userinfo(claims["sub"], tokens), **claims}
        return LoggedIn(person_of(self.name, said), _text(claims.get("sid")), id_token)

    async def logged_out(self, logout_token: str) -> LoggedOut:
        """Whom the provider says that it has logged out. Raises IssuerAway, TokenRefused."""
        _, claims = await self._provider.signed(logout_token)
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
            about = await self._provider.metadata()
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

    async def _asked(self) -> Mapping[str, Any]:
        """What the provider says of itself, with where it is asked. Raises IssuerAway."""
        about = await self._provider.metadata()
        if not all(isinstance(about.get(f"{name}_endpoint"), str) for name in ("authorization", "token")):
            raise IssuerAway("the provider does not say where it is asked")
        return about

    async def _userinfo(self, subject: str, tokens: Mapping[str, Any]) -> dict[str, Any]:
        """Further claims of the provider about the person; none where they are about another one."""
        place = (await self._asked()).get("userinfo_endpoint")
        if not isinstance(place, str):
            return {}
        said = await self._provider.json(place, {"Authorization": f"Bearer {tokens.get('access_token')}"})
        return said if said.get("sub") == subject else {}


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
