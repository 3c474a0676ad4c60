"""Papers of a case, as PDF; and for whoever holds one, whether it is genuine."""

from __future__ import annotations

from starlette.responses import Response

from api.acting.case_file import case_file_saved
from api.acting.paper_file import paper_saved
from api.http.known import known
from pages.calls import Call, page
from pages.routes.filing import case_numbered
from reading.papers.content import brief_of
from reading.papers.lists import listed, papers_read, verified

LONGEST_CODE = 300


async def papers(call: Call) -> Response:
    """What there is on paper of a case, and what can be saved of it."""
    caller = call.must_be_logged_in()
    case = await case_numbered(call)
    found = known(await papers_read(call.store, caller, case.case_id))
    return call.page(
        "papers.html",
        case=case,
        papers=listed(found, call.language),
        reads_all=caller.reads_as_officer(found.read.state),
    )


async def paper(call: Call) -> Response:
    """A paper as PDF, in the language of the address."""
    caller = call.must_be_logged_in()
    case = await case_numbered(call)
    return await paper_saved(call.runtime, call.store, caller, call.language, case.case_id, call.in_part("paper"))


async def case_file(call: Call) -> Response:
    """All of the case, for whoever may read all of it."""
    caller = call.must_be_logged_in()
    case = await case_numbered(call)
    return await case_file_saved(call.runtime, call.store, caller, call.language, case.case_id)


async def verify(call: Call) -> Response:
    """The form for a code, and what that code verifies."""
    return await verified_page(call, call.asked("code") or "")


async def verified_by_its_address(call: Call) -> Response:
    """What the address on a paper leads to."""
    return await verified_page(call, call.in_part("code"))


async def verified_page(call: Call, code: str) -> Response:
    """Whatever is typed after the last `/` of an address counts, so that the whole of it may be typed too."""
    code = code.rstrip("/").rpartition("/")[2][:LONGEST_CODE]
    found = await verified(call.store, code) if code else None
    shown = await brief_of(call.store, call.language, found) if found else None
    return call.page("verify.html", status=404 if code and shown is None else 200, code=code, paper=shown)


ROUTES = (
    page("/cases/{number}/papers", papers),
    page("/cases/{number}/papers/{paper}.pdf", paper),
    page("/cases/{number}/case-file.zip", case_file),
    page("/verify", verify),
    page("/verify/{code}", verified_by_its_address, name="verified"),
)
