"""A refusal as a problem: which field, which rule, and all that is missing at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from api.laws import Law
from api.problems import Problem, Wrong, a_or_an, all_of, stating
from api.reading import CaseRead, Reader
from models.acts import ACT, Act, Correct, Decide, Supply
from models.judging import given_by
from models.tables import ActRow
from rules.articles import phrase
from rules.pack import QUESTIONS
from rules.pinned import Citation, EntryEffect, Label, Outcome, Requirement
from rules.procedure_rules import ProcedureRules

THIS_ACT = Label(zh="此操作", en="this act")


async def refused(reader: Reader, row: ActRow) -> Problem:
    """The problem of an act that was refused."""
    read = await reader.case_read(row.case_id)
    return problem_of(read, ACT.validate_python(row.act), row.problem or {}, row.act_id)


def problem_of(read: CaseRead, act: Act, details: Mapping[str, Any], act_id: str | None = None) -> Problem:
    """The problem of an act that a case refuses, for these details of the refusal; `act_id` where it was received."""
    known = dict(details)
    code = known.pop("code", "Unexpected")
    field = known.pop("field", None)
    if code == "RequirementMissing":
        return requirement_missing(read, act, str(field), known, act_id)
    params: dict[str, object] = {name: tuple(str(value).split("|")) for name, value in known.items()}
    citation = None
    if code == "AnotherTaskFirst":
        stage = read.rules.stage(known["stage"])
        params["stage"] = stage.label if stage else known["stage"]
    if code == "TakesTheWholeDataset":
        citation = cited(read, known)
    if code == "UrgingNotYours":
        params["bodies"] = tuple(who_urges(read.rules))
    if code == "ChoiceNotOnRequest" and isinstance(act, Decide | Supply):
        citation = why_not_on_request(read, act, str(field))
    rules = read.rules if citation else None
    wrong = Wrong(place_of(field, act) if field else None, code, params, citation, rules)
    return Problem(code, errors=[wrong], params=params, citation=citation, rules=rules, act_id=act_id)


def who_urges(rules: ProcedureRules) -> Iterator[Label]:
    """The bodies that may urge, each with the rule that lets it."""
    for rule in rules.urging:
        body, cited_as = rules.bodies[rule.body], phrase(rules.city_name, rule.citation)
        yield Label(zh=f"{body.zh}（{cited_as.zh}）", en=f"{body.en} ({cited_as.en})")


def why_not_on_request(read: CaseRead, act: Decide | Supply, name: str) -> Citation | None:
    """The rule by which a value is not for the party to choose; None where the law does not know the value."""
    choice = read.rules.choice(name, act.amends.choices.get(name, "")) if act.amends else None
    return choice.citation if choice else None


def place_of(field: str, act: Act) -> str:
    """Where in the body of the call a field stands: what is answered with a draft stands among its answers."""
    is_answer = field in QUESTIONS and isinstance(act, Decide)
    return f"answers.{field}" if is_answer else field


def requirement_missing(read: CaseRead, act: Act, field: str, known: Mapping[str, Any], act_id: str | None) -> Problem:
    """Names all that is demanded and was not given, where the refusal names the first thing alone."""
    outcome, missing = demanded_by(read, act)
    citation = cited(read, known)
    rules = read.rules if citation else None
    named = a_or_an(outcome.label) if outcome else THIS_ACT

    def params(demanded: list[tuple[str, ...]]) -> dict[str, Label]:
        return {"outcome": named, "states": stating(demanded), "fields": all_of(demanded)}

    def wrong(any_of: tuple[str, ...], by: Citation | None) -> Wrong:
        place = "|".join(place_of(name, act) for name in any_of)
        return Wrong(place, "RequirementMissing", params([any_of]), by, read.rules if by else None)

    first = tuple(field.split("|"))
    by_same_rule = [requirement.any_of for requirement in missing if requirement.citation == citation]
    return Problem(
        "RequirementMissing",
        errors=[wrong(requirement.any_of, requirement.citation) for requirement in missing] or [wrong(first, citation)],
        params=params(by_same_rule or [first]),
        citation=citation,
        rules=rules,
        act_id=act_id,
    )


def demanded_by(read: CaseRead, act: Act) -> tuple[Outcome | None, list[Requirement]]:
    """The outcome of a decision, and what it and its terms demand that was not given."""
    rules, state = read.rules, read.state
    task = state.tasks.get(act.task_id) if isinstance(act, Decide | Correct) else None
    stage = rules.stage(task.stage) if task else None
    if not isinstance(act, Decide | Correct) or stage is None:
        return None, []
    outcome = stage.outcome(act.outcome)
    mode = rules.choice("access_mode", act.terms.access_mode) if act.terms and act.terms.access_mode else None
    demanded = (*(mode.grant_requires if mode else ()), *(outcome.requires if outcome else ()))
    given = given_by(rules, state, act)
    amends = act.amends if isinstance(act, Decide) else None
    choices = {**state.choices, **(amends.choices if amends else {})}
    missing = [each for each in demanded if each.applies_to(choices) and not each.is_met_by(given)]
    return outcome, [*missing, *lacking(rules, choices, outcome, act)]


def lacking(
    rules: ProcedureRules, choices: Mapping[str, str], outcome: Outcome | None, act: Decide | Correct
) -> list[Requirement]:
    """The fields of an entry that the law demands and that the entry would not have by the draft, if there is one."""
    if outcome is None or outcome.entry is not EntryEffect.SUBMIT or not isinstance(act, Decide):
        return []
    if act.measure is None or not act.measure.entry_fields:
        return []
    return [
        Requirement(any_of=(f"entry.{rule.field}",), citation=rule.citation)
        for rule in rules.entry
        if rule.required
        and all(choices.get(name) in values for name, values in rule.when.items())
        and rule.field not in act.measure.entry_fields
    ]


def cited(read: CaseRead, known: Mapping[str, Any]) -> Citation | None:
    """The rule that the refusal names, with its note; None where no rule of the city demands it."""
    if "source" not in known:
        return None
    return Law(read.rules, "zh").citation(known["source"], known["rule"], known["basis"])
