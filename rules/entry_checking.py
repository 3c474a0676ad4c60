"""Whether a procedure that changes the catalogue does so in order: a draft is submitted whole, each question is asked
before what depends on its answer, and nothing is published that no other body has reviewed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rules.cutting import Broken, Cut, Path, applies, targets_of, thens_of
from rules.fields import ENTRY
from rules.pack import PROMPTLY, Barred
from rules.procedure_names import CATALOGUE_UPDATE
from rules.resolving import in_force
from rules.vocabulary import QUESTIONS
from rules.way import OutcomeTerms

DRAFT = "entry"
"""What a decision submits: the draft of an entry."""

CASES = {"closed_case": "closed", "conditional_case": "conditional"}
"""What a draft names of the law's list, by the class that the list is about."""
NAMED_CLASS = "named_class"
"""What a decision names that proposes another class, or sets one."""

SUBMITTED, REVIEWED, ORDERED, PROPOSED = "submitted", "reviewed", "ordered", "proposed"
Facts = frozenset[str]
"""What is sure at one point of a case, however it came there: the questions that were asked, and these four."""


def broken_of_entry(cut: Cut) -> Iterator[Broken]:
    """Everything in the procedure by which an entry could be changed out of order, or be waited for without end."""
    yield from _fields(cut)
    yield from _by_itself(cut)
    yield from _of_classes(cut)
    yield from _barred(cut)
    yield from _turns(cut)
    submitters = _submitters(cut)
    sure = _sure(cut, submitters)
    yield from _outcomes(cut, cut.opinion, frozenset(), submitters)
    for step, facts in sure.items():
        for stage in cut.steps[step].stages:
            yield from _lies_open(cut, stage, facts)
            yield from _outcomes(cut, stage, facts, submitters)
            for terms in cut.outcomes(stage).values():
                for opened in terms.opens:
                    yield from _outcomes(cut, opened, _after(cut, stage, terms, facts, submitters), submitters)


def _fields(cut: Cut) -> Iterator[Broken]:
    """The fields of an entry are such as entries have, and are demanded where the procedure drafts one."""
    if cut.procedure.entry and cut.name != CATALOGUE_UPDATE:
        yield (*cut.path, "entry"), "unknown_field", f"only a {CATALOGUE_UPDATE} drafts an entry"
    for field, entry in cut.procedure.entry.items():
        path = (*cut.path, "entry", field)
        if field not in ENTRY:
            yield path, "unknown_field", f"an entry has no {field}"
        version = in_force(entry.versions, cut.on)
        for choice, values in version.value.when.items() if version and version.value else ():
            for value in set(values) - cut.choices.get(choice, set()):
                yield path, "unknown_choice", f"{choice} has no value {value}"


def _turns(cut: Cut) -> Iterator[Broken]:
    """A clock that runs while the case waits for its turn is seen by whom it binds, from the beginning; what is owed
    promptly is owed all the while."""
    path = (*cut.path, "order")
    begins = {stage for step in cut.starts() & set(cut.steps) for stage in cut.steps[step].stages}
    for stage in cut.order.ahead_of_turn:
        if cut.name != CATALOGUE_UPDATE or stage not in begins:
            yield path, "turn_out_of_place", f"{stage} is none with which a {CATALOGUE_UPDATE} begins"
        elif stage not in cut.order.clock_from:
            yield path, "turn_out_of_place", f"the clock of {stage} begins with its turn, so nothing runs before"
    if cut.name != CATALOGUE_UPDATE:
        return
    for stage in sorted(begins - set(cut.order.ahead_of_turn)):
        if stage in cut.order.clock_from:
            fact = f"the clock of {stage} runs while the update waits, and nobody has it before them"
            yield path, "overdue_unseen", fact
        elif _is_owed_promptly(cut, stage):
            fact = (
                f"{stage} is owed promptly, also while the update waits: its clock runs from the receipt, ahead_of_turn"
            )
            yield path, "overdue_unseen", fact


