"""Why a call fails: every exception, ours or the framework's, becomes one problem."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from activities.database import AWAY, NEVER_TAKEN
from activities.evidence.refused import EvidenceNotAllowed, EvidenceRefused, EvidenceStoreAway, EvidenceUnknown
from activities.idempotency import IdempotencyKeyReused
from activities.refused import FieldsRefused
from activities.sealing.key_service import KeyServiceAway
from api.http.problems import BodyRefused, Problem, Wrong, answer, invalid, wrongs
from models.refusals import CannotBeStored
from reading.paging import CursorUnusable

LOG = logging.getLogger("kaifang.api")
AGAIN = {"Retry-After": "5"}
"""Seconds after which a call that found something away may be tried again."""
UNREADABLE = 400
"""With this the framework answers a body that is no text, which a JSON document is."""
BY_STATUS: Mapping[int, str] = {404: "NotFound", 405: "MethodNotAllowed", 413: "BodyTooLarge"}

KINDS: tuple[type[Exception], ...] = (
    *(Problem, RequestValidationError, HTTPException, FieldsRefused, CursorUnusable, IdempotencyKeyReused),
    *(EvidenceRefused, EvidenceStoreAway, KeyServiceAway, *AWAY, NoConnectionFree, CannotBeStored, *NEVER_TAKEN),
    *(DBAPIError, Exception),
)
"""Every kind of exception that is answered, the framework's own order apart."""


def problem_of(error: Exception) -> Problem:
    """The problem that an exception is; what nobody foresaw is `Unexpected`."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return misshapen(error)
        case HTTPException():
            return _of_the_framework(error)
        case FieldsRefused():
            return Problem("RequestInvalid", errors=wrongs(error.reasons, error.rules))
        case CursorUnusable():
            return invalid("cursor", error.code)
        case IdempotencyKeyReused():
            return Problem("IdempotencyKeyReused", errors=[Wrong("Idempotency-Key", "IdempotencyKeyReused")])
        case EvidenceRefused():
            return _of_evidence(error)
        case EvidenceStoreAway():
            return Problem("EvidenceStoreAway", more_headers=AGAIN)
        case KeyServiceAway():
            return Problem("KeyServiceAway", more_headers=AGAIN)
        case DBAPIError():
            return _of_the_driver(error)
        case LookupError():
            # A template that is not there is an OSError too, and nothing is away.
            return Problem("Unexpected")
        case _ if isinstance(error, (*AWAY, NoConnectionFree)):
            return Problem("DatabaseAway", more_headers=AGAIN)
        case _ if isinstance(error, (CannotBeStored, *NEVER_TAKEN)):
            return Problem("CannotBeStored")
        case _:
            return Problem("Unexpected")


def log(request: Request, error: Exception, problem: Problem) -> None:
    """Logs what whoever runs the system has to know; never what people wrote, which the message of an error of
    PostgreSQL can quote."""
    match problem.code:
        case "DatabaseAway" | "EvidenceStoreAway" | "KeyServiceAway":
            LOG.warning("%s: %r", problem.code, error)
        case "CannotBeStored":
            # A bound is missing somewhere.
            LOG.error("%s %s is never taken: %s", request.method, _logged(request), type(error).__name__)
        case "Unexpected":
            LOG.error("%s %s failed", request.method, _logged(request), exc_info=error)


def install(app: FastAPI) -> None:
    """Every way to fail is answered with a problem document."""

    async def answered(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        log(request, error, problem)
        if problem.code == "MethodNotAllowed":
            problem = Problem(problem.code, more_headers={"Allow": _allowed(request)})
        response = answer(request, problem)
        if problem.code == "HttpError" and isinstance(error, HTTPException):
            response.status_code = error.status_code
        return response

    for kind in KINDS:
        app.add_exception_handler(kind, answered)


def misshapen(error: RequestValidationError) -> Problem:
    """What of a request has not the form that it must have."""
    found = error.errors()
    if any(each["loc"][0] == "path" for each in found):
        # No id has such a form, so nothing of that name can be known.
        return Problem("NotFound")
    missing_key = ("header", "Idempotency-Key")
    if any(each["type"] == "missing" and tuple(each["loc"]) == missing_key for each in found):
        return Problem("IdempotencyKeyMissing", errors=[Wrong("Idempotency-Key", "missing")])
    return Problem("RequestInvalid", errors=[_wrong(each) for each in found])


def _wrong(found: Mapping[str, object]) -> Wrong:
    place = found["loc"]
    assert isinstance(place, tuple)
    context = found.get("ctx")
    params = {**(context if isinstance(context, dict) else {}), "message": found["msg"]}
    # A fault of the JSON text itself is placed by a position in it, which is no field.
    named = () if found["type"] == "json_invalid" else place[1:]
    return Wrong(".".join(str(part) for part in named) or None, str(found["type"]), params)


def _of_the_framework(error: HTTPException) -> Problem:
    if error.status_code == UNREADABLE:
        return Problem("RequestInvalid", errors=[Wrong(None, "json_invalid")])
    code = error.code if isinstance(error, BodyRefused) else BY_STATUS.get(error.status_code, "HttpError")
    return Problem(code, more_headers=error.headers)


def _of_evidence(error: EvidenceRefused) -> Problem:
    code = type(error).__name__
    match error:
        case EvidenceUnknown():
            params = {"ids": error.evidence_ids}
            return Problem(code, errors=[Wrong("evidence", code, params)], params=params)
        case EvidenceNotAllowed():
            return Problem(code, errors=[Wrong("evidence", error.rule, error.params)])
        case _:
            return Problem(code)


def _of_the_driver(error: DBAPIError) -> Problem:
    # SQLAlchemy wraps asyncpg's error twice, and not all that mean "away" as one class.
    driver = error.orig.__cause__ if error.orig else None
    if error.connection_invalidated or isinstance(driver, AWAY):
        return Problem("DatabaseAway", more_headers=AGAIN)
    return Problem("CannotBeStored" if isinstance(driver, NEVER_TAKEN) else "Unexpected")


def _logged(request: Request) -> str:
    """The path as a log file may have it: where it authorises the call, the pattern of the route."""
    is_secret = "token" in request.path_params
    return str(getattr(request.scope.get("route"), "path", "")) if is_secret else request.url.path


def _allowed(request: Request) -> str:
    """The methods of a path, of whichever routes they are; what can be read can be asked for its headers."""
    known: Iterable[tuple[str, re.Pattern[str], frozenset[str]]] = request.app.state.methods
    matching = [(path, of_path) for path, form, of_path in known if form.match(request.url.path)]
    # A path that fits two routes belongs to the more specific one.
    meant = max((path for path, _ in matching), key=lambda path: len(re.sub(r"{[^}]*}", "", path)), default="")
    methods = {method for path, of_path in matching if path == meant for method in of_path}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
