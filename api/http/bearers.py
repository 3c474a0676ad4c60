"""Who calls the API, by the token that came with the call: of the OpenID provider, or of the embedded stack's issuer.

Where a provider is set, the issuer whose key lies in the data folder is believed on this machine alone: whoever can
read that file could otherwise be anybody.
"""

from __future__ import annotations

import re
import time
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from activities.settings import Settings, SettingsError
from api.http.provider import IssuerAway, Provider
from api.http.tokens import (
    ISSUER,
    LEEWAY,
    LONGEST_LIFE,
    LONGEST_TOKEN,
    TokenRefused,
    bearer,
    bearer_of,
    verification_key,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from activities.directory.bearer import Bearer

__all__ = ["Bearers", "IssuerAway", "TokenRefused"]

LONGEST_OF_A_PROVIDER = timedelta(days=1)
SUBJECT = re.compile(r"[!-~]{1,255}")
"""As the standard has it."""
NO_ACCESS_TOKENS = frozenset({"logout+jwt", "id_token+jwt", "dpop+jwt", "secevent+jwt"})


class Bearers:
    """Whom the service believes."""

    def __init__(self, settings: Settings) -> None:
        self.audience = settings.oidc_audience
        self.provider = Provider(settings.oidc_issuer) if settings.oidc_issuer else None
        self.key: Ed25519PublicKey | None = None
        if self.provider is None or is_of_this_machine(settings):
            self.key = verification_key(settings)
        said = timedelta(seconds=settings.token_life) if settings.token_life is not None else None
        self.longest_of_ours = said or LONGEST_LIFE
        self.longest_of_the_provider = said or LONGEST_OF_A_PROVIDER

    async def close(self) -> None:
        if self.provider is not None:
            await self.provider.close()

    async def believed(self, token: str) -> Bearer:
        """For whom the token was issued; whether it is void, the directory says. Raises TokenRefused, IssuerAway."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefused("it is too long")
        if self.provider is None or (self.key is not None and _claims_to_be_ours(token)):
            assert self.key is not None
            return bearer_of(token, self.key, self.longest_of_ours)
        header, claims = await self.provider.signed(token)
        if str(header.get("typ", "")).lower() in NO_ACCESS_TOKENS or "events" in claims:
            raise TokenRefused("it is for another use")
        self._must_be_for_us(claims)
        return bearer(claims, self.longest_of_the_provider, self.provider.name, SUBJECT)

    def _must_be_for_us(self, claims: dict[str, Any]) -> None:
        assert self.provider is not None
        leeway = int(LEEWAY.total_seconds())
        registry = JWTClaimsRegistry(
            now=int(time.time()),
            leeway=leeway,
            iss={"essential": True, "value": self.provider.name},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, OverflowError) as error:
            raise TokenRefused(str(error)) from error


def _claims_to_be_ours(token: str) -> bool:
    """Whom the token names as its issuer, which is no proof of it."""
    try:
        said = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, RecursionError):
        return False
    return said.get("iss") == ISSUER


def is_of_this_machine(settings: Settings) -> bool:
    """Whether the service can be reached from this machine alone."""
    return all(is_loopback(host) for host in (settings.host, urlsplit(settings.base_url).hostname or ""))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def issuer_must_be_safe(settings: Settings) -> None:
    """A provider on another machine is asked over TLS, and its tokens for the API are no tokens for the pages. Raises
    SettingsError."""
    issuer = urlsplit(settings.oidc_issuer or "")
    if settings.oidc_issuer and issuer.scheme != "https" and not is_loopback(issuer.hostname or ""):
        raise SettingsError("KAIFANG_OIDC_ISSUER: an issuer on another machine is asked over https")
    if settings.oidc_issuer and settings.oidc_audience == settings.oidc_client_id:
        raise SettingsError("KAIFANG_OIDC_AUDIENCE: a login at the pages is no token for the API: another name")
