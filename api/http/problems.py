"""Problems as RFC 9457 describes them, in the caller's language, naming the field and the rule."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as member

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from activities.database import AWAY, NEVER_TAKEN
from activities.evidence.store import EvidenceNotAllowed, EvidenceRefused, EvidenceStoreAway, EvidenceUnknown
from activities.idempotency import IdempotencyKeyReused
from activities.refused import FieldsRefused
from api.http.language import headers, language_of
from api.http.problem_document import FieldError, ProblemDocument
from models.refusals import CannotBeStored, Conflict, NotYours, Refusal, Unknown, Unmet
from reading.paging import CursorUnusable
from reading.shape import RuleNamed
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.admissibility import Inadmissible
from rules.pinned import Citation, Label
from rules.procedure_rules import ProcedureRules

LOG = logging.getLogger("kaifang.api")
MEDIA_TYPE = "application/problem+json"
TRY_AGAIN_AFTER = 5
"""Seconds."""

BY_KIND: Mapping[type[Refusal], int] = {Conflict: 409, NotYours: 403, Unmet: 422, Unknown: 404}
"""What a refusal is answered with goes by its kind."""
STATUS: Mapping[str, int] = {
    **{refusal.__name__: status for kind, status in BY_KIND.items() for refusal in kind.__subclasses__()},
    # What follows is no refusal of an act: a call that is not answered for a reason of its own.
    "FormFromElsewhere": 403,
    "EnoughChannels": 409,
    "Inadmissible": 422,
    "RequestInvalid": 422,
    "NotYourBody": 403,
    "AbsenceOverlaps": 409,
    "AbsenceEnded": 409,
    "RectificationOpen": 409,
    "NotYourCity": 403,
    "NotYourDataset": 403,
    "UpdatedSince": 409,
    "FileUnreadable": 422,
    "NotFound": 404,
    "MethodNotAllowed": 405,
    "BodyTooLarge": 413,
    "Unauthenticated": 401,
    "RoleRequired": 403,
    "IdempotencyKeyMissing": 400,
    "IdempotencyKeyReused": 422,
    "NothingToSign": 409,
    "OperatorReports": 403,
    "OperatorAnnounces": 403,
    "InterruptionOver": 409,
    "HoldersNotPublic": 404,
    "EnoughFeeds": 409,
    "ProviderOrAuthorityRecords": 403,
    "NoPartInTheCase": 403,
    "AnotherNoticeOfThatName": 409,
    "EvidenceEmpty": 422,
    "EvidenceTooLarge": 413,
    "EvidenceTooMuch": 409,
    "EvidenceNotAllowed": 422,
    "EvidenceUnknown": 422,
    "EvidenceStoreAway": 503,
    "UploadBrokenOff": 400,
    "DatabaseAway": 503,
    "Unexpected": 500,
    "HttpError": 400,
    "AccessRefused": 403,
    "GateCannotKnow": 503,
}
UNREADABLE = 400
"""With this the framework answers a body that is no text, which a JSON document is."""
BY_STATUS: Mapping[int, str] = {404: "NotFound", 405: "MethodNotAllowed", 413: "BodyTooLarge"}

REASONS = frozenset({"reason", "basis", "access_mode_basis"})
"""What a decision gives for itself."""

Params = Mapping[str, object]


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong with one field; `citation` is of `rules`."""

    field: str | None
    code: str
    params: Params = member(default_factory=dict)
    citation: Citation | None = None
    rules: ProcedureRules | None = None


class Problem(Exception):
    """Why a call is not answered as it wished. `code` has a status and texts; `params` are what the texts speak of."""

    def __init__(
        self,
        code: str,
        *,
        errors: Iterable[Wrong] = (),
        params: Params | None = None,
        citation: Citation | None = None,
        rules: ProcedureRules | None = None,
        act_id: str | None = None,
        more_headers: Mapping[str, str] | None = None,
    ) -> None:
        self.code = code
        self.errors = tuple(errors)
        self.params = dict(params or {})
        self.citation = citation
        self.rules = rules
        self.act_id = act_id
        self.more_headers = dict(more_headers or {})
        super().__init__(code)

    def document(self, language: Language, instance: str) -> ProblemDocument:
        """The problem document, in this language."""
        text = texts().problems[self.code]
        return ProblemDocument(
            type=type_of(self.code),
            title=said(text.title, language),
            status=STATUS[self.code],
            detail=_filled(text.detail, self.params, _rule(self.rules, self.citation, language), language),
            instance=instance,
            errors=[field_error(wrong, language) for wrong in self.errors],
            act_id=self.act_id,
        )


