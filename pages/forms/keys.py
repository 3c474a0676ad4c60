"""The key of a form: it files once what is sent with it, however often it is sent."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from api.http.failing import problem_of
from api.http.problems import STATUS


def key_for_another_try(error: Exception, key: str) -> str:
    """The key of a form that is shown again: another one, since its own may be that of an act which was received and
    refused; the same where nobody knows what became of it, so that nothing is received twice."""
    nobody_knows = STATUS[problem_of(error).code] >= HTTPStatus.INTERNAL_SERVER_ERROR
    return key if nobody_knows else str(uuid.uuid4())
