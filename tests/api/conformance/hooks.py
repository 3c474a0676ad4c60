"""What the contract promises beyond what the tool checks by itself; the tool loads this file."""

from __future__ import annotations

from typing import Any, get_args

import schemathesis
from pydantic_core.core_schema import ErrorType

SHAPES = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}
"""Errors that a schema can tell of: a length, a form, a missing field. What a law or the catalogue says, none can."""


class MisshapenThoughTheSchemaSaysNot(AssertionError):
    """The document calls the request well formed, and the service calls it misshapen."""


@schemathesis.check
def what_the_schema_allows_is_never_misshapen(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """A request that fits the document is answered, or refused for a reason that no schema can give."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    errors = response.json().get("errors", ())
    if misshapen := [each for each in errors if each["code"] in SHAPES]:
        raise MisshapenThoughTheSchemaSaysNot(f"{case.operation.label}: {misshapen}")