def _is_owed_promptly(cut: Cut, stage: str) -> bool:
    """Whether the law wants the stage done promptly, be it for some reason of an update alone."""
    entry = cut.procedure.stages.get(stage)
    version = in_force(entry.period, cut.on) if entry else None
    if version is None:
        return False
    return version.value == PROMPTLY or (isinstance(version.value, Mapping) and PROMPTLY in version.value.values())


def _bars(cut: Cut) -> Iterator[tuple[Path, Barred]]:
    """What rules answers out, each with the choice that it rules out."""
    for choice, known in cut.procedure.choices.items():
        for value, entry in known.items():
            version = in_force(entry.versions, cut.on)
            for bar in version.value.barred if version and version.value else ():
                yield (*cut.path, "choices", choice, value), bar


def _barred(cut: Cut) -> Iterator[Broken]:
    """Only a draft answers, and what rules an answer out is an answer to something else that the law knows."""
    for path, bar in _bars(cut):
        if cut.name != CATALOGUE_UPDATE or path[-2] not in QUESTIONS:
            yield path, "bar_out_of_place", "only an answer of a draft can be ruled out by another"
        for condition in (bar.when, bar.unless):
            for choice, values in condition.items():
                for value in set(values) - cut.choices.get(choice, set()):
                    yield path, "unknown_choice", f"{choice} has no value {value}"
                if choice == path[-2]:
                    yield path, "barred_by_itself", f"{choice} cannot rule itself out: such a value is not on_request"


def _by_itself(cut: Cut) -> Iterator[Broken]:
    """What nobody files demands nothing of a filing."""
    if not applies(cut.procedure.every or (), cut.on):
        return
    for field, entry in cut.procedure.fields.items():
        version = in_force(entry.versions, cut.on)
        if version and version.value and version.value.required:
            yield (*cut.path, "fields", field), "nobody_states", f"it is begun by itself, so nobody states {field}"


def _submitters(cut: Cut) -> frozenset[str | None]:
    """The bodies that submit drafts."""
    submit = (s for s in cut.procedure.stages if any(t.entry == "submit" for t in cut.outcomes(s).values()))
    return frozenset(cut.body(stage) for stage in submit)


def _sure(cut: Cut, submitters: frozenset[str | None]) -> dict[str, Facts]:
    """What is sure when a case enters a step, on every way that leads there."""
    sure: dict[str, Facts] = {}
    frontier: list[tuple[str, Facts]] = [(step, frozenset()) for step in cut.starts()]
    while frontier:
        step, facts = frontier.pop()
        facts &= sure.get(step, facts)
        if step not in cut.steps or sure.get(step) == facts:
            continue
        sure[step] = facts
        terms_of = cut.steps[step]
        done = _when_done(cut, terms_of.stages, facts, submitters)
        frontier += [(target, done) for target in thens_of(terms_of)]
        for stage in terms_of.stages:
            for terms in cut.outcomes(stage).values():
                after = _after(cut, stage, terms, facts, submitters)
                frontier += [(target, after) for target in targets_of(terms)]
    return sure


def _after(cut: Cut, stage: str, terms: OutcomeTerms, facts: Facts, submitters: frozenset[str | None]) -> Facts:
    """What is sure after a decision. A draft that is submitted has been reviewed by nobody yet."""
    gained = _asked(terms)
    if terms.entry == "submit":
        return (facts - {REVIEWED, PROPOSED}) | gained | {SUBMITTED}
    if terms.entry == "order":
        gained |= {ORDERED}
    if terms.class_effect == "propose":
        gained |= {PROPOSED}
    if terms.when_class == "settled":
        # No class is settled before a draft was submitted.
        gained |= {SUBMITTED}
    return facts | gained | (set() if cut.body(stage) in submitters else {REVIEWED})


