"""The front door: the cities, and the search over all of them."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import PlainTextResponse, Response

from pages.addresses import A_YEAR, COOKIE, in_language, is_ours
from pages.calls import Call, page, with_cookie
from reading.cities.shown import every_city
from reading.words.language import Language


async def front(call: Call) -> Response:
    """Five cities, and a search over the catalogues of all."""
    return call.page("front.html", cities=(await every_city(call.store, call.language)).items)


async def choose_language(call: Call) -> Response:
    """The language in which pages are from now on, and back to the page on which it was chosen."""
    chosen: Language = "en" if call.in_part("language") == "en" else "zh"
    back = call.asked("back") or "/"
    answer = call.go_on_to(in_language(back, chosen) if is_ours(back) else in_language("/", chosen))
    return with_cookie(answer, call, COOKIE, chosen, timedelta(seconds=A_YEAR))


async def ready(call: Call) -> Response:
    """Answers where a page could be answered: for who starts and watches the pages."""
    return PlainTextResponse("ready")


ROUTES = (page("/", front), page("/ready", ready), page("/language/{language}", choose_language))
