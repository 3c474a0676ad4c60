"""The form of a decision: what each outcome demands, and what it may say besides, all from the rules of the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from models.agreeing import sets_terms
from models.classes import NAMED_CLASS, NAMES, OPENNESS
from models.decision_fields import dataset_referred_to
from models.drafting import submits
from models.finding import finds_alone
from models.state import CaseState
from models.task_state import TaskState
from pages.forms.fields import Field, Option, fields_of_decision, options_of
from pages.forms.kinds import Kind
from pages.wording import Words
from reading.misuse.shapes import UsedGrantShown
from reading.words.law import Law
from reading.words.texts import texts
from rules.pinned import APPLICANT
from rules.pinned_stages import EntryEffect, Outcome
from rules.vocabulary import QUESTIONS

OF_A_DRAFT = QUESTIONS | {"entry"}
"""What is demanded of a draft: the editor of entries asks for it."""
TERMS = ("access_mode", "valid_days", "daily_calls", "report_days")
LIST_OF_ITEMS = "data_items"
MISUSED_GRANT, LEFT_MODE = "misused_grant", "left_mode"


@dataclass(frozen=True)
class DecisionAsked:
    """The fields of a decision: those of its outcomes, and the terms of a grant where it may set any. `grants_at` and
    `submits_at` are the places of the outcomes with which terms, or a draft, come."""

    outcomes: tuple[Outcome, ...]
    fields: tuple[Field, ...]
    terms: tuple[Field, ...]
    grants_at: tuple[int, ...]
    submits_at: tuple[int, ...]

    def chosen(self, name: str) -> int | None:
        """The place of an outcome; None where the task has none of that name now."""
        return next((place for place, each in enumerate(self.outcomes) if each.outcome == name), None)

    def of(self, place: int) -> tuple[Field, ...]:
        """The fields that go with the outcome at this place."""
        return tuple(each for each in (*self.fields, *self.terms) if place in each.within)


def decision_asked(
    law: Law,
    words: Words,
    state: CaseState,
    task: TaskState,
    outcomes: Sequence[Outcome],
    *,
    items: Sequence[Option],
    prefilled: Mapping[str, str],
    among: Mapping[str, tuple[Option, ...]],
) -> DecisionAsked:
    """What a decision on the task is asked for; `items` are those of the dataset, `prefilled` what stands in a field
    before anybody writes, `among` what can be chosen in fields of which the case knows it."""
    # What the other has signed takes no more conditions.
    signed = any(each.digest for each in state.of_step(task.step) if each.stage != task.stage)
    always = ("conditions",) if signs(law, task) and not signed else ()
    found = fields_of_decision(law, words, outcomes, state.choices, items=items, always=always)
    among = {NAMED_CLASS: options_of(law, OPENNESS), **among}
    fields = [
        _among(among, prepared(law, words, each, outcomes, prefilled)) for each in found if each.name not in OF_A_DRAFT
    ]
    if task.asked_by_task:
        everywhere = tuple(range(len(outcomes)))
        fields.append(Field("text", Kind.PROSE, words("task.opinion_text"), required=True, within=everywhere))
    fields = [_with_findings(words, each, outcomes) for each in fields]
    fields += beside(law, words, state, outcomes, items, {each.name for each in fields})
    grants_at = grants(law, task, outcomes)
    terms = terms_asked(law, words, state, items, grants_at) if grants_at else ()
    known = {each.name for each in terms}
    return DecisionAsked(
        outcomes=tuple(outcomes),
        fields=tuple(each for each in fields if each.name not in known),
        terms=terms,
        grants_at=grants_at,
        submits_at=tuple(place for place, each in enumerate(outcomes) if submits(each)),
    )


def prepared(law: Law, words: Words, each: Field, outcomes: Sequence[Outcome], prefilled: Mapping[str, str]) -> Field:
    """A field that says for which outcomes it is demanded, with what stands in it at first."""
    labels = words("form.or").join(law.say(outcomes[place].label) for place in each.within)
    wanted = words("task.needed_for", outcomes=labels) if len(each.within) < len(outcomes) else None
    names_an_entry = each.name == "reference" and dataset_referred_to(law.rules, each.name) is not None
    which = words("filing.which_dataset_hint") if names_an_entry else None
    said = [text for text in (wanted, which, each.hint) if text]
    return replace(
        each,
        hint=(" " if law.language == "en" else "").join(said) or None,
        values=(prefilled[each.name],) if each.name in prefilled else each.values,
    )


def _among(among: Mapping[str, tuple[Option, ...]], each: Field) -> Field:
    """A field of which the case knows what can stand in it is a choice."""
    return replace(each, kind=Kind.CHOICE, options=among[each.name]) if each.name in among else each


def _with_findings(words: Words, each: Field, outcomes: Sequence[Outcome]) -> Field:
    """The field for a grant stands with an outcome too that only finds misuse, which may name one that is over."""
    finding = tuple(place for place, outcome in enumerate(outcomes) if finds_alone(outcome))
    if each.name != MISUSED_GRANT or not finding:
        return each
    hint = (" " if words.language == "en" else "").join(filter(None, (each.hint, words("task_use.over_or_none"))))
    # A grant that was chosen for another outcome is let go again.
    options = (Option("", words("task_use.no_grant")), *each.options) if each.options else ()
    return replace(each, within=(*each.within, *finding), hint=hint, options=options)


def grants_found(words: Words, grants: Sequence[UsedGrantShown]) -> dict[str, tuple[Option, ...]]:
    """The grants that a decision about misuse can name, those that hold first, and the modes that it can leave them."""
    modes = {
        mode: label
        for each in grants
        if each.ended is None
        for mode, label in zip(each.access_modes, each.access_mode_labels, strict=True)
    }
    return {
        MISUSED_GRANT: tuple(
            Option(
                each.case_number,
                words("task_use.over" if each.ended else "task_use.one", number=each.case_number, grantee=each.grantee),
                hint=words("task_use.calls", allowed=each.allowed, refused=each.refused),
            )
            for each in sorted(grants, key=lambda known: known.ended is not None)
        ),
        LEFT_MODE: (
            Option("", words("task_use.as_granted")),
            *(Option(mode, label) for mode, label in modes.items()),
        ),
    }


def beside(
    law: Law,
    words: Words,
    state: CaseState,
    outcomes: Sequence[Outcome],
    items: Sequence[Option],
    known: set[str],
) -> list[Field]:
    """What an outcome may say though nothing demands it: the items that it is about, another class, and whether the
    entry changes."""
    found = []
    on_items = tuple(place for place, each in enumerate(outcomes) if each.data and not each.whole_dataset)
    if on_items and items and LIST_OF_ITEMS not in known:
        about = tuple(each for each in items if not state.data_items or each.value in state.data_items)
        label, hint = words("task.items_concerned"), words("task.all_items")
        found.append(Field(LIST_OF_ITEMS, Kind.ITEMS, label, hint=hint, options=about, within=on_items))
    changing = tuple(place for place, each in enumerate(outcomes) if each.entry is EntryEffect.MAY_CHANGE)
    if changing:
        field = Field("entry_changes", Kind.YES, words("task.entry_changes"), within=changing)
        found.append(field)
    naming = tuple(place for place, each in enumerate(outcomes) if each.class_effect in NAMES)
    if naming and NAMED_CLASS not in known:
        label = law.say(texts().fields[NAMED_CLASS])
        found.append(Field(NAMED_CLASS, Kind.CHOICE, label, options=options_of(law, OPENNESS), within=naming))
    return found


def signs(law: Law, task: TaskState) -> bool:
    """Whether a body signs with it, which states on which conditions the data is used."""
    return law.rules.grant is not None and not task.asked_by_task and not sets_terms(law.rules, task)


def grants(law: Law, task: TaskState, outcomes: Sequence[Outcome]) -> tuple[int, ...]:
    """The places of the outcomes with which a body sets terms: those that let a request go on, to its next step or to
    the signatures."""
    if law.rules.grant is None or not sets_terms(law.rules, task) or task.body == APPLICANT:
        return ()
    return tuple(place for place, each in enumerate(outcomes) if lets_go_on(law, task, each))


def lets_go_on(law: Law, task: TaskState, outcome: Outcome) -> bool:
    """Whether access comes nearer by this outcome."""
    here = law.rules.step(task.step)
    target = outcome.leads_to or (here.then if here else None)
    if target is None:
        return False
    step, ending = law.rules.step(target), law.rules.ending(target)
    if ending:
        return ending.grants
    bodies = {stage.body for stage in step.stages} if step else set()
    is_signed_there = APPLICANT in bodies and len(bodies) > 1
    return is_signed_there or outcome.leads_to is None


def terms_asked(
    law: Law, words: Words, state: CaseState, items: Sequence[Option], within: tuple[int, ...]
) -> tuple[Field, ...]:
    """The terms of a grant: the items as they were asked for, the mode, the days, the calls of a day."""
    grant = law.rules.grant
    assert grant, "only what grants sets terms"
    requested = tuple(each for each in items if not state.data_items or each.value in state.data_items)
    modes = tuple(
        Option(choice.value, law.say(choice.label), law=law.named(choice.citation))
        for choice in law.rules.choices.get("access_mode", ())
    )
    demanded = {
        name
        for choice in law.rules.choices.get("access_mode", ())
        for each in choice.grant_requires
        for name in each.any_of
    }
    fields = [
        Field(
            LIST_OF_ITEMS,
            Kind.ITEMS,
            words("task.items_granted"),
            options=requested,
            values=tuple(each.value for each in requested),
            within=within,
        ),
        Field(
            "access_mode",
            Kind.CHOICE,
            law.say(texts().fields["access_mode"]),
            hint=words("task.mode_as_asked"),
            options=modes,
            within=within,
        ),
        *(
            Field(name, Kind.PROSE, law.say(texts().fields[name]), hint=words("task.needed_for_mode"), within=within)
            for name in sorted(demanded)
        ),
        Field(
            "valid_days",
            Kind.COUNT,
            words("task.valid_days"),
            hint=words("task.days_otherwise", days=grant.term_days),
            law=law.named(grant.citation),
            within=within,
        ),
        Field("daily_calls", Kind.COUNT, words("task.daily_calls"), hint=words("task.no_limit"), within=within),
    ]
    if reporting := law.rules.reporting:
        hint = words("task.report_days_otherwise", days=reporting.days)
        cited = law.named(reporting.citation)
        fields.append(Field("report_days", Kind.COUNT, words("task.report_days"), hint=hint, law=cited, within=within))
    return tuple(each for each in fields if each.kind is not Kind.CHOICE or each.options)
