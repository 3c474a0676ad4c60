"""A refusal as a problem: which field, which rule, and all that is missing at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.laws import Law
from api.problems import Problem, Wrong, a_or_an, all_of, stating
from api.reading import CaseRead, Reader
from models.acts import ACT, Act, Correct, Decide
from models.judging import given_by
from models.tables import ActRow
from rules.pinned import Citation, Label, Outcome, Requirement

THIS_ACT = Label(zh="此操作", en="this act")


async def refused(reader: Reader, row: ActRow) -> Problem:
    """The problem of an act that was refused."""
    known = dict(row.problem or {})
    code = known.pop("code", "Unexpected")
    field = known.pop("field", None)
    if code == "RequirementMissing":
        read = await reader.case_read(row.case_id)
        return requirement_missing(read, ACT.validate_python(row.act), str(field), known)
    params: dict[str, object] = {name: tuple(str(value).split("|")) for name, value in known.items()}
    if code == "AnotherTaskFirst":
        stage = (await reader.case_read(row.case_id)).rules.stage(known["stage"])
        params["stage"] = stage.label if stage else known["stage"]
    return Problem(code, errors=[Wrong(field, code, params)], params=params, act_id=row.act_id)


def requirement_missing(read: CaseRead, act: Act, field: str, known: Mapping[str, Any]) -> Problem:
    """Names all that is demanded and was not given, where the refusal names the first thing alone."""
    outcome, missing = demanded_by(read, act)
    citation = cited(read, known)
    rules = read.rules if citation else None
    named = a_or_an(outcome.label) if outcome else THIS_ACT

    def params(demanded: list[tuple[str, ...]]) -> dict[str, Label]:
        return {"outcome": named, "states": stating(demanded), "fields": all_of(demanded)}

    def wrong(any_of: tuple[str, ...], by: Citation | None) -> Wrong:
        return Wrong("|".join(any_of), "RequirementMissing", params([any_of]), by, rules)

    first = tuple(field.split("|"))
    by_same_rule = [requirement.any_of for requirement in missing if requirement.citation == citation]
    return Problem(
        "RequirementMissing",
        errors=[wrong(requirement.any_of, requirement.citation) for requirement in missing] or [wrong(first, citation)],
        params=params(by_same_rule or [first]),
        citation=citation,
        rules=rules,
        act_id=act.id,
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
    return outcome, [each for each in demanded if each.applies_to(state.choices) and not each.is_met_by(given)]


def cited(read: CaseRead, known: Mapping[str, Any]) -> Citation | None:
    """The rule that the refusal names, with its note; None where no rule of the city demands it."""
    if "source" not in known:
        return None
    return Law(read.rules, "zh").citation(known["source"], known["rule"], known["basis"])
