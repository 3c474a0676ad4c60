"""Who files an opening outside the platform (平台外开放备案): a body, of its own data. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from models import refusals as r
from models.who_may_act import lets_file
from rules.procedure_rules import PROVIDER, ProcedureRules


def may_file_of(
    rules: ProcedureRules, roles: Collection[str], body: str | None, role: str | None, bodies: Mapping[str, str]
) -> None:
    """A reviewer of the provider whose data it is; `role` is that of the caller's body in the city. Raises
    NotYourDataset, RoleRequired."""
    if role == PROVIDER and body != bodies[PROVIDER]:
        raise r.NotYourDataset(field="dataset_id")
    lets_file(rules, roles, body, bodies)
