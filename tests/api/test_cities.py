"""Cities and bodies, as everybody may know of them."""

from __future__ import annotations

import pytest

from rules.loading import cities, load_pack
from tests.api.calling import Service


async def test_every_city_is_listed_with_the_regulation_by_which_it_acts(service: Service) -> None:
    found = (await service.nobody().read("/v1/cities"))["items"]
    assert [each["city"] for each in found] == cities()
    for each in found:
        pack = load_pack(each["city"])
        assert each["regulation"]["title"] in [source.title.en for source in pack.sources.values()]
        assert [procedure["procedure"] for procedure in each["procedures"]] == list(pack.procedures)


async def test_the_datasets_of_a_city_are_counted_by_their_class(service: Service) -> None:
    nobody = service.nobody()
    for city in (await nobody.read("/v1/cities"))["items"]:
        for openness, counted in city["datasets"].items():
            listed = await nobody.read("/v1/datasets", city=city["city"], openness=openness, limit=200)
            assert len(listed["items"]) == counted


async def test_what_public_offices_alone_begin_says_who_begins_it(service: Service) -> None:
    nanning = next(each for each in (await service.nobody().read("/v1/cities"))["items"] if each["city"] == "nanning")
    filed_by = {each["procedure"]: each["filed_by"] for each in nanning["procedures"]}
    assert filed_by["access_request"] == ["applicant"]
    assert filed_by["rectification"] == ["authority"]
    assert filed_by["openness_review"] == []


async def test_a_body_says_by_which_article_it_is_in_charge_and_what_lies_before_it(service: Service) -> None:
    bodies = (await service.nobody().read("/v1/bodies", city="nanning"))["items"]
    operator = next(each for each in bodies if each["role"] == "operator")
    assert (operator["rule"]["article"], operator["rule"]["basis"]) == ("6", "law")
    assert ("access_request", "formal_review") in {(e["procedure"], e["stage"]) for e in operator["stages"]}


@pytest.mark.parametrize("city", ["nanning", "guangzhou"])
async def test_who_holds_a_post_is_not_told_to_everybody(service: Service, city: str) -> None:
    admin, body = service.as_("admin@kaifang"), f"{city}.transport"
    post = next(iter(load_pack(city).posts))
    put = f"/v1/directory/{body}/{post}"
    form = {"account": f"reviewer@{body}", "department": "x"}
    filled = await admin.http.request("PUT", put, json=form, headers=admin.headers())
    assert filled.status_code == 200
    answer = await service.nobody().get("/v1/bodies", city=city)
    assert f"reviewer@{body}" not in answer.text
    assert post in answer.text
