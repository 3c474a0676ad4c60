"""A form that could not be taken: the same again, with what is wrong beside its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import FormData

from activities.idempotency import IdempotencyKeyReused
from activities.refused import FieldsRefused
from api.http.failing import problem_of
from api.http.problems import STATUS, Problem
from pages.forms.fields import Field
from pages.forms.filled import filled
from reading.words.language import Language

REFUSED = (Problem, FieldsRefused, IdempotencyKeyReused)
"""What a form may be refused with."""
OF_THE_CALLER = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@dataclass(frozen=True)
class Attempt:
    """The fields with what stands in them and what is wrong, and what is wrong with none of them."""

    fields: tuple[Field, ...]
    elsewhere: tuple[str, ...] = ()


def attempted(form: FormData, asked: Sequence[Field], fact: Exception, language: Language) -> Attempt:
    """The form again. Raises the problem itself where nothing written in the form could mend it, such as a missing
    right."""
    problem = problem_of(fact)
    if STATUS[problem.code] in OF_THE_CALLER:
        raise problem from fact
    wanted = filled(form, problem, language)
    fields, elsewhere = wanted.in_(asked), tuple(wanted.elsewhere(asked))
    if not elsewhere and not any(field.problems for field in fields):
        elsewhere = (problem.document(language, "").detail,)
    return Attempt(fields, elsewhere)
