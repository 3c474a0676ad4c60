"""Bearer tokens of the issuer that the embedded stack brings: JSON Web Tokens signed with Ed25519, by a key in the data
folder or elsewhere; and what is asked of every token, whoever issued it."""

from __future__ import annotations

import math
import os
import re
import secrets
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from activities.directory.bearer import Bearer

if TYPE_CHECKING:
    from activities.settings import Settings

ALGORITHM = "EdDSA"
ISSUER = "urn:kaifang:issuer"
AUDIENCE = "urn:kaifang:api"
CLAIMS = ["iss", "aud", "sub", "iat", "exp"]
LEEWAY = timedelta(seconds=30)
"""How much the clock of an issuer on another machine may differ."""
SECRET_BYTES = 32
SECRET = re.compile(r"[!-~]{16,200}")
LONGEST_LIFE = timedelta(days=30)
"""Of a token of this issuer, unless the settings say otherwise."""
LONGEST_TOKEN = 16_384
"""Characters; the header of a call has no more room anyhow."""
SUBJECT = re.compile(r"[!-~]{1,200}")
"""What an account id can look like; no other text becomes part of a question to PostgreSQL."""
JTI = re.compile(r"[!-~]{1,255}")


class TokenRefused(Exception):
    """The token was not issued by this issuer for this service, or it has expired."""


class SecretUnusable(Exception):
    """The file holds no secret; the message names the file."""


class KeyUnusable(Exception):
    """The key file holds no Ed25519 key in PEM; the message names the file."""


def signing_key(file: Path) -> Ed25519PrivateKey:
    """The private key in this file, readable by its owner alone; made now if there is none.

    Of two processes that make it at once, both get the one key that stays. Raises KeyUnusable, OSError.
    """
    if not file.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _make(file, pem)
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{file} holds no Ed25519 private key")
    return key


def secret_in(file: Path) -> str:
    """The secret in this file, readable by its owner alone; made now if there is none. Raises SecretUnusable,
    OSError."""
    if not file.exists():
        _make(file, secrets.token_urlsafe(SECRET_BYTES).encode())
    secret = file.read_text(encoding="ascii", errors="replace").strip()
    if not SECRET.fullmatch(secret):
        raise SecretUnusable(f"{file} holds no secret of 16 to 200 letters, digits and signs")
    return secret


def _make(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp gives the mode 0600; a link appears whole or not at all, and never replaces a key that is there.
    descriptor, unfinished = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        Path(file).hardlink_to(unfinished)
    except FileExistsError:
        pass
    finally:
        Path(unfinished).unlink()


def verification_key(settings: Settings) -> Ed25519PublicKey:
    """The public key by which tokens are checked. Raises KeyUnusable, OSError."""
    if settings.issuer_public_key is None:
        return signing_key(settings.signing_key_file).public_key()
    key = load_pem_public_key(settings.issuer_public_key.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"{settings.issuer_public_key} holds no Ed25519 public key")
    return key


def issue(key: Ed25519PrivateKey, account_id: str, valid_for: timedelta) -> str:
    """A token for this account, from now on."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": account_id,
        "iat": now,
        "exp": now + int(valid_for.total_seconds()),
        "jti": secrets.token_hex(16),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM)


def bearer_of(token: str, key: Ed25519PublicKey, longest: timedelta = LONGEST_LIFE) -> Bearer:
    """For whom the token was issued. Raises TokenRefused."""
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            leeway=LEEWAY,
            options={"require": CLAIMS},
        )
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, RecursionError) as reason:
        raise TokenRefused(type(reason).__name__) from reason
    return bearer(claims, longest, None, SUBJECT)


def bearer(claims: Mapping[str, Any], longest: timedelta, issuer: str | None, subject: re.Pattern[str]) -> Bearer:
    """What claims say that are believed: bounded, and of a token that lives no longer than any may. Raises
    TokenRefused."""
    issued_at, expires_at = _instant(claims, "iat"), _instant(claims, "exp")
    if expires_at - issued_at > longest.total_seconds():
        raise TokenRefused("it lives longer than a token may")
    sub, jti = claims.get("sub"), claims.get("jti")
    if not isinstance(sub, str) or not subject.fullmatch(sub):
        raise TokenRefused("sub is no account")
    if jti is not None and (not isinstance(jti, str) or not JTI.fullmatch(jti)):
        raise TokenRefused("jti is no name of a token")
    return Bearer(sub, issuer, datetime.fromtimestamp(issued_at, UTC), jti)


def _instant(claims: Mapping[str, Any], name: str) -> float:
    said = claims.get(name)
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said) or not 0 <= said < 2**33:
        raise TokenRefused(f"{name} is no instant")
    return float(said)
