"""What somebody sent with a form: read as the API's form would be, and what is wrong put beside its field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile

from api.http.failing import misshapen
from api.http.problems import Problem, plain_error
from pages.forms.fields import Field, Wanted
from pages.forms.kinds import Kind
from reading.words.language import Language

F = TypeVar("F", bound=BaseModel)
OURS = frozenset({"forgery_key", "key", "edit"})
"""Fields of every form of ours, which say nothing of its matter."""


def stated(form: FormData, asked: Iterable[Field]) -> dict[str, Any]:
    """What was filled in, as JSON would say it; what was left empty is left out."""
    found: dict[str, Any] = {}
    for each in asked:
        values = [text.strip() for text in form.getlist(each.name) if isinstance(text, str) and text.strip()]
        if not values:
            continue
        match each.kind:
            case Kind.ITEMS | Kind.FILES:
                found[each.name] = values
            case Kind.COUNT:
                found[each.name] = int(values[0]) if values[0].isdecimal() else values[0]
            case Kind.WORKING_DAYS:
                found[each.name] = f"{values[0]}wd" if values[0].isdecimal() else values[0]
            case Kind.YES:
                found[each.name] = True
            case _:
                found[each.name] = values[0].replace("\r\n", "\n")
    return found


def parsed(kind: type[F], content: Mapping[str, Any]) -> F:
    """The API's form of it. Raises a Problem on each field that is misshapen."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        found = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise misshapen(RequestValidationError(found)) from error


def filled(form: FormData, problem: Problem | None, language: Language) -> Wanted:
    """What stands in the fields, with what a problem says of each: the first part of a field's path is its name."""
    values: dict[str, Sequence[str]] = {
        name: [each for each in form.getlist(name) if not isinstance(each, UploadFile)]
        for name in form
        if name not in OURS
    }
    problems: defaultdict[str | None, list[str]] = defaultdict(list)
    for wrong in problem.errors if problem else ():
        for name in (wrong.field or "").split("|"):
            problems[name.split(".")[0] or None].append(plain_error(wrong, language))
    return Wanted(values, dict(problems))
