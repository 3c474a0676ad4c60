"""A browser on its way to the provider and back: what has to be the same when it comes back, once.

It lies in PostgreSQL, encrypted with a key that only the browser has, in a cookie.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken

from activities.database import Pool
from activities.directory import sessions

COOKIE = "login"
LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Leaving:
    """`back` is the page of ours from which somebody left, in its language; `link` the token of the link to an account
    that was followed."""

    state: str
    nonce: str
    verifier: str
    back: str
    link: str | None = None


def leaving(back: str, link: str | None = None) -> Leaving:
    """What nobody can guess."""
    return Leaving(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back, link)


async def remember(pool: Pool, it: Leaving, now: datetime) -> str:
    """The cookie by which the browser is known when it comes back."""
    key = Fernet.generate_key()
    content = Fernet(key).encrypt(json.dumps(asdict(it)).encode())
    await sessions.remember_login(pool, key, content, now + LASTS)
    return key.decode()


async def come_back(pool: Pool, cookie: str, state: str, now: datetime) -> Leaving | None:
    """What was remembered for this browser, and is forgotten now; None where it is not the same, or too late."""
    key = cookie.encode()
    content = await sessions.remembered_login(pool, key, now)
    if content is None:
        return None
    try:
        it = Leaving(**json.loads(Fernet(key).decrypt(content)))
    except (InvalidToken, ValueError, TypeError):
        return None
    return it if secrets.compare_digest(it.state.encode(), state.encode()) else None
