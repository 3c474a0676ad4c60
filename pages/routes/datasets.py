"""The catalogue: what there is, under which conditions, and whether it is served today."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import Response

from api.http.known import known
from pages.calls import Call, has_opened, page
from pages.offers import offers_of_dataset
from reading.catalogue import lists
from reading.catalogue.search import Search
from reading.catalogue.shown import dataset_now
from reading.cities.shown import rules_received
from reading.directory import questions as directory
from reading.rules.procedure_shown import ordinary_way
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.procedure_names import ACCESS_REQUEST

A_PAGE = 20
CLASSES = ("unconditional", "conditional", "closed")
FILTERS = ("city", "provider", "openness", "q")


async def datasets(call: Call) -> Response:
    """Datasets by words, city, provider and class; what is asked for stands in the address."""
    asked = {name: call.asked(name) for name in FILTERS}
    wanted = Search(city=asked["city"], provider=asked["provider"], openness=asked["openness"], q=asked["q"])
    found = await lists.datasets(call.store, call.caller, call.language, wanted, call.asked("cursor"), A_PAGE)
    bodies = await directory.bodies(call.store, asked["city"]) if asked["city"] in cities() else []
    return call.page(
        "datasets.html",
        asked={name: value or "" for name, value in asked.items()},
        found=found.items,
        next=address(call, asked, found.next) if found.next else None,
        first=address(call, asked, None) if call.asked("cursor") else None,
        cities=[(city, load_pack(city).name) for city in cities()],
        providers=[body for body in bodies if body.role == "provider"],
        classes=CLASSES,
    )


def address(call: Call, asked: Mapping[str, str | None], cursor: str | None) -> str:
    """The list that is asked for, from a place on."""
    query = {name: value for name, value in {**asked, "cursor": cursor}.items() if value}
    return f"{call.path('datasets')}?{urlencode(query)}" if query else call.path("datasets")


async def dataset(call: Call) -> Response:
    """One dataset: what it holds, what keeps it back, and what can be done about it."""
    shown = known(await dataset_now(call.store, call.caller, call.language, call.in_part("dataset_id")))
    await has_opened(call, shown.dataset_id)
    pack = load_pack(shown.city)
    received = rules_received(pack, to_shanghai(call.now).date())
    request = received.get(ACCESS_REQUEST)
    return call.page(
        "dataset.html",
        dataset=shown,
        city_name=pack.name,
        offers=list(offers_of_dataset(call, received, shown.dataset_id, shown.openness)),
        way=ordinary_way(request, call.language) if request and shown.openness in request.concerns else (),
        procedure=ACCESS_REQUEST,
    )


ROUTES = (page("/datasets", datasets), page("/datasets/{dataset_id}", dataset))
