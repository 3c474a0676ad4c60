"""The catalogue: what there is, under which conditions, and whether it is served today."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import Response

from api.http.known import known
from pages.calls import Call, has_opened, page
from pages.offers import offers_of_dataset
from pages.routes.feedback import has_feedback
from pages.tables import as_table
from reading.catalogue import lists
from reading.catalogue import questions as catalogue
from reading.catalogue.search import Search
from reading.catalogue.shown import dataset_now
from reading.cities.shown import rules_received
from reading.declarations.shown import Reader, of_dataset
from reading.directory import questions as directory
from reading.ratings.shown import ratings_of
from reading.rules.procedure_shown import ordinary_way
from reading.tables.lists import dataset_table
from reading.tables.record import version_table
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.opened_first import PRIORITY, priorities_of
from rules.procedure_names import ACCESS_REQUEST

A_PAGE = 20
CLASSES = ("unconditional", "conditional", "closed")
FILTERS = ("city", "county", "provider", "openness", "priority", "order", "q")


def asked_for(call: Call) -> tuple[dict[str, str | None], Search]:
    """What is searched for, as the address says it and as it is meant."""
    asked = {name: call.asked(name) for name in FILTERS}
    return asked, Search(
        city=asked["city"],
        county=asked["county"],
        provider=asked["provider"],
        openness=asked["openness"],
        q=asked["q"],
        priority=asked["priority"],
        priority_first=asked["order"] == PRIORITY,
    )


async def datasets_csv(call: Call) -> Response:
    """All datasets that are searched for, as a table."""
    _, wanted = asked_for(call)
    return await as_table(call, "datasets", dataset_table(call.runtime, call.caller, call.language, wanted))


async def datasets(call: Call) -> Response:
    """Datasets by words, city, provider and class; what is asked for stands in the address."""
    asked, wanted = asked_for(call)
    found = await lists.datasets(call.store, call.caller, call.language, wanted, call.asked("cursor"), A_PAGE)
    bodies = await directory.bodies(call.store, asked["city"]) if asked["city"] in cities() else []
    return call.page(
        "datasets.html",
        asked={name: value or "" for name, value in asked.items()},
        found=found.items,
        as_csv=address(call, asked, None, "datasets_csv"),
        next=address(call, asked, found.next) if found.next else None,
        first=address(call, asked, None) if call.asked("cursor") else None,
        cities=[(city, load_pack(city).name) for city in cities()],
        counties=[body for body in bodies if body.county == body.body],
        providers=[body for body in bodies if body.role == "provider" and asked["county"] in (None, body.county)],
        classes=CLASSES,
        priorities=priorities_of(asked["city"]) if asked["city"] in cities() else {},
    )


def address(call: Call, asked: Mapping[str, str | None], cursor: str | None, name: str = "datasets") -> str:
    """The list that is asked for, from a place on."""
    query = {part: value for part, value in {**asked, "cursor": cursor}.items() if value}
    return f"{call.path(name)}?{urlencode(query)}" if query else call.path(name)


async def dataset(call: Call) -> Response:
    """One dataset: what it holds, what keeps it back, and what can be done about it."""
    shown = known(await dataset_now(call.store, call.caller, call.language, call.in_part("dataset_id")))
    await has_opened(call, shown.dataset_id)
    pack = load_pack(shown.city)
    received = rules_received(pack, to_shanghai(call.now).date())
    request = received.get(ACCESS_REQUEST)
    row = known(await catalogue.dataset(call.store, shown.dataset_id))
    declared = await of_dataset(call.store, Reader(call.caller, call.language), row)
    return call.page(
        "dataset.html",
        dataset=shown,
        city_name=pack.name,
        offers=list(offers_of_dataset(call, received, shown.dataset_id, shown.openness)),
        way=ordinary_way(request, call.language) if request and shown.openness in request.concerns else (),
        procedure=ACCESS_REQUEST,
        rated=await ratings_of(call.store, call.language, shown.dataset_id),
        declared=declared.kinds,
        has_feedback=has_feedback(call, shown.city),
        may_rate=call.caller is None or call.caller.has("applicant"),
    )


async def versions_csv(call: Call) -> Response:
    """Each version of an entry, as a table."""
    dataset_id = call.in_part("dataset_id")
    known(await lists.versions(call.store, dataset_id, None, 1))
    return await as_table(call, "versions", version_table(call.runtime, call.language, dataset_id))


ROUTES = (
    page("/datasets", datasets),
    page("/datasets.csv", datasets_csv),
    page("/datasets/{dataset_id}", dataset),
    page("/datasets/{dataset_id}/versions.csv", versions_csv),
)
