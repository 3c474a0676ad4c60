"""Under which text data is used, by its class: the dataset and the harvested catalogue name it, the API has it."""

from __future__ import annotations

import pytest

from tests.api.calling import Service


@pytest.mark.duty("NN-27c", "YL-30c")
@pytest.mark.parametrize("city", ["nanning", "yulin"])
async def test_each_dataset_that_is_open_names_the_text_of_its_class(service: Service, city: str) -> None:
    anybody = service.nobody()
    harvested = (await anybody.get("/v1/catalogue.jsonld", city=city)).json()
    described = {each["identifier"]: each for each in harvested["dataset"]}
    titles = set()
    for openness in ("conditional", "unconditional"):
        found = (await anybody.read("/v1/datasets", city=city, openness=openness))["items"]
        assert found
        (named,) = {tuple(each["agreement"].values()) for each in found}
        title, version, path = named
        text = await anybody.read(path)
        assert (text["title"], text["version"], text["examined_on"]) == (title, version, None)
        assert all(clause["rule"]["article"] for part in text["parts"] for clause in part["clauses"])
        titles.add(title)
        for each in found:
            for distribution in described[each["dataset_id"]]["distribution"]:
                assert distribution["license"].endswith(path)
    assert len(titles) == 2
    closed = (await anybody.read("/v1/datasets", city=city, openness="closed"))["items"]
    assert {each["agreement"] for each in closed} == {None}
    assert (await anybody.get(f"/v1/rules/{city}/agreements/closed")).status_code == 404


async def test_a_city_without_a_text_for_open_data_names_none(service: Service) -> None:
    anybody = service.nobody()
    assert (await anybody.get("/v1/rules/nanjing/agreements/unconditional")).status_code == 404
    found = (await anybody.read("/v1/datasets", city="nanjing", openness="unconditional"))["items"]
    assert {each["agreement"] for each in found} == {None}
