"""A second administrator, without whom nobody gains an officer's role."""

from __future__ import annotations

import json

import httpx

from activities.database import Pool
from api.http.tokens import issue, signing_key
from cli.token import VALID_FOR
from tests.api.calling import Caller, Service

SECOND = "second@kaifang"


async def second_administrator(pool: Pool, login: str = SECOND) -> str:
    """The id of another administrator's account."""
    await pool.execute(
        "insert into accounts (account_id, login, name, roles) values ($1, $2, $3, '{admin}')",
        f"acc_{login}",
        login,
        json.dumps({"zh": login, "en": login}),
    )
    return f"acc_{login}"


async def as_second(service: Service, pool: Pool) -> Caller:
    """The other administrator, with a token."""
    account_id = await second_administrator(pool)
    return Caller(service.http, issue(signing_key(service.settings.signing_key_file), account_id, VALID_FOR))


async def confirm_all(admin: Caller) -> httpx.Response:
    """The answer to the confirmation of all that waits."""
    waiting = (await admin.read("/v1/role-proposals"))["items"]
    return await admin.post("/v1/role-proposals/confirmation", {"proposals": [each["proposal_id"] for each in waiting]})
