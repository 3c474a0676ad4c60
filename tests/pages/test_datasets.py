"""The catalogue as anybody reads it."""

from __future__ import annotations

import pytest

from tests.pages.visiting import Front, text_of


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_whoever_searches_comes_to_the_dataset_by_links_alone(front: Front, language: str) -> None:
    visitor = await front.visitor(language).visit("/datasets")
    await visitor.send("datasets", city="nanning", openness="conditional", q="公交")
    (first, *_) = [link for link in visitor.links() if "/datasets/nanning" in link.get("href", "")]
    title = "".join(first.itertext())
    await visitor.follow(title)
    assert visitor.heading() == title
    assert "nanning-" in visitor.text()


async def test_the_next_page_of_a_search_keeps_what_was_asked_for(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.routes.datasets.A_PAGE", 4)
    visitor = await front.visitor().visit("/datasets?city=nanning")
    seen = {link.get("href") for link in visitor.links() if "/datasets/nanning" in link.get("href", "")}
    while [link for link in visitor.links() if link.get("rel") == "next"]:
        await visitor.follow("Next page")
        assert visitor.form("datasets").values()
        assert dict(visitor.form("datasets").values())["city"] == "nanning"
        more = {link.get("href") for link in visitor.links() if "/datasets/nanning" in link.get("href", "")}
        assert more
        assert not more & seen
        seen |= more
    assert len(seen) == 10


async def test_a_search_that_finds_nothing_says_so(front: Front) -> None:
    visitor = await front.visitor().visit("/en/datasets?q=nothingofthekind")
    assert "Nothing fits" in visitor.text()


async def test_a_dataset_that_is_not_there_is_not_found(front: Front) -> None:
    visitor = await front.visitor().visit("/datasets/nanning-nothing")
    assert visitor.answer.status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_catalogue_is_read_by_county_from_the_page_of_bodies_too(front: Front, language: str) -> None:
    visitor = await front.visitor(language).visit("/nanning/bodies")
    (link,) = [each for each in visitor.links() if "county=nanning.wuming" in each.get("href", "")]
    await visitor.follow(text_of(link))
    assert dict(visitor.form("datasets").values())["county"] == "nanning.wuming"
    assert not [each for each in visitor.links() if "/datasets/nanning-" in each.get("href", "")]

    await visitor.visit("/datasets?city=lianyungang")
    assert "county" not in dict(visitor.form("datasets").values())
