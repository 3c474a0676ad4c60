"""Evidence: a file as it was uploaded, and a page on which whoever may read it looks at it."""

from __future__ import annotations

from starlette.responses import Response

from activities.evidence.preview import Look, look_of, part_of_text
from activities.evidence.scanner import INFECTED
from api.acting.evidence_file import evidence_drawn, evidence_known, evidence_saved
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call, page
from reading.cases import questions as cases
from reading.directory import questions as directory
from reading.words.language import said

KINDS = {
    "image": "picture",
    "text": "text",
    "application/pdf": "pdf",
    "application/ofd": "ofd",
}
OTHER_KIND = "document"
LONGEST_NUMBER = 5
"""Digits of the number of a part: the largest text has some seven thousand."""


async def evidence_file(call: Call) -> Response:
    """A file of evidence, to be saved; to those who have a part in its case."""
    caller = call.must_be_logged_in()
    return await evidence_saved(call.runtime, call.store, caller, call.in_part("evidence_id"))


async def evidence(call: Call) -> Response:
    """What can be shown of a file, and its facts; to those who may save it."""
    caller = call.must_be_logged_in()
    file = await evidence_known(call.store, caller, call.in_part("evidence_id"))
    case = await cases.case(call.store, caller, file.case_id) if file.case_id else None
    giver = (await directory.called(call.store, [file.account])).get(file.account)
    await call.store.release()
    look = Look.SAVED_ALONE if file.scan == INFECTED else look_of(file.media_type)
    return call.page(
        "evidence.html",
        file=file,
        case_number=case.case_number if case else None,
        given_by=call.say("evidence.you")
        if file.account == caller.account_id
        else giver and said(giver.name, call.language),
        kind=kind_of(file.media_type),
        look=look,
        part=known(await part_of_text(call.runtime.evidence, file, part_asked_for(call)))
        if look is Look.TEXT
        else None,
        path_of_part=lambda number: f"{call.path('evidence', evidence_id=file.evidence_id)}?part={number}",
    )


async def evidence_picture(call: Call) -> Response:
    """What the page shows of a picture."""
    caller = call.must_be_logged_in()
    return await evidence_drawn(call.runtime, call.store, caller, call.in_part("evidence_id"))


def kind_of(media_type: str) -> str:
    """By which text the kind of a file is named."""
    plain = media_type.partition(";")[0]
    return KINDS.get(plain) or KINDS.get(plain.partition("/")[0]) or OTHER_KIND


def part_asked_for(call: Call) -> int:
    """The number of a part of a text, the first unless one is asked for. Raises a Problem for what is none."""
    asked = call.asked("part") or "1"
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= LONGEST_NUMBER and int(asked)):
        raise Problem("NotFound")
    return int(asked)


ROUTES = (
    page("/evidence/{evidence_id}", evidence_file),
    page("/evidence/{evidence_id}/look", evidence),
    page("/evidence/{evidence_id}/picture.jpg", evidence_picture),
)
