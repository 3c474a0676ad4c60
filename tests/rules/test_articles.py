"""How articles are written for people."""

from __future__ import annotations

from datetime import date

import pytest

from rules.articles import LONGEST_NAME, article_label, in_full, name_of, phrase
from rules.citing import citation_named, citations_in
from rules.loading import cities, load_file, load_pack
from rules.pinned import Basis, Citation, Further, Label
from rules.resolving import as_last_in_force, resolve
from tests.rules.test_lapse_checking import HEYANG


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("9", "第九条", "Article 9"),
        ("10", "第十条", "Article 10"),
        ("20(2)", "第二十条第（二）项", "Article 20(2)"),
        ("16.2", "第十六条第二款", "Article 16, paragraph 2"),
        ("17.3(3)", "第十七条第三款第（三）项", "Article 17, paragraph 3, item 3"),
        ("12-1", "第十二条之一", "Article 12-1"),
        ("12-1.12(3)", "第十二条之一第十二款第（三）项", "Article 12-1, paragraph 12, item 3"),
        ("12.12", "第十二条第十二款", "Article 12, paragraph 12"),
        ("20(2)3", "第二十条第（二）项第3目", "Article 20(2), point 3"),
        ("s3", "三", "Section 3"),
        ("s3(2)2", "三（二）2", "Section 3(2), point 2"),
        ("16.2 and 17(1)", "第十六条第二款、第十七条第（一）项", "Article 16, paragraph 2 and article 17(1)"),
        ("16 and withdrawal", "16 and withdrawal", "16 and withdrawal"),
        ("1001", "第1001条", "Article 1001"),
        ("105", "第一百零五条", "Article 105"),
        ("110", "第一百一十条", "Article 110"),
        ("withdrawal", "withdrawal", "withdrawal"),
    ],
)
def test_an_article_is_written_as_statutes_are_quoted(article: str, zh: str, en: str) -> None:
    label = article_label(article)
    assert (label.zh, label.en) == (zh, en)


HERE = Label(zh="南宁", en="Nanning")
LICENSING = Label(zh="中华人民共和国行政许可法", en="Administrative Licensing Law")


def test_a_rule_that_rests_on_two_texts_is_quoted_with_both() -> None:
    also = (Further(source="licensing_law", article="45", title=LICENSING),)
    citation = Citation(source="measures", article="15.2; licensing_law 45", also=also)
    named = phrase(HERE, citation)
    assert named.zh == "南宁第十五条第二款、《中华人民共和国行政许可法》第四十五条"
    assert named.en == "Nanning article 15, paragraph 2 and Administrative Licensing Law, article 45"


def test_a_log_names_both_texts_by_source_and_article_alone() -> None:
    rules = resolve(load_file(HEYANG), "access_request", date(2026, 11, 21))
    (stop,) = (each for each in rules.stops if each.stop == "expert_review")
    found = citation_named(rules, stop.citation.source, stop.citation.article, stop.citation.basis)
    assert found == stop.citation
    assert [(each.source, each.article) for each in found.also] == [("licensing_law", "45")]
    assert article_label(found.article).zh == "第十五条第二款、licensing_law 第四十五条", "where no title is at hand"


def test_a_long_service_rule_is_named_in_a_sentence_and_stands_whole_on_paper() -> None:
    note = Label(zh=f"办法未规定更正；{'更正' * 30}。", en="The Measures are silent on correction; they are corrected.")
    citation = Citation(source="service", article="correction", basis=Basis.SERVICE, note=note)
    named = phrase(HERE, citation)
    assert named.zh == "南宁服务规则（办法未规定更正）"
    assert named.en == "Nanning service rule (The Measures are silent on correction)"
    assert in_full(HERE, citation).zh == f"南宁服务规则（{note.zh[:-1]}）"


def test_a_short_service_rule_is_named_by_all_of_it() -> None:
    note = Label(zh="办法未要求；申请人可以填写。", en="Not demanded; an applicant may state it.")
    assert name_of(note) == note


@pytest.mark.parametrize("city", cities())
def test_every_service_rule_of_a_city_is_named_in_one_sentence_of_both_languages(city: str) -> None:
    pack = load_pack(city)
    rules = [as_last_in_force(pack, each, date(2026, 11, 29)) for each in pack.procedures]
    notes = {each.note for one in rules for each in citations_in(one) if each.basis is Basis.SERVICE and each.note}
    assert notes
    for note in notes:
        named = name_of(note)
        assert 0 < len(named.zh) <= len(note.zh)
        assert len(named.zh) <= 2 * LONGEST_NAME, named.zh
        assert named == note or not any(mark in named.zh for mark in "；。"), named.zh
        assert named == note or (named.zh != note.zh and named.en != note.en), note
