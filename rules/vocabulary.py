"""What people state: every field of a filing, a decision, a signature or a draft, once.

`FIELDS` says what each is and how it is called, `FORMS` which form asks for it. Forms, what packs may demand, what a
case shows and what problems name follow from here: a new field of one city is a line in each of the two, and its pack.
Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.fields import ENTRY, FIELDS, TEXTS, Asked, Kind, Part
from rules.pinned import Label
from rules.procedure_names import (
    ACCESS_REQUEST,
    ACCOUNT_CHANGE,
    CATALOGUE_UPDATE,
    CONTACT_CHANGE,
    DEMAND,
    IMPROVEMENT,
    LEAK,
    MISUSE,
    MISUSE_APPEAL,
    OBJECTION,
    OPENING_ELSEWHERE,
    QUALITY_CHECK,
    RECTIFICATION,
    SHARING_REQUEST,
)

AGREEMENT = "agreement"
REPORT = "report"
REPORT_RESULTS = "report_results"
"""The outcomes by which a user of data reports, without results and with them; the first is also that form's name."""
SIGNATURE = "signature"
DECISION = "decision"
ANSWERS = "answers"

FORMS: Mapping[str, tuple[Asked, ...]] = {
    ACCESS_REQUEST: (
        Asked("urgency", "normal, expedited, urgent: as the city's law knows them"),
        Asked("purpose"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("scenario"),
        Asked("safeguards"),
        Asked("access_mode", "download, api, algorithm"),
        Asked("use", "general, research, commercial"),
        Asked("tender_reference"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    OBJECTION: (
        Asked("ground", "why: one of the grounds that the city's law knows"),
        Asked("statement"),
        Asked("evidence"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("leak", "whether data has leaked already, where the city's law asks"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    LEAK: (
        Asked("statement"),
        Asked("data_items"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    DEMAND: (
        Asked("statement", "which data"),
        Asked("purpose", "what for"),
        Asked("use", "general, research, commercial, where the city's law knows them"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    RECTIFICATION: (
        Asked("breach", "which duty: one of those that the city's law names"),
        Asked("statement", "what was done, or left undone"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    MISUSE: (
        Asked("misuse", "what was done: one of the cases that the city's law knows"),
        Asked("statement", "what was seen, and of whom"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    MISUSE_APPEAL: (
        Asked("statement", "why the measure is wrong"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    IMPROVEMENT: (
        Asked("statement", "what the evaluation has found of the body"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    QUALITY_CHECK: (
        Asked("statement", "what is doubted, or wrong"),
        Asked("discovered_on", "the day on which the doubt or fault was found"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
    ),
    ACCOUNT_CHANGE: (
        Asked("account_action", "a new account, a change or the end of one, as the city's law knows them"),
        Asked("account_user", "who uses it, or is to use it"),
        Asked("statement", "what is to change, and why"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    CONTACT_CHANGE: (
        Asked("contact", "who it is from now on"),
        Asked("reached_at", "by telephone or mail"),
        Asked("discovered_on", "the day on which it changed"),
    ),
    OPENING_ELSEWHERE: (
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("elsewhere", "where the data is opened, such as an address"),
        Asked("special_reason", "why it cannot be opened on the platform"),
        Asked("opens_on", "the day from which it is open there"),
    ),
    SHARING_REQUEST: (
        Asked("purpose", "for which task of the department or unit"),
        Asked("access_mode", "api, download, algorithm: as the city's law knows them"),
        Asked("data_items", "ids of the dataset's items; none named: all"),
        Asked("scenario", "of another unit: in what the data is used"),
        Asked("safeguards", "of another unit: how the data is kept safe"),
        Asked("discovered_on", "the day on which it came to be known"),
    ),
    CATALOGUE_UPDATE: (
        Asked("trigger", "what happened: one of the triggers that the city's law knows", always=True),
        Asked("occurred_on", "the day on which it happened, or took effect", demandable=False),
        Asked("statement", "what happened, in words"),
        Asked("entry", "the draft, submitted with the filing", demandable=False),
        Asked("answers", "what is answered with the draft", demandable=False),
        Asked("basis", "by which law the draft narrows a class, where the city's law asks", demandable=False),
    ),
    REPORT: (
        Asked("uses", "how the data was used since the report before"),
        Asked("results", "products, services, studies that came of it; none named: none did"),
        Asked("source_cited", "how the results say where the data is from"),
        Asked("obtained_on", "the day on which the data of the results was obtained, where the city's law asks"),
    ),
    AGREEMENT: (
        Asked("purpose"),
        Asked("scenario"),
        Asked("safeguards"),
        Asked("conditions"),
        Asked("data_items", "the list of data, where the law wants one in what is signed"),
    ),
    SIGNATURE: (
        Asked("purpose"),
        Asked("scenario"),
        Asked("safeguards"),
        Asked("data_items", "the list of data, where the law wants one in what is signed"),
        Asked("digest", "of the agreement that is signed, where the city has a text of it", demandable=False),
    ),
    DECISION: (
        Asked("reason"),
        Asked("basis"),
        Asked("reference"),
        Asked("tender_reference"),
        Asked("access_mode_basis"),
        Asked("conditions", "of a signature: on which conditions the data is used", part=Part.AGREEMENT),
        Asked(
            "scenario",
            "of a signature: what the data is used in, as far as it is agreed",
            demandable=False,
            part=Part.AGREEMENT,
        ),
        Asked("digest", "of a signature: of the agreement that is signed, where the city has a text", demandable=False),
        Asked("text", demandable=False),
        Asked("answer", "what the objector is told"),
        Asked("measure", "what was done"),
        Asked("result", "of a quality check: what was found"),
        Asked("processing", "what was done to data before it is opened again"),
        Asked("masking", "of an evaluation of closed data: which masking makes it fit for opening, or was not enough"),
        Asked("mounting", "where and how the data itself was mounted for its opening"),
        Asked("need", "why data must be opened again"),
        Asked("processed_on", "the day on which the processing was done", part=Part.DATA),
        Asked("held_from", "the first day of a public consultation", part=Part.DATA),
        Asked("held_until", "its last day, which is over", part=Part.DATA),
        Asked("time_limit", "of an order: 10wd is ten working days from now", part=Part.LIMIT),
        Asked("last_day", "of an order: the last day in time, instead of `time_limit`", part=Part.LIMIT),
        Asked("named_class", "of an entry: the class that is proposed or set instead", part=Part.DATA),
        Asked("entry_changes", "the processing changes the catalogue's entry", demandable=False, part=Part.DATA),
        Asked("entry", "in a catalogue update: the draft that is submitted", part=Part.DATA),
        Asked("answers", "what is answered with that draft", demandable=False, part=Part.DATA),
        Asked("data_items", demandable=False),
        Asked("access_mode", demandable=False, part=Part.GRANT),
        Asked("valid_days", "calendar days from the grant", demandable=False, part=Part.GRANT),
        Asked("daily_calls", "how often on one day", demandable=False, part=Part.GRANT),
        Asked(
            "report_days",
            "calendar days after which a report on use is owed, again and again",
            demandable=False,
            part=Part.GRANT,
        ),
        Asked("misused_grant", "of misuse: the case number of the grant under which it was done", part=Part.USE),
        Asked("misuse", "of misuse: which it was, as it was found", part=Part.USE),
        Asked("left_items", "of misuse: the items that the grant is left", part=Part.USE),
        Asked("left_mode", "of misuse: the access mode that it is left", part=Part.USE),
        Asked("focus", "of a year: what the city opens first"),
        Asked("plan", "of a year: what the body is to open, as one text"),
        Asked("plan_tasks", "of a plan: the work that is to be done"),
        Asked("milestones", "of a plan: what is to be done when"),
        Asked("plan_datasets", "of a plan: which datasets are opened"),
        Asked("plan_safeguards", "of a plan: what secures that it is carried out"),
        Asked("quality_statistics", "of an evaluation"),
        Asked("rating_statistics", "of an evaluation"),
        Asked("platform_report", "of an evaluation"),
        Asked("opening_work", "of an evaluation"),
        Asked("opening_quality", "of an evaluation"),
        Asked("opening_quantity", "of an evaluation"),
        Asked("plan_execution", "of an evaluation"),
        Asked("use_effect", "of an evaluation"),
        Asked("dispatch_efficiency", "of an evaluation"),
        Asked("application_support", "of an evaluation"),
        Asked("service_level", "of an evaluation"),
        Asked("collecting", "of an evaluation"),
        Asked("sharing", "of an evaluation"),
        Asked("improvements", "of an evaluation"),
    ),
    ANSWERS: (
        Asked("openness", "closed, conditional, unconditional"),
        Asked("sharing_class", "for sharing between departments: unconditional, conditional, none"),
        Asked("origin", "whether the data is the provider's own or was obtained by sharing"),
        Asked("law_in_question"),
        Asked("specialised"),
        Asked("secrets_or_privacy"),
        Asked("group_interests"),
        Asked("masked", "whether what must stay closed unmasked is opened masked"),
        Asked("subjects_consent"),
        Asked("closed_case", "of closed data: the case of the law's list in which it stays so"),
        Asked("conditional_case", "of conditional data: the case of the law's list on which that rests"),
        Asked("priority", "which of the kinds it is that the law has opened first, or none"),
        Asked("state_secrets"),
        Asked("security_or_stability"),
        Asked("statutory_ban"),
        Asked("work_secrets"),
        Asked("internal_affairs"),
        Asked("agreement_or_rights"),
    ),
}
"""What each form asks for, in its order; that of a filing has the name of its procedure. Whom or what it is addressed
to (a city, a dataset, a body, an outcome) is none of these."""

FILINGS = (
    ACCESS_REQUEST,
    OBJECTION,
    LEAK,
    DEMAND,
    RECTIFICATION,
    QUALITY_CHECK,
    CATALOGUE_UPDATE,
    MISUSE,
    MISUSE_APPEAL,
    IMPROVEMENT,
    ACCOUNT_CHANGE,
    CONTACT_CHANGE,
    OPENING_ELSEWHERE,
    SHARING_REQUEST,
)
"""The forms by which a case begins."""

FOUND_BY, TAKEN_BY = "found_by", "taken_by"
CONTACT_FILING = "contact_filing"
ASKED_BY, SHARING_CLASS = "asked_by", "sharing_class"
FOUND_AT_RECEIPT: Mapping[str, frozenset[str]] = {
    MISUSE: frozenset({FOUND_BY}),
    MISUSE_APPEAL: frozenset({TAKEN_BY}),
    SHARING_REQUEST: frozenset({ASKED_BY, SHARING_CLASS}),
    CONTACT_CHANGE: frozenset({CONTACT_FILING}),
}
"""Choices that nobody states, for the service knows them: whether a body found the misuse, or somebody reported it; by
whom the measure was taken against which somebody appeals; whether a department or another unit asks for data, and the
class of sharing that the data has; whether a contact is the first of its body or takes the place of one on file."""


MEASURE_TOLD = "measure_told"
EVENTS_ELSEWHERE: Mapping[str, Mapping[str, Label]] = {
    MISUSE_APPEAL: {MEASURE_TOLD: Label(zh="告知措施之日", en="day on which the measure was told")},
}
"""What happened in another case, to which the service itself knows the day, and from which a city can have the period
for a filing run: for an appeal, that the user of the data was told of the measure."""

OFFERED_EVERYWHERE = frozenset({"discovered_on"})
"""What filings can state whether or not the law of a city asks for it: the day from which a period for it can run."""


def asked_by(form: str, *kinds: Kind, part: Part | None = None) -> tuple[str, ...]:
    """The fields of a form, in its order; of these kinds alone, where any are named, and of that part of a decision."""
    return tuple(
        asked.name
        for asked in FORMS.get(form, ())
        if (not kinds or FIELDS[asked.name].kind in kinds) and part in (None, asked.part)
    )


def day_of_form(form: str) -> str | None:
    """The field in which that form states a day; no form states two. None where it states none."""
    return next(iter(asked_by(form, Kind.DAY)), None) if form in FILINGS else None


def demandable_of(form: str) -> frozenset[str]:
    """What a rule of a city may demand of a form; nothing of a procedure that nobody files."""
    return frozenset(asked.name for asked in FORMS.get(form, ()) if asked.demandable)


def labels() -> Mapping[str, Label]:
    """How each field is called, those of an entry by their place in it (`entry.title`)."""
    return {name: field.label for name, field in FIELDS.items()} | {
        f"entry.{name}": label for name, label in ENTRY.items()
    }


FILING_FIELDS = frozenset(name for form in FILINGS for name in demandable_of(form))
"""What filings state of what a pack may demand of one."""

DECISION_FIELDS = demandable_of(DECISION)
"""What a decision can carry: all that a grant may require, and an outcome beside what the filing states."""

STATED_BY_DECISION = DECISION_FIELDS | frozenset(asked_by(DECISION, *TEXTS))
"""What is kept of a decision as having come with it: that, and whatever else is written in words."""

REPORTED = asked_by(REPORT)
"""What a user of data reports of its use, in answer to a task of its own."""

WRITTEN_WITH_DECISION = (
    *(name for name in asked_by(DECISION) if name in STATED_BY_DECISION or FIELDS[name].kind is Kind.ANSWERS),
    *REPORTED,
)
"""What people read of a decision; the rest of it is codes, which the log has."""

SIGNED_BY_APPLICANT = demandable_of(SIGNATURE)
"""What an applicant can state with its signature."""

STATED_BY_APPLICANT = SIGNED_BY_APPLICANT | frozenset(REPORTED)
"""What an applicant can state in answer to a task of its own."""

LIST_OF_DATA = frozenset(asked_by(SIGNATURE, Kind.ITEMS))
"""The list of the data that is used, where the law wants one in what is signed."""

AGREED = frozenset((*asked_by(SIGNATURE, *TEXTS), *asked_by(DECISION, part=Part.AGREEMENT)))
"""What an agreement states, whichever of those who sign it states it first."""

TIME_LIMIT = asked_by(DECISION, part=Part.LIMIT)
"""The ways in which a decision sets a time limit for who must act on it."""

TERMS = asked_by(DECISION, part=Part.GRANT)
"""What only a decision about a request says, beside the items that it grants."""

MEASURE = asked_by(DECISION, part=Part.DATA)
"""What only a decision about data, or about its entry, says, beside the items that it is about."""

FINDING = asked_by(DECISION, part=Part.USE)
"""What only a decision about the use of data says."""

NAMES_A_GRANT = frozenset({"misused_grant", "left_items", "left_mode"})
"""What of that is about one grant."""

DAYS_OF_A_MEASURE = frozenset(asked_by(DECISION, Kind.DAY, part=Part.DATA))
"""The days on which something was done to the data, or was held about it."""

ANSWERED_BY_THE_SERVICE = frozenset({"change", "readability"})
"""What nobody is asked of a draft, for the draft and the entry tell it."""

QUESTIONS = frozenset(asked_by(ANSWERS)) | ANSWERED_BY_THE_SERVICE
"""What a draft of an entry answers, by which the law tells the reviews that it needs and the classes that it allows.
`openness` is the class that it proposes, `change` how that differs from today's, which the service answers itself,
`origin` whether the data was obtained by sharing, `closed_case` in which of the cases that the law lists data stays
closed, `conditional_case` on which a conditional class rests, `priority` which of the kinds it is that are opened
first, `readability` whether a format of it is easy to process, which the service answers as well."""

UNLISTED = "none"
"""The priority of data that is none of the kinds that are opened first."""