class BodyRefused(HTTPException):
    """A body is refused while it is being read; not a Problem, which the framework takes for a body it cannot parse."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(STATUS[code])


def type_of(code: str) -> str:
    """The stable name of a problem: `urn:kaifang:problem:task-already-decided`."""
    return "urn:kaifang:problem:" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", code).lower()


def invalid(field_name: str, code: str, **params: object) -> Problem:
    """A request that is refused for one field."""
    return Problem("RequestInvalid", errors=[Wrong(field_name, code, params)])


def wrongs(found: Iterable[Inadmissible], rules: ProcedureRules | None) -> list[Wrong]:
    """Each reason why something cannot be received, with the rule that it breaks."""
    return [Wrong(each.field, each.code, each.params, each.citation, rules) for each in found]


def _rule(rules: ProcedureRules | None, citation: Citation | None, language: Language) -> RuleNamed | None:
    if rules is None:
        return None
    law = Law(rules, language)
    return law.named(citation) if citation else law.in_general()


def field_error(wrong: Wrong, language: Language) -> FieldError:
    """What is wrong with one field, in this language."""
    rule = _rule(wrong.rules, wrong.citation, language)
    detail = _filled(_text_of(wrong), wrong.params, rule, language)
    return FieldError(field=wrong.field, code=wrong.code, detail=detail, rule=rule)


def plain_error(wrong: Wrong, language: Language) -> str:
    """The same without the rule, for who shows that beside it."""
    return _filled(_text_of(wrong), wrong.params, None, language)


def _text_of(wrong: Wrong) -> Label:
    known = texts()
    if wrong.code in known.errors:
        return known.errors[wrong.code]
    if wrong.code in known.problems:
        return known.problems[wrong.code].detail
    return known.shapes.get(wrong.code, known.shapes["other"])


class _Params(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


def _filled(text: Label, params: Params, rule: RuleNamed | None, language: Language) -> str:
    values = _Params({name: spoken(value, language) for name, value in params.items()})
    values["rule"] = "" if rule is None else f"{rule.text}：" if language == "zh" else f"{rule.text}: "
    return said(text, language).format_map(values)


def spoken(value: object, language: Language) -> str:
    """A value as a sentence of this language names it."""
    if isinstance(value, Label):
        return said(value, language)
    if isinstance(value, tuple | list):
        return ("、" if language == "zh" else ", ").join(spoken(part, language) for part in value)
    # Half a pair of surrogates, which JSON can send, is no text that an answer can carry.
    return str(value).encode(errors="backslashreplace").decode()


def all_of(fields: Iterable[tuple[str, ...]]) -> Label:
    """The names of fields that are demanded together, each as one of several: "reason and legal basis"."""

    def named(name: str) -> Label:
        return texts().fields.get(name, Label(zh=name, en=name))

    groups = [[named(name) for name in group] for group in fields]
    return Label(
        zh="和".join("或".join(label.zh for label in group) for group in groups),
        en=" and ".join(" or ".join(label.en for label in group) for group in groups),
    )


def stating(fields: Iterable[tuple[str, ...]]) -> Label:
    """The verb that goes with fields that are demanded together: Chinese has one for reasons, another for the rest."""
    only_reasons = all(name in REASONS for group in fields for name in group)
    return Label(zh="说明" if only_reasons else "载明", en="states")


def a_or_an(noun: Label) -> Label:
    """The noun as a sentence speaks of any such thing: "a refusal", "an approval"."""
    first, rest = noun.en[0].lower(), noun.en[1:]
    return Label(zh=noun.zh, en=f"{'an' if first in 'aeiou' else 'a'} {first}{rest}")


def answer(request: Request, problem: Problem) -> Response:
    """The problem as an HTTP answer."""
    language = language_of(request)
    document = problem.document(language, request.url.path)
    return JSONResponse(
        document.model_dump(mode="json"),
        status_code=document.status,
        media_type=MEDIA_TYPE,
        headers={**headers(language), **problem.more_headers},
    )


def _logged(request: Request) -> str:
    """The path as a log file may have it: where it authorises the call, the pattern of the route."""
    is_secret = "token" in request.path_params
    return str(getattr(request.scope.get("route"), "path", "")) if is_secret else request.url.path


def _allowed(request: Request) -> str:
    """The methods of a path, of whichever routes they are; what can be read can be asked for its headers."""
    known: Iterable[tuple[str, re.Pattern[str], frozenset[str]]] = request.app.state.methods
    matching = [(path, of_path) for path, form, of_path in known if form.match(request.url.path)]
    # Where a path has two forms, it is meant by the one that says most of it.
    meant = max((path for path, _ in matching), key=lambda path: len(re.sub(r"{[^}]*}", "", path)), default="")
    methods = {method for path, of_path in matching if path == meant for method in of_path}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def install(app: FastAPI) -> None:
    """Every way to fail, of ours or of the framework, is answered with a problem document."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return answer(request, error)

    async def misshapen(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, misshapen_body(error))

    async def of_the_framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == UNREADABLE:
            return answer(request, Problem("RequestInvalid", errors=[Wrong(None, "json_invalid")]))
        code = error.code if isinstance(error, BodyRefused) else BY_STATUS.get(error.status_code)
        more = {"Allow": _allowed(request)} if code == "MethodNotAllowed" else error.headers
        response = answer(request, Problem(code or "HttpError", more_headers=more))
        if code is None:
            response.status_code = error.status_code
        return response

    async def fields_refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, FieldsRefused)
        return answer(request, Problem("RequestInvalid", errors=wrongs(error.reasons, error.rules)))

    async def cursor_unusable(request: Request, error: Exception) -> Response:
        assert isinstance(error, CursorUnusable)
        return answer(request, invalid("cursor", error.code))

    async def key_reused(request: Request, _error: Exception) -> Response:
        errors = [Wrong("Idempotency-Key", "IdempotencyKeyReused")]
        return answer(request, Problem("IdempotencyKeyReused", errors=errors))

    async def of_evidence(request: Request, error: Exception) -> Response:
        code = type(error).__name__
        if isinstance(error, EvidenceUnknown):
            params = {"ids": error.evidence_ids}
            return answer(request, Problem(code, errors=[Wrong("evidence", code, params)], params=params))
        if isinstance(error, EvidenceNotAllowed):
            return answer(request, Problem(code, errors=[Wrong("evidence", error.rule, error.params)]))
        return answer(request, Problem(code))

    async def store_away(request: Request, error: Exception) -> Response:
        LOG.warning("the store of evidence is away: %s", error)
        return answer(request, Problem("EvidenceStoreAway", more_headers={"Retry-After": str(TRY_AGAIN_AFTER)}))

    async def away(request: Request, error: Exception) -> Response:
        LOG.warning("PostgreSQL is away: %r", error)
        return answer(request, Problem("DatabaseAway", more_headers={"Retry-After": str(TRY_AGAIN_AFTER)}))

    async def never_taken(request: Request, error: Exception) -> Response:
        # A bound is missing somewhere; the message of such an error can quote what people wrote.
        LOG.error("%s %s is never taken: %s", request.method, _logged(request), type(error).__name__)
        return answer(request, Problem("CannotBeStored"))

    async def of_the_driver(request: Request, error: Exception) -> Response:
        assert isinstance(error, DBAPIError)
        # SQLAlchemy wraps asyncpg's error twice, and not all that mean "away" as one class.
        driver = error.orig.__cause__ if error.orig else None
        if error.connection_invalidated or isinstance(driver, AWAY):
            return await away(request, error)
        return await (never_taken if isinstance(driver, NEVER_TAKEN) else unexpected)(request, error)

    async def unexpected(request: Request, error: Exception) -> Response:
        LOG.error("%s %s failed", request.method, _logged(request), exc_info=error)
        return answer(request, Problem("Unexpected"))

    app.add_exception_handler(Problem, ours)
    app.add_exception_handler(RequestValidationError, misshapen)
    app.add_exception_handler(HTTPException, of_the_framework)
    app.add_exception_handler(FieldsRefused, fields_refused)
    app.add_exception_handler(CursorUnusable, cursor_unusable)
    app.add_exception_handler(IdempotencyKeyReused, key_reused)
    app.add_exception_handler(EvidenceRefused, of_evidence)
    app.add_exception_handler(EvidenceStoreAway, store_away)
    for kind in (*AWAY, NoConnectionFree):
        app.add_exception_handler(kind, away)
    for never in (CannotBeStored, *NEVER_TAKEN):
        app.add_exception_handler(never, never_taken)
    app.add_exception_handler(DBAPIError, of_the_driver)
    app.add_exception_handler(Exception, unexpected)


def misshapen_body(error: RequestValidationError) -> Problem:
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
