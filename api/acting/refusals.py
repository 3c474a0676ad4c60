"""A refusal as a problem: which field, which rule, and all that is missing at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from activities.tables.cases import ActRow
from api.http.problems import Problem, Wrong, a_or_an, all_of, beside, labelled, stating
from models.acts import ACT, Act, Correct, Decide, TaskAct, Urge
from models.classes import NAMED_CLASS, OPENNESS
from models.refusal import Missing, Refusal, all_missing
from models.refusals import NobodyCanJudge, RequirementMissing, TaskAlreadyClaimed
from models.task_events import TaskClaimed, TaskReassigned
from models.urging import urging_rules
from reading.directory import questions as directory
from reading.store import CaseRead, Store
from reading.words.days import moment_in_words
from reading.words.law import Law
from reading.words.texts import texts
from rules.articles import phrase
from rules.pinned import Citation, Label, UrgingRule
from rules.pinned_stages import Outcome
from rules.procedure_rules import ProcedureRules
from rules.vocabulary import QUESTIONS

THIS_ACT = Label(zh="此操作", en="this act")
A_COLLEAGUE = Label(zh="同一机构的其他经办人", en="Another officer of the body")


@contextmanager
def refused_before_receipt() -> Iterator[None]:
    """What the law refuses while there is no act yet is a problem too; it names the field, and no rule of the city."""
    try:
        yield
    except Refusal as fact:
        params = {name: tuple(value.split("|")) for name, value in fact.params.items()}
        wrong = [Wrong(fact.field, fact.code)] if fact.field else []
        raise Problem(fact.code, errors=wrong, params=params) from fact


async def refused(store: Store, row: ActRow) -> Problem:
    """The problem of an act that was refused."""
    known = row.problem or {}
    if known.get("code") == NobodyCanJudge.__name__:
        # Perhaps not even read; and the reason is a sentence, no code.
        return Problem(NobodyCanJudge.__name__, params={"reason": known.get("reason", "")}, act_id=row.act_id)
    read, act = await store.case_read(row.case_id), ACT.validate_python(row.act)
    holder = await who_claimed(store, read, act) if known.get("code") == TaskAlreadyClaimed.__name__ else None
    return problem_of(read, act, known, row.act_id, holder or A_COLLEAGUE)


async def who_claimed(store: Store, read: CaseRead, act: Act) -> Label | None:
    """Who has claimed the task that an act is about, and since when; None where nobody has it any more. For officers of
    its body, who alone are refused for that."""
    task = read.state.tasks.get(act.task_id) if isinstance(act, TaskAct) else None
    if task is None or task.claimed_by is None:
        return None
    called = (await directory.called(store, [task.claimed_by])).get(task.claimed_by)
    if called is None:
        return None
    login, name = called
    taken = (each for each in reversed(read.log) if isinstance(each, TaskClaimed | TaskReassigned))
    since = next((each.at for each in taken if each.task_id == task.task_id), None)
    if since is None:
        return Label(zh=f"{name.zh}（{login}）", en=f"{name.en} ({login})")
    return Label(
        zh=f"{name.zh}（{login}）于{moment_in_words(since, 'zh')}",
        en=f"{name.en} ({login}), on {moment_in_words(since, 'en')},",
    )


def problem_of(
    read: CaseRead,
    act: Act,
    details: Mapping[str, Any],
    act_id: str | None = None,
    holder: Label = A_COLLEAGUE,
) -> Problem:
    """The problem of an act that a case refuses, for these details of the refusal; `act_id` where it was received,
    `holder` who has claimed its task."""
    known = dict(details)
    code = known.pop("code", "Unexpected")
    if code == RequirementMissing.__name__:
        return requirement_missing(read, act, known, act_id)
    field = known.pop("field", None)
    citation = cited(read, known)
    params: dict[str, object] = {name: tuple(str(value).split("|")) for name, value in known.items()}
    if code == "AgreementNotStated":
        params = {"fields": all_of([tuple(str(field).split("|"))])}
    if code == "AnotherTaskFirst":
        stage = read.rules.stage(known["stage"])
        params["stage"] = stage.label if stage else known["stage"]
    if "allowed" in known:
        params["allowed"] = allowed(read, act, code, str(field), str(known["allowed"]).split("|"))
    params |= {"holder": holder} if code == TaskAlreadyClaimed.__name__ else {}
    params |= class_params(read.rules, code, known, place_of(field, act) if field else "")
    if code == "UrgingNotYours" and isinstance(act, Urge):
        params["bodies"] = tuple(named_urging(read.rules, each) for each in urging_rules(read.rules, act))
    rules = read.rules if citation else None
    wrong = Wrong(place_of(field, act) if field else None, code, params, citation, rules)
    return Problem(code, errors=[wrong], params=params, citation=citation, rules=rules, act_id=act_id)


def allowed(read: CaseRead, act: Act, code: str, field: str, codes: Sequence[str]) -> tuple[Label, ...]:
    """What may be chosen, by the labels of the law, each with its code behind it."""
    if code != "OutcomeNotAllowed":
        return labelled(read.rules, OPENNESS if field == NAMED_CLASS else field, codes)
    task = read.state.tasks.get(act.task_id) if isinstance(act, Decide | Correct) else None
    stage = read.rules.stage(task.stage) if task else None
    found = ((each, stage.outcome(each) if stage else None) for each in codes)
    return tuple(beside(known.label, each) if known else Label(zh=each, en=each) for each, known in found)


def class_params(rules: ProcedureRules, code: str, known: Mapping[str, Any], place: str) -> dict[str, object]:
    """The answer that is ruled out and why, or the class that is settled, by the names that people know."""
    if code == "ClassIsSettled":
        settled = rules.choice(OPENNESS, known["settled"])
        return {"settled": settled.label if settled else known["settled"]}
    if code == "AnswerBarred":
        asked = OPENNESS if place == NAMED_CLASS else place.removeprefix("answers.")
        answer = rules.choice(asked, known["answer"])
        because = tuple(texts().fields[name] for name in str(known["because"]).split("|"))
        return {"answer": answer.label if answer else known["answer"], "because": because}
    return {}


def named_urging(rules: ProcedureRules, rule: UrgingRule) -> Label:
    """The body that a rule lets urge, with the rule."""
    body, cited_as = rules.bodies[rule.body], phrase(rules.city_name, rule.citation)
    return Label(zh=f"{body.zh}（{cited_as.zh}）", en=f"{body.en} ({cited_as.en})")


def place_of(field: str, act: Act) -> str:
    """Where in the body of the call a field stands: what is answered with a draft stands among its answers."""
    is_answer = field in QUESTIONS and isinstance(act, Decide)
    return f"answers.{field}" if is_answer else field


def requirement_missing(read: CaseRead, act: Act, known: Mapping[str, Any], act_id: str | None) -> Problem:
    """Names all that the judge missed; the problem as a whole speaks of what the first of it is demanded by."""
    missing = all_missing(known)
    citation = cited(read, known)
    rules = read.rules if citation else None
    outcome = outcome_meant(read, act)
    named = a_or_an(outcome.label) if outcome else THIS_ACT

    def params(*demanded: Missing) -> dict[str, Label]:
        fields = [each.fields for each in demanded]
        return {"outcome": named, "states": stating(fields), "fields": all_of(fields)}

    def wrong(each: Missing) -> Wrong:
        place = "|".join(place_of(name, act) for name in each.fields)
        by = cited(read, each.details())
        return Wrong(place, "RequirementMissing", params(each), by, read.rules if by else None)

    by_same_rule = [each for each in missing if cited(read, each.details()) == citation]
    return Problem(
        "RequirementMissing",
        errors=[wrong(each) for each in missing],
        params=params(*by_same_rule),
        citation=citation,
        rules=rules,
        act_id=act_id,
    )


def outcome_meant(read: CaseRead, act: Act) -> Outcome | None:
    """The outcome that a decision names; None for any other act."""
    task = read.state.tasks.get(act.task_id) if isinstance(act, Decide | Correct) else None
    stage = read.rules.stage(task.stage) if task else None
    return stage.outcome(act.outcome) if stage and isinstance(act, Decide | Correct) else None


def cited(read: CaseRead, known: Mapping[str, Any]) -> Citation | None:
    """The rule that the refusal names, with its note; None where no rule of the city demands it."""
    if "source" not in known:
        return None
    return Law(read.rules, "zh").citation(known["source"], known["rule"], known["basis"])
