"""The way of a procedure drawn as a line: every stage is a station, what stands beside it finds room, and nothing is
said by the drawing alone."""

from __future__ import annotations

from datetime import date

import pytest

from pages.rails import BOLD, LINE, NARROW, WIDTH, Rail, lines, rail, wide
from reading.cities.shown import last_rules
from reading.rules.procedure_shown import WayShown, way_shown
from reading.words.language import Language
from rules.loading import cities, load_pack
from rules.procedure_names import ACCESS_REQUEST
from tests.pages.visiting import Element, Front, Visitor, text_of

ON = date(2026, 3, 2)
CITIES = pytest.mark.parametrize("city", cities())
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def ways(city: str, language: Language) -> list[WayShown]:
    return [way_shown(rules, language) for rules in last_rules(load_pack(city), ON).values()]


def drawn(way: WayShown) -> Rail:
    return rail(way, "side by side")


@CITIES
@LANGUAGES
def test_every_stage_of_the_way_is_a_station_with_its_body_and_periods(city: str, language: Language) -> None:
    for way in ways(city, language):
        it = drawn(way)
        stages = [stage for step in way.steps for stage in step.stages]
        assert len(it.stations) == len(stages) + bool(way.ending)
        said = "\n".join(it.said)
        assert all(each in said for stage in stages for each in (f"{stage.label} {stage.body}", *stage.periods))


@CITIES
@LANGUAGES
def test_what_stands_beside_a_station_finds_room_and_nothing_lies_on_another(city: str, language: Language) -> None:
    for it in map(drawn, ways(city, language)):
        assert all(it.text_at + wide(each.text, BOLD if each.is_name else NARROW) <= WIDTH for each in it.written)
        heights = [each.y for each in it.written]
        assert heights == sorted(set(heights))
        assert heights[-1] < it.height


@CITIES
def test_only_what_lies_side_by_side_stands_off_the_line(city: str) -> None:
    for way in ways(city, "zh"):
        stations = iter(drawn(way).stations)
        for step in way.steps:
            off = {next(stations).x != LINE for _ in step.stages}
            assert off == {len(step.stages) > 1}


def test_words_are_broken_between_them_and_chinese_anywhere_but_before_a_comma() -> None:
    assert list(lines("to be read by people", 9 * NARROW, NARROW)) == ["to be", "read by", "people"]
    assert list(lines("一二三，四五", 3 * 13, NARROW)) == ["一二", "三，四", "五"]


@CITIES
@LANGUAGES
async def test_the_law_of_a_city_draws_each_procedure_and_says_what_it_draws(
    front: Front, city: str, language: str
) -> None:
    visitor = await front.visitor(language).visit(f"{'' if language == 'zh' else '/en'}/{city}/law")
    drawings = drawn_in(visitor)
    assert len(drawings) == len(last_rules(load_pack(city), ON))
    for drawing in drawings:
        parts = {each.tag.rpartition("}")[2]: text_of(each) for each in drawing.iter()}
        names = [text_of(each) for each in drawing.iter() if each.tag.endswith("tspan")]
        assert parts["title"]
        assert names
        assert all(name in parts["desc"] for name in names)
    await visitor.visit(f"{'' if language == 'zh' else '/en'}/{city}/law/{ACCESS_REQUEST}")
    assert len(drawn_in(visitor)) == 1


def drawn_in(visitor: Visitor) -> list[Element]:
    """The drawings that are pictures to whoever hears the page."""
    return [each for each in visitor.document.iter() if each.tag.endswith("svg") and each.get("role") == "img"]