def _when_done(cut: Cut, stages: Iterable[str], facts: Facts, submitters: frozenset[str | None]) -> Facts:
    """What is sure when a step goes on by itself: all that each stage leaves which is waited for, whatever its outcome.

    A review beside a submission is a review of an earlier draft.
    """
    gained: set[str] = set()
    submits = False
    for stage in stages:
        done = [terms for terms in cut.outcomes(stage).values() if terms.leads_to is None]
        submits = submits or any(terms.entry == "submit" for terms in done)
        if done and cut.is_waited_for(stage):
            gained |= frozenset.intersection(*(_after(cut, stage, terms, frozenset(), submitters) for terms in done))
    return (facts | gained) - ({REVIEWED} if submits else set())


def _asked(terms: OutcomeTerms) -> Facts:
    """The questions whose answers an outcome demands, whatever the case."""
    return frozenset(r.any_of[0] for r in terms.requires if len(r.any_of) == 1 and not r.when) & QUESTIONS


def _lies_open(cut: Cut, stage: str, facts: Facts) -> Iterator[Broken]:
    """A stage that lies open by an answer comes after the question; else it would be left out for ever."""
    entry = cut.procedure.stages.get(stage)
    depends = {*cut.order.only_when.get(stage, {}), *([entry.period_by] if entry else [])}
    for question in sorted(depends & QUESTIONS - facts):
        fact = f"{stage} depends on {question}, which nothing before it is sure to ask"
        yield (*cut.path, "stages", stage), "question_not_asked", fact


def _outcomes(cut: Cut, stage: str | None, facts: Facts, submitters: frozenset[str | None]) -> Iterator[Broken]:
    """The outcomes of a stage, where this is sure when it lies open."""
    known = cut.outcomes(stage) if stage else {}
    if stage and known and all(terms.by_publication for terms in known.values()):
        path = (*cut.path, "stages", stage, "outcomes")
        yield path, "waits_for_ever", "an update can be given up, and then nobody can decide this stage"
    for outcome, terms in known.items():
        assert stage
        path = cut.outcome_path(stage, outcome)
        yield from ((path, *found) for found in _publication(cut, stage, terms, facts, submitters))
        yield from ((path, *found) for found in _order(cut, terms, facts))
        yield from ((path, *found) for found in _class(terms, facts))
        yield from ((path, *found) for found in _questions(cut, terms, facts))


def _publication(
    cut: Cut, stage: str, terms: OutcomeTerms, facts: Facts, submitters: frozenset[str | None]
) -> Iterator[tuple[str, str]]:
    """Whatever submits a draft demands it; what is published was submitted, and reviewed by another body."""
    if terms.entry == "submit" and not any(r.any_of == (DRAFT,) and not r.when for r in terms.requires):
        yield "entry_not_demanded", f"a draft is submitted, and the {DRAFT} is not demanded"
    if terms.entry != "publish":
        return
    if SUBMITTED not in facts:
        yield "nothing_submitted", "on one way this publishes, and nothing was submitted"
    elif REVIEWED not in facts and cut.body(stage) in submitters:
        yield "nothing_reviewed", "on one way this publishes what no other body has reviewed"


def _of_classes(cut: Cut) -> Iterator[Broken]:
    """A class is settled by decisions that stand, in the procedure that drafts entries, and leaves no stage stuck."""
    found = {s: cut.outcomes(s) for s in cut.procedure.stages}
    about = {(s, o): t for s, outcomes in found.items() for o, t in outcomes.items() if t.class_effect or t.when_class}
    if about and cut.name != CATALOGUE_UPDATE:
        for stage, outcome in about:
            yield cut.outcome_path(stage, outcome), "class_out_of_place", f"only a {CATALOGUE_UPDATE} is about a class"
    if about and applies(cut.procedure.correction or (), cut.on):
        yield (*cut.path, "correction"), "correction_settles_no_class", "a correction can take no settled class back"
    settles = any(terms.class_effect not in (None, "propose") for terms in about.values())
    for (stage, outcome), terms in about.items():
        if terms.when_class and not settles:
            yield cut.outcome_path(stage, outcome), "class_never_settled", "it goes by a class that nothing settles"
    for stage, outcomes in found.items():
        for standing in ("open", "settled"):
            if outcomes and not any(terms.when_class in (None, standing) for terms in outcomes.values()):
                path = (*cut.path, "stages", stage, "outcomes")
                yield path, "class_leaves_nothing", f"{stage} can be decided in no way while the class is {standing}"


