"""The agreement of a case: its terms as the log has them, the one digest that both sign, and the judgement of a
signature. Pure.

The digest covers the template in both languages with its citations and version, the codes and ids of the terms, and of
what people wrote its fingerprint alone: no name and no text enters a log.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from models import acts as a
from models import refusals as r
from models.act_contents import Frozen
from models.granting import (
    days_granted,
    items_granted,
    mode_granted,
    modes_granted,
    quota_granted,
    report_days_granted,
)
from models.refusal import Missing
from models.state import CaseState
from models.task_state import TaskState
from rules.agreement import SIGN, AgreementRule
from rules.pinned import APPLICANT, Requirement
from rules.procedure_rules import ProcedureRules
from rules.stating import states_something
from rules.vocabulary import (
    AGREED,
    LIST_OF_DATA,
    SIGNED_BY_APPLICANT,
    STATED_BY_DECISION,
)

FORM = "kaifang-agreement/1"
"""The canonical form over which a digest is taken; a change of it is another name."""


def fingerprint(case_id: str, text: str) -> str:
    """SHA-256 of a text in its case, so that the same words in two cases do not look alike; however its accents are
    composed and its ends are spaced."""
    return hashlib.sha256(f"{case_id}\n{unicodedata.normalize('NFC', text).strip()}".encode()).hexdigest()


def fingerprints(case_id: str, content: Mapping[str, Any] | None) -> dict[str, str]:
    """Of what somebody wrote in a case, the fingerprint of each text that an agreement can state."""
    said = {name: content[name] for name in sorted(AGREED) if name in content} if content else {}
    texts = {name: text for name, text in said.items() if isinstance(text, str) and states_something(text)}
    return {name: fingerprint(case_id, text) for name, text in texts.items()}


class Terms(Frozen):
    """What is agreed, in codes: `parties` by the stage in which each signs, `words` by the field that each text fills.

    No items named: all that the dataset has. `valid_days` are calendar days from the grant.
    """

    case_id: str
    case_number: str
    city: str
    parties: Mapping[str, str]
    dataset_id: str
    data_items: tuple[str, ...]
    access_modes: tuple[str, ...]
    use: str | None
    valid_days: int
    daily_calls: int | None
    report_days: int | None = None
    words: Mapping[str, str]


def terms_of(rules: ProcedureRules, state: CaseState, act: a.Decide | a.Correct | None = None) -> Terms:
    """The terms as the case stands, with what this signature states."""
    task = state.tasks.get(act.task_id) if act else None
    step = rules.step(task.step if task else state.step or "")
    stages = [stage for stage in step.stages if stage.outcome(SIGN)] if step else []
    signed = [each for each in state.of_step(step.step) if each.ended == "decided"] if step else []
    words: dict[str, str] = dict(state.words)
    for other in sorted(signed, key=lambda each: each.decided_by_event or 0):
        words |= {} if task and other.task_id == task.task_id else other.words
    items = items_granted(rules, state, beside=task.stage if task else None)
    if act and act.terms and act.terms.data_items:
        items = tuple(item for item in act.terms.data_items if not items or item in items)
    return Terms(
        case_id=state.case_id,
        case_number=state.case_number,
        city=state.city,
        parties={s.stage: signatory(state, s.body) for s in stages},
        dataset_id=state.dataset_id,
        data_items=tuple(sorted(items)),
        access_modes=tuple(sorted(modes_granted(rules, mode_granted(rules, state)))),
        use=state.choices.get("use"),
        valid_days=days_granted(rules, state),
        daily_calls=quota_granted(rules, state),
        report_days=report_days_granted(rules, state),
        words={name: said for name, said in {**words, **(act.words if act else {})}.items() if name in AGREED},
    )


def signatory(state: CaseState, role: str) -> str:
    """Who signs in this role: a body by its id, or the account that filed for itself."""
    body = state.by_role.get(role, role)
    return state.party if body == APPLICANT else body


def canonical(rule: AgreementRule, terms: Terms) -> str:
    """What is signed, in the one form over which its digest is taken: JSON with its keys in order."""
    parts = [
        {
            "heading": [part.heading.zh, part.heading.en],
            "clauses": [
                [each.text.zh, each.text.en, each.citation.source, each.citation.article] for each in part.clauses
            ],
        }
        for part in rule.parts
    ]
    # What was signed before reports were agreed keeps its digest.
    stated = terms.model_dump(mode="json", exclude=None if terms.report_days else {"report_days"})
    template = {"version": rule.version, "title": [rule.title.zh, rule.title.en], "parts": parts}
    return json.dumps(
        {"form": FORM, "template": template, "terms": stated},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )


def digest_of(rule: AgreementRule, terms: Terms) -> str:
    """SHA-256 over the canonical form of the template and the terms."""
    return hashlib.sha256(canonical(rule, terms).encode()).hexdigest()


def digest_to_sign(rules: ProcedureRules, state: CaseState, act: a.Decide | a.Correct | None = None) -> str | None:
    """The digest of the agreement as it stands, with what this signature states; None where no text is signed."""
    return digest_of(rules.agreement, terms_of(rules, state, act)) if rules.agreement else None


def naming_what_stands(rules: ProcedureRules, state: CaseState, act: a.Decide) -> a.Decide:
    """The signature, with the digest of the agreement as it stands with what it states; any other decision as it is."""
    task = state.tasks[act.task_id]
    return (
        act.model_copy(update={"digest": digest_to_sign(rules, state, act)})
        if signs_a_text(rules, task, act.outcome)
        else act
    )


def signs_a_text(rules: ProcedureRules, task: TaskState, outcome: str) -> bool:
    """Whether a text is signed by this decision."""
    return rules.agreement is not None and outcome == SIGN and task.asked_by_task is None


def what_is_signed(rules: ProcedureRules, task: TaskState, act: a.Decide | a.Correct) -> dict[str, Any]:
    """What the event keeps of a signature; nothing of any other decision."""
    return {"digest": act.digest, "words": act.words} if signs_a_text(rules, task, act.outcome) else {}


def demanded_by_the_others(rules: ProcedureRules, state: CaseState, task: TaskState) -> tuple[Requirement, ...]:
    """What the other signatures of the step demand: who signs first signs the whole text. The list of data stands in
    it by itself where it is known."""
    is_listed = bool(items_granted(rules, state))
    step = rules.step(task.step)
    others = [stage.outcome(SIGN) for stage in step.stages if stage.stage != task.stage] if step else []
    demanded = (each for outcome in others if outcome for each in outcome.requires)
    return tuple(each for each in demanded if not (is_listed and LIST_OF_DATA & set(each.any_of)))


def signed_whole(rules: ProcedureRules, state: CaseState, task: TaskState, given: frozenset[str]) -> None:
    """Nothing that the text has to state is missing when the first signs it. Raises AgreementNotStated,
    RequirementMissing."""
    lacking = [
        each
        for each in demanded_by_the_others(rules, state, task)
        if each.applies_to(state.choices) and not each.is_met_by(given)
    ]
    can_state = SIGNED_BY_APPLICANT if task.body == APPLICANT else STATED_BY_DECISION
    for each in sorted(lacking, key=lambda it: bool(can_state & set(it.any_of))):
        named = Missing(each.any_of, each.citation.article, each.citation.basis, each.citation.source)
        if can_state & set(each.any_of):
            raise r.RequirementMissing(named)
        raise r.AgreementNotStated(**named.details())


def signs_what_stands(rules: ProcedureRules, state: CaseState, task: TaskState, act: a.Decide | a.Correct) -> None:
    """A signature names the digest of the agreement as it stands, with what the signature states itself, which is the
    one that the other has signed. Raises RequirementMissing, AgreementChanged."""
    rule = rules.agreement
    if rule is None or not signs_a_text(rules, task, act.outcome):
        return
    if act.digest is None:
        raise r.RequirementMissing(Missing(("digest",), **_cited(rule)))
    stands = digest_of(rule, terms_of(rules, state, act))
    if act.digest != stands or signed_otherwise(state, task.step, stands, beside=task.stage):
        raise r.AgreementChanged(field="digest", **_cited(rule))


def signed_otherwise(state: CaseState, step: str, digest: str, beside: str | None = None) -> bool:
    """Whether a signature of the step stands under another digest."""
    signed = (each for each in state.of_step(step) if each.ended == "decided" and each.stage != beside)
    return any(each.digest not in (None, digest) for each in signed)


def leaves_what_is_signed(rules: ProcedureRules, state: CaseState) -> None:
    """What somebody has signed stands as it was signed, whatever is added to the request. Raises AgreementChanged."""
    rule = rules.agreement
    if rule and state.step and signed_otherwise(state, state.step, digest_of(rule, terms_of(rules, state))):
        raise r.AgreementChanged(field="digest", **_cited(rule))


def _cited(rule: AgreementRule) -> dict[str, str]:
    return {"rule": rule.citation.article, "basis": rule.citation.basis, "source": rule.citation.source}
