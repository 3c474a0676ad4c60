"""Catalogue updates, and the demands and reviews that order one, as the caller may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from activities.tables.cases import ActRow
from activities.tables.catalogue import DatasetRow
from models.acts import ACT, Decide
from models.classes import OPENNESS
from models.drafting import CHANGE, submits
from models.state import CaseState
from reading.catalogue import questions as catalogue
from reading.catalogue.sight import keeps_every_entry
from reading.directory import questions as directory
from reading.shape import Named
from reading.sight import Caller
from reading.stated import choices_of, texts_of
from reading.store import CaseRead, Store, filing_of
from reading.updates import questions as updates
from reading.updates.changes import changes
from reading.updates.duplicates import MOST_DUPLICATES, Likeness, likenesses
from reading.updates.shapes import (
    AnswerKnown,
    ConsultationShown,
    DemandShown,
    DraftShown,
    DraftState,
    DuplicateReason,
    FieldChanged,
    LikelyDuplicate,
    OpennessReviewShown,
    QuestionShown,
    ReviewShown,
    SettledClass,
    UpdateShown,
)
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import Label
from rules.pinned_stages import Stage
from rules.procedure_names import CATALOGUE_UPDATE, DEMAND, OPENNESS_REVIEW
from rules.vocabulary import QUESTIONS

TRIGGER = "trigger"


@dataclass(frozen=True)
class CataloguePart:
    """The part of a case that the catalogue brings into it."""

    update: UpdateShown | None = None
    demand: DemandShown | None = None
    openness_review: OpennessReviewShown | None = None


async def catalogue_part(
    store: Store, caller: Caller, law: Law, read: CaseRead, acts: Sequence[ActRow], named: Named
) -> CataloguePart:
    """That part, for this caller; `acts` are those of the case that came with text."""
    procedure = read.state.procedure
    if procedure == CATALOGUE_UPDATE:
        return CataloguePart(update=await of_update(store, caller, law, read, acts, named))
    if procedure == DEMAND:
        return CataloguePart(demand=of_demand(read, acts))
    if procedure == OPENNESS_REVIEW:
        return CataloguePart(openness_review=await of_review(store, law, read.state))
    return CataloguePart()


async def of_update(
    store: Store, caller: Caller, law: Law, read: CaseRead, acts: Sequence[ActRow], named: Named
) -> UpdateShown:
    state, rules = read.state, read.rules
    trigger = state.choices.get(TRIGGER, "")
    choice = rules.choice(TRIGGER, trigger)
    dataset = await catalogue.dataset(store, state.dataset_id)
    before = dataset.entry if dataset else None
    if state.published:
        before = await updates.entry_before(store, state.dataset_id, state.case_id)
    draft = await draft_shown(store, law, read, acts, before or {})
    return UpdateShown(
        **choices_of(CATALOGUE_UPDATE, state.choices) | {TRIGGER: trigger},
        **texts_of(CATALOGUE_UPDATE, filing_of(acts)),
        trigger_label=law.say(choice.label) if choice else trigger,
        provider=state.bodies["provider"],
        occurred_on=state.occurred_on,
        new_dataset=before is None,
        waits_for=await named(state.behind),
        questions=questions(law, state),
        reviews=reviews(law, state),
        draft=draft,
        consultations=consultations(law, state, acts),
        proposed_class=state.proposed_class,
        settled_class=settled_class(law, state),
        likely_duplicates=await likely_duplicates(store, caller, law, state, dataset, draft),
    )


class Asked(Protocol):
    """What of a task decides whether anything is said."""

    @property
    def stage(self) -> str: ...

    @property
    def round(self) -> int: ...

    @property
    def is_open(self) -> bool: ...


def said_of(law: Law, task: Asked, draft: Literal["waiting", "kept"] | None) -> str | None:
    """The sentence to be read before a task is decided that submits a draft, that of the filing or another; `draft` is
    the state of that of the filing."""
    if draft is None or not task.is_open or task.round != 1:
        return None
    stage = law.rules.stage(task.stage)
    takes_it = stage is not None and any(submits(outcome) for outcome in stage.outcomes)
    return law.say(texts().drafts[draft]) if takes_it else None


def questions(law: Law, state: CaseState) -> list[QuestionShown]:
    """What the law asks of a draft, in its order."""
    return [
        QuestionShown(
            question=name,
            label=law.say(texts().fields[name]),
            values=[
                AnswerKnown(
                    **law.cited(each.citation).model_dump(),
                    value=each.value,
                    label=law.say(each.label),
                    on_request=each.on_request,
                )
                for each in known
            ],
            answer=state.choices.get(name),
            computed=name == CHANGE,
        )
        for name, known in law.rules.choices.items()
        if name in QUESTIONS
    ]


def reviews(law: Law, state: CaseState) -> list[ReviewShown]:
    """The stages that lie open only for some answers, in the steps to which a case of this trigger can come."""
    reached = law.rules.reached_from(law.rules.first_for(state.choices))
    stages = [stage for step in law.rules.steps if step.step in reached for stage in step.stages]
    return [review(law, state, each) for each in stages if not QUESTIONS.isdisjoint(each.only_when)]


def review(law: Law, state: CaseState, stage: Stage) -> ReviewShown:
    return ReviewShown(
        **law.cited(stage.citation).model_dump(),
        stage=stage.stage,
        label=law.say(stage.label),
        body=state.by_role.get(stage.body, stage.body),
        when={name: list(values) for name, values in stage.only_when.items()},
        applies=stage.applies_to(state.choices) if state.draft else None,
    )


async def draft_shown(
    store: Store, law: Law, read: CaseRead, acts: Sequence[ActRow], before: Mapping[str, Any]
) -> DraftShown | None:
    """The latest draft that was submitted, or the one that came with the filing."""
    state = read.state
    submission = state.draft.submission if state.draft else f"{state.case_id}.file"
    row = next((row for row in acts if row.act_id == submission), None)
    content = (row.content if row else None) or {}
    if "entry" not in content:
        return None
    proposed = state.choices.get(OPENNESS) or (content.get("answers") or {}).get(OPENNESS)
    entry = {**content["entry"], **({OPENNESS: proposed} if proposed else {})}
    received = None if state.draft else await updates.decision_after(store, read)
    draft_state = draft_state_of(state, received)
    text = None if state.closed else texts().drafts.get(draft_state)
    return DraftShown(
        state=draft_state,
        said=law.say(text) if text else None,
        act_id=submission if state.draft else received,
        submitted_at=row.received_at if row and state.draft else None,
        entry=entry,
        changes=[FieldChanged(field=name, now=now, then=then) for name, (now, then) in changes(entry, before).items()],
    )


def draft_state_of(state: CaseState, received: str | None) -> DraftState:
    """How the draft of a case stands; `received` is the act that submits it, which the log lacks yet."""
    if state.draft:
        return "submitted"
    if received:
        return "received"
    return "waiting" if state.behind else "kept"


def consultations(law: Law, state: CaseState, acts: Sequence[ActRow]) -> list[ConsultationShown]:
    """The public consultations that a body says it held."""
    found = []
    for row in acts:
        act = ACT.validate_python(row.act)
        if isinstance(act, Decide) and act.measure and (act.measure.held_from or act.measure.held_until):
            task = state.tasks[act.task_id]
            stage = law.rules.stage(task.stage)
            found.append(
                ConsultationShown(
                    task_id=task.task_id,
                    stage=task.stage,
                    label=law.say(stage.label) if stage else task.stage,
                    held_from=act.measure.held_from,
                    held_until=act.measure.held_until,
                )
            )
    return found


def settled_class(law: Law, state: CaseState) -> SettledClass | None:
    """The class that binds, by the rule that the decision went by."""
    if (settled := state.settled) is None:
        return None
    choice = law.rules.choice(OPENNESS, settled.openness)
    return SettledClass(
        **law.cited(law.citation(settled.source, settled.article, settled.basis)).model_dump(),
        openness=settled.openness,
        label=law.say(choice.label) if choice else settled.openness,
    )


async def likely_duplicates(
    store: Store, caller: Caller, law: Law, state: CaseState, dataset: DatasetRow | None, draft: DraftShown | None
) -> list[LikelyDuplicate] | None:
    """Entries of other providers that are likely to be of the same data as the draft; None for callers whom this does
    not concern."""
    concerned = caller.has("reviewer") and keeps_every_entry(caller) and caller.city == state.city
    if not concerned or caller.reads_as_party(state) or state.closed or draft is None or draft.state != "submitted":
        return None
    entry = {**(dataset.entry if dataset else {}), **draft.entry}
    candidates = await updates.likely_alike(store, state.city, state.bodies["provider"], state.dataset_id, entry)
    alike = [(each, reasons) for each in candidates if (reasons := likenesses(entry, each.entry))]
    alike.sort(key=lambda found: (-found[1][0].share, found[0].dataset_id))
    names = await directory.body_names(store, (each.provider for each, _ in alike))
    return [
        LikelyDuplicate(
            dataset_id=each.dataset_id,
            provider=each.provider,
            provider_name=law.say(names[each.provider]) if each.provider in names else each.provider,
            title=law.say(Label.model_validate(each.entry["title"])),
            openness=each.openness,
            reasons=[reason_shown(law, reason) for reason in reasons],
        )
        for each, reasons in alike[:MOST_DUPLICATES]
    ]


def reason_shown(law: Law, reason: Likeness) -> DuplicateReason:
    text = law.say(texts().duplicates[reason.code])
    return DuplicateReason(code=reason.code, text=text, share=reason.share, common=list(reason.common))


def of_demand(read: CaseRead, acts: Sequence[ActRow]) -> DemandShown:
    state, rules = read.state, read.rules
    is_provided = False
    referred_to: str | None = None
    for task in state.tasks.values():
        stage = rules.stage(task.stage)
        outcome = stage.outcome(task.outcome or "") if stage else None
        is_provided = is_provided or bool(outcome and outcome.by_publication)
    for row in acts:
        if row.kind in ("decide", "correct") and row.content and row.content.get("reference"):
            referred_to = str(row.content["reference"]).strip()
    return DemandShown(
        provider=state.bodies["provider"],
        **choices_of(DEMAND, state.choices),
        **texts_of(DEMAND, filing_of(acts)),
        provided=state.ordered.dataset_id if is_provided and state.ordered else None,
        referred_to=referred_to,
    )


async def of_review(store: Store, law: Law, state: CaseState) -> OpennessReviewShown | None:
    dataset = await catalogue.dataset(store, state.dataset_id)
    if dataset is None:
        return None
    return OpennessReviewShown(
        dataset_id=dataset.dataset_id,
        title=law.say(Label.model_validate(dataset.entry["title"])),
        openness=dataset.openness,
        since=await updates.openness_since(store, dataset.dataset_id, dataset.openness),
    )
