"""What somebody wrote before the session was over, to be looked at and sent again."""

from __future__ import annotations

from collections import defaultdict

from starlette.responses import Response

from activities.directory import sessions
from pages import written as keeping
from pages.addresses import in_language
from pages.calls import Call, deed, page
from pages.forms.kinds import Kind, kind_of
from pages.written import SAYS_NOTHING, Written
from reading.words.language import said
from reading.words.texts import texts

OF_A_SENTENCE = frozenset({Kind.PROSE, Kind.LINE, Kind.DAY, Kind.COUNT})
"""What people wrote in words or numbers; what they chose is a code, and is sent along without being shown."""


async def written(call: Call) -> Response:
    """What was written, word for word; without any, the front page."""
    caller = call.must_be_logged_in()
    key = call.request.cookies.get(keeping.COOKIE, "")
    found = await keeping.find(call.runtime.pool, caller.account_id, key, call.now) if key else None
    if found is None:
        return call.go_on_to(call.path("front"))
    return call.page(
        "written.html",
        action=in_language(found.path, call.language),
        values=found.values,
        files=found.files,
        shown=in_words(call, found),
    )


def in_words(call: Call, it: Written) -> list[tuple[str, str]]:
    """The fields that have a name for people, with what was written in them."""
    fields: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in it.values:
        if name not in SAYS_NOTHING and name in texts().fields and kind_of(name) in OF_A_SENTENCE and value.strip():
            fields[name].append(value)
    return [(said(texts().fields[name], call.language), "\n".join(values)) for name, values in fields.items()]


async def forget_written(call: Call) -> Response:
    """What was kept is not wanted any more."""
    caller = call.must_be_logged_in()
    key = call.request.cookies.get(keeping.COOKIE, "")
    await sessions.forget_form(call.runtime.pool, caller.account_id, key.encode())
    return call.go_on_to(call.path("front"))


ROUTES = (page("/written", written), deed("/written/forget", forget_written))
