"""What stands around every page: where one is, where one can go, and who one is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pages.wording import Words

if TYPE_CHECKING:
    from pages.calls import Call


PRINT = "print"
LARGE = "large"
"""A cookie, and what it says where the print is large."""
MOST_SHOWN = 99
OFFICES = ("reviewer", "supervisor", "admin")


@dataclass(frozen=True)
class Way:
    """A way to another page; `here` where the page is that one, or below it. `count` of what waits there, in words."""

    label: str
    address: str
    here: bool
    count: str | None = None


@dataclass(frozen=True)
class Shell:
    """What a page has around its own content; `notice` is the result of the act before it."""

    ways: tuple[Way, ...]
    foot: tuple[Way, ...]
    name: str | None
    login: str | None
    notice: str | None
    is_office: bool
    is_demo: bool
    is_large: bool


def shell_of(call: Call) -> Shell:
    """The shell of a page, by the roles of who looks."""
    notice = call.session.notice if call.session else None
    return Shell(
        ways=tuple(_ways(call)),
        foot=tuple(_foot(call)),
        name=call.name,
        login=call.caller.login if call.caller else None,
        notice=call.say(notice["name"], **notice["facts"]) if notice else None,
        is_office=call.caller is not None and call.caller.has(*OFFICES),
        is_demo=call.runtime.settings.login == "demo",
        is_large=call.request.cookies.get(PRINT) == LARGE,
    )


def _ways(call: Call) -> list[Way]:
    words, caller = call.words, call.caller
    wanted = ["datasets", "law", "figures"]
    if caller is not None and caller.has("applicant"):
        wanted = ["datasets", "my_cases", "my_grants", "messages"]
    elif caller is not None and caller.has(*OFFICES):
        wanted = [
            *(["desk"] if caller.has("reviewer") else []),
            *(["supervision"] if caller.has("supervisor", "admin") else []),
            "datasets",
            "messages",
        ]
    ways = [_way(call, name, words) for name in wanted if name in call.request.app.state.names]
    # /my/grants lies below /my: where both are ways, one is at the longer.
    nearest = max((way for way in ways if way.here), key=lambda way: len(way.address), default=None)
    return [replace(way, here=way is nearest) for way in ways]


def _way(call: Call, name: str, words: Words) -> Way:
    address = call.path(name)
    path = call.request.url.path
    count = unread_in_words(call.unread) if name == "messages" else None
    # The pages of a city lie below the city: /nanning/law is below the law too.
    here = path == address or path.startswith(f"{address}/") or name in path.split("/")
    return Way(words(f"ways.{name}"), address, here, count)


def _foot(call: Call) -> list[Way]:
    """What stands below every page: what anybody may want to read, whoever it is."""
    named = {"law": "ways.law", "figures": "ways.figures", "verify": "verify.title"}
    named |= {name: f"foot.{name}" for name in ("help", "accessibility", "privacy")}
    ways = [Way(call.say(text), call.path(name), here=False) for name, text in named.items()]
    return [*ways, Way(call.say("foot.api"), f"{call.runtime.settings.base_url}/docs", here=False)]


def unread_in_words(unread: int) -> str | None:
    """How many messages are not read yet, as a page shows it; None where there are none."""
    if not unread:
        return None
    return str(unread) if unread <= MOST_SHOWN else f"{MOST_SHOWN}+"
