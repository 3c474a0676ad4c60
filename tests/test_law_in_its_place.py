"""Who carries a form to its act judges nothing: law is asked of `models` and `rules`, and who may do what of sight.

A wall that reads the source: no import contract sees a judgement that is written out where it does not belong. Pages
choose what to offer by what somebody is, and are held to the other half: they refuse nothing by name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.refusals import REFUSALS as BY_NAME

ROOT = Path(__file__).resolve().parent.parent
CARRYING = ("api/acting", "api/routers")
WORDING = "refusals.py"
"""Puts a refusal into words, and has to know which one it is."""
OF_THE_LAW = frozenset({"grant", "against", "filed_by", "in_place_of", "acting_in_place", "is_about_data"})
OF_THE_CASE = frozenset({"procedure", "party", "round", "openness", "after_the_law", "after_the_law_since"})
OF_SIGHT = frozenset({"has", "roles", "body", "body_role", "city", "is_officer", "has_part"})
JUDGED_BY = OF_THE_LAW | OF_THE_CASE | OF_SIGHT
"""What somebody is, and what a case or its law is: whoever asks that in a condition judges."""
REFUSALS = frozenset(BY_NAME)
CONDITIONS = (ast.If, ast.IfExp, ast.While)


def conditions(tree: ast.AST) -> Iterator[ast.expr]:
    """Every expression of which the truth decides what is done, or which is compared."""
    for node in ast.walk(tree):
        if isinstance(node, CONDITIONS):
            yield node.test
        elif isinstance(node, ast.comprehension):
            yield from node.ifs
        elif isinstance(node, ast.Match):
            yield node.subject
        elif isinstance(node, ast.Compare | ast.BoolOp):
            yield node


def read_in(condition: ast.expr) -> Iterator[ast.Attribute]:
    """The attributes that the condition itself reads: what it hands to a function, that function judges."""
    if isinstance(condition, ast.Call):
        if isinstance(condition.func, ast.Attribute):
            yield condition.func
        return
    if isinstance(condition, ast.Attribute):
        yield condition
    for part in ast.iter_child_nodes(condition):
        if isinstance(part, ast.expr):
            yield from read_in(part)


def judgements(source: str) -> list[str]:
    """Where the source judges by what somebody or a case is, or refuses by itself what the law has a refusal for."""
    tree = ast.parse(source)
    judged = {
        f"{attribute.lineno}: {ast.unparse(attribute)}"
        for condition in conditions(tree)
        for attribute in read_in(condition)
        # `or` that fills in what is left out chooses a value and decides nothing.
        if attribute.attr in JUDGED_BY and not is_a_default(condition)
    }
    return sorted(judged | named_refusals(tree))


def named_refusals(tree: ast.AST) -> set[str]:
    """Where the source refuses by itself, by name, what the law has a refusal for."""
    # What is raised from a fact puts into words what the law has refused.
    worded = {id(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.cause}
    return {
        f"{node.lineno}: Problem({node.args[0].value})"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and id(node) not in worded
        and isinstance(node.func, ast.Name)
        and node.func.id == "Problem"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value in REFUSALS
    }


def is_a_default(condition: ast.expr) -> bool:
    return isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.Or) and is_empty(condition.values[-1])


def is_empty(value: ast.expr) -> bool:
    return (isinstance(value, ast.Constant) and not value.value) or (isinstance(value, ast.Tuple) and not value.elts)


def test_who_carries_a_form_to_its_act_judges_nothing() -> None:
    files = [file for room in CARRYING for file in sorted((ROOT / room).rglob("*.py")) if file.name != WORDING]
    assert files
    found = {
        str(file.relative_to(ROOT)): judged
        for file in files
        if (judged := judgements(file.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_a_page_refuses_nothing_by_the_name_that_the_law_has_for_it() -> None:
    files = sorted((ROOT / "pages").rglob("*.py"))
    assert files
    found = {
        str(file.relative_to(ROOT)): refused
        for file in files
        if (refused := named_refusals(ast.parse(file.read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "breach",
    ["if city != here: raise Problem('NotYourCity')", "raise Problem('RoleRequired', params={'roles': ROLES})"],
)
def test_a_refusal_that_a_page_names_itself_is_found(breach: str) -> None:
    assert named_refusals(ast.parse(breach))


@pytest.mark.parametrize(
    "breach",
    [
        "if caller.body != dataset.provider: raise Problem('Another')",
        "if caller.has('admin'): pass",
        "owner = None if caller.has('admin') else caller.account_id",
        "grants = rules.grant is not None",
        "terms = form.terms() if rules.grant else None",
        "if case.procedure == DEMAND and form.reference: pass",
        "if is_known(form) and not caller.is_officer: pass",
        "rows = [row for row in found if row.openness == 'conditional']",
        "match case.procedure:\n    case 'leak': pass",
        "if found: raise Problem('NotYourTask')",
    ],
)
def test_a_judgement_among_those_who_carry_is_found(breach: str) -> None:
    assert judgements(breach)


@pytest.mark.parametrize(
    "asked",
    [
        "if not who_may_act.may_file(rules, caller.roles, caller.body, bodies): pass",
        "with refused_before_receipt(): caller.must_answer(task)",
        "found = city_of_directory(caller, caller.city or '')",
        "if known is None: raise Problem('NotFound')",
    ],
)
def test_who_asks_the_law_or_sight_judges_nothing(asked: str) -> None:
    assert judgements(asked) == []