def _class(terms: OutcomeTerms, facts: Facts) -> Iterator[tuple[str, str]]:
    """A class is proposed or set by its name, beside a draft, and never again once it is settled."""
    names = terms.class_effect in ("propose", "set")
    demands = any(r.any_of == (NAMED_CLASS,) and not r.when for r in terms.requires)
    if names and not demands:
        yield "class_not_named", f"another class is meant, and the {NAMED_CLASS} is not demanded"
    if not names and any(NAMED_CLASS in r.any_of for r in terms.requires):
        yield "class_unused", f"the {NAMED_CLASS} is demanded, and nothing goes by it"
    if terms.class_effect == "propose" and terms.when_class != "open":
        yield "dispute_without_end", "a class that is settled could be disputed again: propose it while it is open"
    if terms.class_effect and SUBMITTED not in facts:
        yield "nothing_submitted", "on one way this is about the class of a draft, and nothing was submitted"
    if terms.class_effect == "accept" and PROPOSED not in facts:
        yield "nothing_proposed", "on one way this settles the class that was proposed, and none was"


def _order(cut: Cut, terms: OutcomeTerms, facts: Facts) -> Iterator[tuple[str, str]]:
    """An update is ordered for a reason that updates know, and waited for where one was ordered."""
    if terms.entry in ("may_change", "order") and (update := cut.pack.procedures.get(CATALOGUE_UPDATE)):
        known = {value for value, entry in update.choices.get("trigger", {}).items() if applies(entry.versions, cut.on)}
        if terms.trigger not in known:
            yield "unknown_choice", f"the trigger of a {CATALOGUE_UPDATE} has no value {terms.trigger}"
    if not terms.by_publication:
        return
    if ORDERED not in facts:
        yield "nothing_ordered", "this comes of a publication, and on one way no update was ordered"
    effects = (terms.requires, terms.data, terms.whole_dataset, terms.marks, terms.answers, terms.entry, terms.opens)
    if any(effects):
        yield (
            "effect_without_decision",
            "this comes of a publication: nobody decides it, so it demands and does nothing",
        )


def _questions(cut: Cut, terms: OutcomeTerms, facts: Facts) -> Iterator[tuple[str, str]]:
    """What is demanded by an answer is demanded with the answer or after it, and so is a field of the entry."""
    demanded = {field for requirement in terms.requires for field in requirement.any_of}
    depends = {question for requirement in terms.requires for question in requirement.when} & QUESTIONS
    for question in sorted(depends - facts - demanded):
        yield "question_not_asked", f"something is demanded by {question}, which is not asked before"
    if terms.entry != "submit":
        return
    ruling = {question for _, bar in _bars(cut) for question in (*bar.when, *bar.unless)} & QUESTIONS
    for question in sorted(ruling - facts - demanded):
        yield "question_not_asked", f"an answer is ruled out by {question}, which is not asked"
    for case, openness in CASES.items():
        of_class = {"openness": (openness,)}
        if case in cut.choices and not any(r.any_of == (case,) and r.when == of_class for r in terms.requires):
            yield "case_not_demanded", f"the law lists when data is {openness}, and the {case} is not demanded"
    held = (in_force(entry.versions, cut.on) for entry in cut.procedure.entry.values())
    depends = {question for version in held if version and version.value for question in version.value.when}
    for question in sorted(depends & QUESTIONS - facts - _asked(terms)):
        yield "question_not_asked", f"a field of the entry is demanded by {question}, which is not asked"
