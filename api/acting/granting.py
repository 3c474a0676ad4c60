"""What is done to a grant: acts on its case, and keys that are shown once."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated, Any

from pydantic import Field

from api.acting.forms.deciding import RevocationForm
from api.acting.receiving import ActShown, Receiver
from api.http.problems import Problem
from models.acts import IssueKey, Renounce, Revoke
from reading.grants import questions as grants
from reading.grants.sight import is_grant
from reading.store import Store

KEY_PREFIX = "kf_"
KEY_BYTES = 32


class KeyShown(ActShown):
    """How the issue of a key stands. Only its digest is kept, so the key is shown once."""

    key: Annotated[str | None, Field(description="null where a call is repeated: the key was shown before")]


async def of_a_grant(receiver: Receiver, case_id: str) -> dict[str, Any]:
    """What every act of this call on a grant carries. Raises a Problem if the case is no grant, or the caller may not
    know of it."""
    case = await receiver.case(case_id)
    if not is_grant(case):
        raise Problem("NotFound")
    return receiver.fields(case.case_id)


async def new_key(receiver: Receiver, store: Store, case_id: str) -> KeyShown:
    """A new key for the grant; a call that is repeated is answered without it. Raises a Problem."""
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    act = IssueKey(**await of_a_grant(receiver, case_id), key_digest=hashlib.sha256(key.encode()).hexdigest())
    answered = await receiver.receive(act)
    is_new = await grants.issued(store, act.id, act.key_digest)
    return KeyShown(**dict(answered), key=key if is_new else None)


async def renounce(receiver: Receiver, case_id: str) -> ActShown:
    """The grantee gives the grant back. Raises a Problem."""
    return await receiver.receive(Renounce(**await of_a_grant(receiver, case_id)))


async def revoke(receiver: Receiver, case_id: str, form: RevocationForm) -> ActShown:
    """A body ends the grant before its time. Raises a Problem."""
    act = Revoke(**await of_a_grant(receiver, case_id), given=form.given(frozenset({"reason"})))
    return await receiver.receive(act, form.said())
