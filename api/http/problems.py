"""Problems as RFC 9457 describes them, in the caller's language, naming the field and the rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as member

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.http.language import headers, language_of
from api.http.problem_document import FieldError, ProblemDocument
from models.refusal import Conflict, NotYours, Refusal, Unknown, Unmet
from models.refusals import REFUSALS
from reading.shape import RuleNamed
from reading.words.language import Language, said
from reading.words.law import Law
from reading.words.texts import texts
from rules.admissibility import Inadmissible
from rules.pinned import Citation, Label
from rules.procedure_rules import ProcedureRules

MEDIA_TYPE = "application/problem+json"

BY_KIND: Mapping[type[Refusal], int] = {Conflict: 409, NotYours: 403, Unmet: 422, Unknown: 404}
"""What a refusal is answered with goes by its kind."""
BESIDE_THE_LOG: Mapping[type[Refusal], tuple[str, ...]] = {
    Conflict: (
        "AbsenceEnded",
        "AbsenceOverlaps",
        "AnotherNoticeOfThatName",
        "BodyMissing",
        "DeclarationTakenDown",
        "EnoughChannels",
        "EnoughFeeds",
        "EvidenceTooMuch",
        "FeedbackAnswered",
        "InterruptionOver",
        "NothingToChoose",
        "NothingToReport",
        "NothingToSign",
        "RectificationOpen",
        "UpdatedSince",
    ),
    NotYours: ("AccessRefused", "DelegateNotNamed", "EvidenceInfected", "FormFromElsewhere", "RealNameNeeded"),
    Unmet: ("EvidenceNotAllowed", "EvidenceUnknown", "EvidenceEmpty", "FileUnreadable", "Inadmissible"),
}
"""Facts for which something is refused that is no act on a case, by the kind that they are of."""
STATUS: Mapping[str, int] = {
    **{code: status for code, fact in REFUSALS.items() for kind, status in BY_KIND.items() if issubclass(fact, kind)},
    **{code: status for kind, status in BY_KIND.items() for code in BESIDE_THE_LOG.get(kind, ())},
    # What follows is no refusal of an act: a call that is not answered for a reason of its own.
    "RequestInvalid": 422,
    "NotFound": 404,
    "MethodNotAllowed": 405,
    "BodyTooLarge": 413,
    "AddressTooLong": 414,
    "HeadersTooLarge": 431,
    "NoHttp": 400,
    "TooManyCalls": 429,
    "Unauthenticated": 401,
    "IdempotencyKeyMissing": 400,
    "IdempotencyKeyReused": 422,
    "HoldersNotPublic": 404,
    "EvidenceTooLarge": 413,
    "EvidenceStoreAway": 503,
    "KeyServiceAway": 503,
    "UploadBrokenOff": 400,
    "DatabaseAway": 503,
    "IssuerAway": 503,
    "ClocksAreMoved": 503,
    "Unexpected": 500,
    "HttpError": 400,
    "GateCannotKnow": 503,
}

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
    return [Wrong(each.field, each.code, _with_labels(each, rules), each.citation, rules) for each in found]


def _with_labels(of: Inadmissible, rules: ProcedureRules | None) -> Params:
    """The values that a choice knows, each with its label beside the code."""
    known = of.params.get("known")
    if rules is None or of.field not in rules.choices or not isinstance(known, tuple):
        return of.params
    return {**of.params, "known": labelled(rules, of.field, known)}


def labelled(rules: ProcedureRules, choice: str, values: Iterable[str]) -> tuple[Label, ...]:
    """Values of a choice by their labels, each with its code behind it."""
    found = ((value, rules.choice(choice, value)) for value in values)
    return tuple(beside(known.label, value) if known else Label(zh=value, en=value) for value, known in found)


def beside(label: Label, code: str) -> Label:
    """What a code is called, with the code: whoever reads knows the one, whoever calls needs the other."""
    return Label(zh=f"{label.zh}（{code}）", en=f"{label.en} ({code})")


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
    """The same without the rule, for a page that shows the rule beside it."""
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
    if rule is not None:
        values["rule"] = f"{rule.text}：" if language == "zh" else f"{rule.text}: "
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
    """The names of fields that are demanded together, joined: "reason and legal basis"."""

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
