"""About the pages themselves: how to use them, for whom they work, and what they know of who comes."""

from __future__ import annotations

from starlette.responses import Response

from pages.calls import Call, page
from rules.loading import cities, load_pack


async def help_(call: Call) -> Response:
    """The words of the law in plain ones, and where to begin."""
    return call.page("help.html")


async def accessibility(call: Call) -> Response:
    """What these pages keep to, what they do not yet, and to whom to say so."""
    return call.page("accessibility.html", cities=[(city, load_pack(city).name) for city in cities()])


async def privacy(call: Call) -> Response:
    """What is kept of who comes here, what of it others see, and what is not kept."""
    return call.page("privacy.html")


ROUTES = (page("/help", help_, name="help"), page("/accessibility", accessibility), page("/privacy", privacy))
