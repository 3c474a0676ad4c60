"""What administrators do to the directory: roles that others proposed are confirmed or refused, bodies are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from activities.directory.account_record import By
from activities.directory.bodies import BodyRefused, NewBody, keep_body
from activities.directory.confirming import AdministratorNoMore, NotTheSecond, ProposalUnknown, confirm, refuse
from api.acting.forms.form import Form
from api.http.problems import Problem, invalid
from api.runtime import Runtime
from rules.bounds import Code, Heading


class ConfirmationForm(Form):
    """The proposals that are confirmed, all of them or none."""

    proposals: Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)]


class BodyForm(Form):
    """The body as the directory is to have it; its role, one that the rules of the city know, never changes. `county`
    is the authority of the county that a provider belongs to."""

    role: Code
    name: Heading
    english_name: Heading | None = None
    county: Code | None = None


async def confirm_roles(runtime: Runtime, by: By, form: ConfirmationForm) -> list[str]:
    """The accounts have their roles from now on; their logins. Raises a Problem."""
    try:
        return await confirm(runtime.pool, form.proposals, by)
    except AdministratorNoMore as fact:
        raise Problem("NotFound") from fact
    except ProposalUnknown as fact:
        raise invalid("proposals", "proposal_unknown") from fact
    except NotTheSecond as fact:
        raise invalid("proposals", fact.code, login=fact.login) from fact


async def refuse_role(runtime: Runtime, by: By, proposal: str) -> str:
    """Nobody gains what was proposed; the login of the account. Raises a Problem."""
    try:
        return await refuse(runtime.pool, proposal, by)
    except (AdministratorNoMore, ProposalUnknown) as fact:
        raise Problem("NotFound") from fact


async def put_body(runtime: Runtime, by: By, body: str, form: BodyForm) -> None:
    """The directory has the body. Raises a Problem."""
    try:
        new = NewBody(body, form.role, form.name, form.english_name or form.name, form.county)
        await keep_body(runtime.pool, new, by)
    except BodyRefused as refused:
        raise invalid(refused.field, refused.code) from refused
