"""What the contract promises beyond what the tool checks by itself; the tool loads this file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, get_args

import schemathesis
from pydantic_core.core_schema import ErrorType
from schemathesis.core.failures import FailureGroup

SHAPES = frozenset(get_args(ErrorType)) - {"value_error", "assertion_error"}
"""Errors that a schema can tell of: a length, a form, a missing field. What a law or the catalogue says, none can."""
ROLES: Mapping[str, str] = json.loads(os.environ["KAIFANG_CALLED_AS_WELL"])
"""The token of each role that calls besides the one of the command."""


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


class AnsweredOtherwise(AssertionError):
    """The document says something else of what this role was answered."""


@schemathesis.check
def every_role_is_answered_as_the_document_says(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """What one role has called the others call too, and each answer is held against the document like the first.

    Making up a call takes far longer than calling: five runs, one a role, would make up the same calls five times.
    """
    for role, token in ROLES.items():
        headers = {"Authorization": f"Bearer {token}"}
        answer = case.call(headers=headers)
        try:
            case.validate_response(
                answer,
                headers=headers,
                transport_kwargs={"headers": headers},
                excluded_checks=[every_role_is_answered_as_the_document_says],
            )
        except FailureGroup as failures:
            raise AnsweredOtherwise(f"as {role}: {failures}") from failures
