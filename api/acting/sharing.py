"""Filing a sharing request (共享申请) under the law of its city on the day of receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from activities.record.filings import Filing
from api.acting.filing import PROVIDER, Filer, Subject, judge, rules_in_force_at
from api.acting.forms.filing import SharingForm
from api.acting.refusals import refused_before_receipt
from api.http.problems import Problem, wrongs
from models.sharing import DEPARTMENT, REQUESTER, class_of, who_asks, why_not_shared
from reading.cases.shapes import CaseShown
from reading.sight import Caller
from rules.admissibility import chosen
from rules.pinned import Label
from rules.procedure_names import SHARING_REQUEST
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import ASKED_BY, SHARING_CLASS

PATH = "/v1/sharing-requests"
NOT_SAID = Label(zh="目录未写明", en="the catalogue names none")


@dataclass(frozen=True)
class Judged:
    """A request that can be received: its rules, what it is by what the service knows of it, and whose it is."""

    rules: ProcedureRules
    choices: Mapping[str, str]
    bodies: Mapping[str, str]
    for_body: str | None


def judge_sharing(form: SharingForm, at: datetime, subject: Subject, caller: Caller) -> Judged:
    """How the request is received. Raises a Problem that names every reason why it cannot be."""
    rules = rules_in_force_at(form.city, SHARING_REQUEST, at)
    body = caller.body_in(form.city)
    with refused_before_receipt():
        asked_by = who_asks(rules, caller.roles, body, caller.body_role, subject.bodies[PROVIDER])
    entry = subject.dataset.entry
    limits = {name: said_of(entry, f"sharing_{name}") for name in ("reason", "basis")}
    if refused := why_not_shared(rules, asked_by, class_of(entry), limits):
        raise Problem("Inadmissible", errors=wrongs([refused], rules))
    stated = {**form.stated(), ASKED_BY: asked_by, SHARING_CLASS: class_of(entry)}
    judge(rules, stated, subject.dataset, at)
    for_body = body if asked_by == DEPARTMENT else None
    bodies = {**subject.bodies, **({REQUESTER: for_body} if for_body else {})}
    return Judged(rules, chosen(rules, stated), rules.with_a_part(bodies), for_body)


def said_of(entry: Mapping[str, object], field: str) -> Label:
    """What an entry says of itself, in both languages."""
    said = entry.get(field)
    return Label.model_validate(said) if said else NOT_SAID


async def receive_sharing_request(filer: Filer, caller: Caller, form: SharingForm, key: str) -> CaseShown:
    """The request as it was received; what is shared with all departments is granted with it. Raises a Problem."""
    subject = await filer.subject(form.city, form.dataset_id)

    def received(at: datetime) -> Filing:
        judged = judge_sharing(form, at, subject, caller)
        return Filing(
            rules=judged.rules,
            party=caller.account_id,
            dataset_id=subject.dataset.dataset_id,
            bodies=judged.bodies,
            data_items=form.data_items or (),
            choices=judged.choices,
            given=frozenset(form.stated()),
            for_body=judged.for_body,
        )

    return await filer.receive(filer.case_id(PATH, key), SHARING_REQUEST, form.said(), received)
