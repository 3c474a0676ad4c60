"""Delegated access: the holder of a grant lets somebody use it, takes that back, and whoever may use it gets a key."""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated

from pydantic import Field, StringConstraints

from api.acting.forms.form import Calls, Form
from api.acting.granting import KEY_BYTES, KEY_PREFIX, of_a_grant
from api.acting.real_names import delegate_must_be_known
from api.acting.receiving import ActShown, Receiver
from api.http.moments import Day
from api.http.problems import Problem, invalid
from models.acts import Delegate, IssueDelegatedKey, RevokeDelegation
from reading.directory import questions as directory
from reading.grants import delegated, questions
from reading.grants.delegated import MATTER
from reading.shape import Instant, Shape
from reading.sight import Caller
from reading.store import Store
from rules.bounds import Code, Prose


class DelegationForm(Form):
    """Whom a grant is delegated to (`to`: a login), for which `matter`, how often in total, and until which day, that
    day included. The law demands all three."""

    to: Annotated[Code, StringConstraints(min_length=1)]
    matter: Prose | None = None
    accesses: Calls | None = None
    last_day: Day | None = None


class DelegatedKeyShown(Shape):
    """A key by which the grant of somebody else may be used. Only its digest is kept, so it is shown once."""

    delegation_id: str
    act_id: str
    received_at: Instant
    key: Annotated[str | None, Field(description="null where a call is repeated: the key was shown before")]


async def delegate(receiver: Receiver, store: Store, case_id: str, form: DelegationForm) -> ActShown:
    """The holder lets somebody use the grant. Raises a Problem."""
    known = await of_a_grant(receiver, case_id)
    if before := await receiver.received_before(form.said()):
        return before
    account = await directory.applicant(store, form.to)
    if account is None:
        raise invalid("to", "account_unknown", given=form.to)
    delegate_must_be_known(directory.is_known(account), (await receiver.case(case_id)).city, await store.now())
    act = Delegate(
        **known,
        to=account.account_id,
        accesses=form.accesses,
        last_day=form.last_day,
        given=form.given(frozenset({MATTER})),
    )
    return await receiver.receive(act, form.said())


async def take_back(receiver: Receiver, case_id: str, delegation_id: str) -> ActShown:
    """The holder takes a delegation back. Raises a Problem."""
    return await receiver.receive(RevokeDelegation(**await of_a_grant(receiver, case_id), delegation=delegation_id))


async def key_of(receiver: Receiver, store: Store, caller: Caller, delegation_id: str) -> DelegatedKeyShown:
    """A key for the delegate, in place of any before; a call that is repeated is answered without it. Raises a Problem:
    nobody else learns that there is such a delegation."""
    case_id = await delegated.grant_of_own(store, caller, delegation_id)
    if case_id is None:
        raise Problem("NotFound")
    key = KEY_PREFIX + secrets.token_urlsafe(KEY_BYTES)
    act = IssueDelegatedKey(
        **receiver.fields(case_id), delegation=delegation_id, key_digest=hashlib.sha256(key.encode()).hexdigest()
    )
    answered = await receiver.receive(act)
    is_new = await questions.issued(store, act.id, act.key_digest)
    return DelegatedKeyShown(
        delegation_id=delegation_id,
        act_id=act.id,
        received_at=answered.received_at,
        key=key if is_new else None,
    )
