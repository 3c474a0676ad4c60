"""The whole graph of a procedure as a picture: every stage, outcome and ending is in it, and every way is a line."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from xml.etree import ElementTree

import pytest

from pages.graphs import BOX, PAD, graph
from pages.rails import BOLD, NARROW, wide
from pages.static import Statics
from pages.templating import Templates
from reading.cities.shown import last_rules
from reading.rules.graph_shown import BoxOfGraph, KindOfBox, graph_shown
from reading.rules.procedure_shown import procedure_shown
from reading.words.language import Language
from rules.loading import cities, load_pack
from rules.procedure_map import procedure_map
from rules.procedure_rules import ProcedureRules
from tests.pages.visiting import Front

ON = date(2026, 3, 2)
CITIES = pytest.mark.parametrize("city", cities())
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
SVG = "{http://www.w3.org/2000/svg}"


def graphs(city: str, language: Language) -> Iterator[tuple[ProcedureRules, tuple[BoxOfGraph, ...]]]:
    pack = load_pack(city)
    return ((rules, graph_shown(pack, rules, language)) for rules in last_rules(pack, ON).values())


@CITIES
@LANGUAGES
def test_the_graph_has_every_stage_outcome_period_and_ending(city: str, language: Language) -> None:
    pack = load_pack(city)
    for rules, boxes in graphs(city, language):
        said = "\n".join(graph(boxes).said)
        shown = procedure_shown(pack, rules, language)
        stages = [*(stage for step in shown.steps for stage in step.stages), *shown.beside]
        stages += [shown.opinion] if shown.opinion else []
        for stage in stages:
            assert all(each in said for each in (stage.label, stage.body, stage.law.text, *stage.periods))
            assert all(each.label in said and each.law.text in said for each in stage.outcomes)
        assert all(each.label in said and each.law.text in said for each in shown.endings)


@CITIES
def test_every_way_of_the_map_is_a_line_to_where_it_leads(city: str) -> None:
    for rules, boxes in graphs(city, "en"):
        drawn, map_ = graph(boxes), procedure_map(rules)
        named = {(box.key, to) for box in boxes for row in box.rows for to in row.leads_to}
        for beginning in map_.beginnings:
            assert ("", beginning.step) in named
        for step in map_.steps:
            ways = [*step.then, *(way for stage in step.stages for way in stage.ways)]
            assert {(step.step.step, way.target) for way in ways} <= named
        assert sum(len(line.comes_from) for line in drawn.lines) == sum(
            len(row.leads_to) for box in boxes for row in box.rows
        )
        heads = {box.y for box in drawn.boxes}
        assert all(any(0 < line.arrives - head < 20 for head in heads) for line in drawn.lines)


@CITIES
@LANGUAGES
def test_no_line_runs_upon_another_and_every_text_finds_room(city: str, language: Language) -> None:
    for _, boxes in graphs(city, language):
        drawn = graph(boxes)
        for one in drawn.lines:
            assert 0 < one.x < drawn.width
            beside = [each for each in drawn.lines if each is not one and each.x == one.x]
            assert not [each for each in beside if each.begins <= one.ends and one.begins <= each.ends]
        (left,) = {box.x for box in drawn.boxes}
        for text in drawn.texts:
            room = BOX - (text.x - left) - PAD
            assert wide(text.text, BOLD if text.kind in ("name", "heading") else NARROW) <= room, text
        assert all(one.y + one.height < two.y for one, two in zip(drawn.boxes, drawn.boxes[1:], strict=False))
        assert drawn.boxes[-1].kind is KindOfBox.ENDING


@CITIES
@LANGUAGES
def test_the_picture_is_small_and_says_what_it_shows(city: str, language: Language) -> None:
    templates, pack = Templates(Statics()), load_pack(city)
    for rules, boxes in graphs(city, language):
        facts = {"drawn": graph(boxes), "pack": pack, "label": rules.label}
        picture = templates.html(language, "whole.svg", facts).encode()
        assert len(gzip.compress(picture)) < 8_000
        root = ElementTree.fromstring(picture)  # noqa: S314 - made a line above
        title, described = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert described is not None
        assert root.get("aria-labelledby") == title.get("id")
        assert root.get("aria-describedby") == described.get("id")
        assert all(box.heading in (described.text or "") for box in boxes)
        assert not [each for each in root.iter() if each.tag.endswith(("style", "script")) or each.get("style")]


@LANGUAGES
async def test_the_page_of_a_procedure_leads_to_its_picture(front: Front, language: str) -> None:
    visitor = front.visitor(language)
    await visitor.visit(f"{'/en' if language == 'en' else ''}/nanning/law/access_request?on=2026-03-02")
    (shown,) = [each for each in visitor.document.iter("img") if "whole.svg" in each.get("src", "")]
    assert shown.get("alt")
    assert shown.get("loading") == "lazy"
    assert shown.get("src") in {each.get("href") for each in visitor.links()}
    answer = await visitor.http.get(shown.get("src", ""))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert {"zh": "步骤1", "en": "Step 1"}[language] in answer.text
    for nothing in ("/nanning/law/nothing/whole.svg", "/nanning/law/access_request/whole.svg?on=1990-01-01"):
        assert (await visitor.http.get(nothing)).status_code in (302, 404)
