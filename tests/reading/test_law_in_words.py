"""The law of a case in words: the text in force, and every text that was in force beside it on the same day."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files

import pytest

from reading.words.language import Language
from reading.words.law import Law
from rules.loading import load_text
from rules.resolving import NotInForce, resolve
from tests.seventh_city.test_seventh_city import PACK


@pytest.mark.parametrize(("language", "title"), [("zh", "中华人民共和国民法典"), ("en", "Civil Code of the People's")])
def test_the_regulation_shown_names_the_texts_in_force_beside_it(language: Language, title: str) -> None:
    shown = Law(resolve(PACK, "access_request", date(2026, 11, 29)), language).regulation()
    beside, _ = shown.beside
    assert (shown.source, beside.source, beside.document) == ("measures", "civil_code", "主席令第四十五号")
    assert title in beside.title


def test_a_city_of_one_text_names_none_beside_it() -> None:
    alone = PACK.model_copy(update={"beside": ()})
    assert Law(resolve(alone, "access_request", date(2026, 11, 29)), "en").regulation().beside == []


BOTH = {
    "zh": ("河阳第十四条", "《中华人民共和国行政许可法》第三十八条第二款"),
    "en": ("Heyang article 14", "Administrative Licensing Law of the People's Republic of China, article 38"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_on_paper_names_both_texts_on_which_it_rests(language: Language) -> None:
    rules = resolve(PACK, "access_request", date(2026, 11, 29))
    stage = rules.stage("review")
    outcome = stage.outcome("uphold") if stage else None
    assert outcome
    law = Law(rules, language)
    # A paper says it in full, an answer and a page as a phrase; a log has source and article alone.
    cited = law.citation(outcome.citation.source, outcome.citation.article, outcome.citation.basis)
    for said in (law.in_full(outcome.citation), law.named(outcome.citation).text, law.in_full(cited)):
        assert all(text in said for text in BOTH[language]), said


def test_a_clause_that_is_signed_names_both_texts_on_which_it_rests() -> None:
    pack = files("rules.packs").joinpath("nanning.yaml").read_text(encoding="utf-8")
    before, clauses, after = pack.partition("              clauses:\n")
    assert clauses
    two = re.sub(r"cite: .+", 'cite: ["measures 20(5)", "litigation 46"]', after, count=1)
    rules = resolve(load_text(before + clauses + two, "nanning.yaml"), "access_request", date(2026, 11, 29))
    assert rules.agreement
    clause = rules.agreement.parts[0].clauses[0]
    named = Law(rules, "zh").named(clause.citation)
    assert named.text == "南宁第二十条第（五）项、《中华人民共和国行政诉讼法》第四十六条"
    assert [each.source for each in named.also] == ["litigation"]
    assert "litigation 46" in clause.citation.article, "which is part of what is signed"


def test_a_refusal_before_any_law_names_every_text_with_its_days() -> None:
    with pytest.raises(NotInForce) as refused:
        resolve(PACK, "access_request", date(2020, 1, 1))
    named = refused.value.named
    assert named.zh == (
        "《河阳市公共数据开放办法》自2023-07-01起施行；《中华人民共和国民法典》自2021-01-01起施行；"
        "《中华人民共和国行政许可法》自2004-07-01起施行"
    )
    assert [part.rpartition(", in force from ")[2] for part in named.en.split("; ")] == [
        "2023-07-01",
        "2021-01-01",
        "2004-07-01",
    ]
