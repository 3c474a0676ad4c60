"""The text under which data is used that is open to all, beside the agreement for conditional data."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules.by_class import agreement_of_class
from rules.loading import PackRefused, load_pack, load_text
from rules.pinned import Basis

ON = date(2026, 11, 27)
PACK = Path(__file__).parents[2] / "rules" / "packs" / "nanning.yaml"


@pytest.mark.duty("NN-27c", "YL-30c")
@pytest.mark.parametrize("city", ["nanning", "yulin"])
def test_each_class_that_is_open_has_a_text_of_its_own_in_both_languages(city: str) -> None:
    pack = load_pack(city)
    signed, open_to_all = (agreement_of_class(pack, each, ON) for each in ("conditional", "unconditional"))
    assert signed
    assert open_to_all
    assert signed.title != open_to_all.title
    assert (open_to_all.citation.article, open_to_all.citation.basis) == ("open_authorisation", Basis.SERVICE)
    clauses = [clause for part in open_to_all.parts for clause in part.clauses]
    assert all(clause.text.zh and clause.text.en for clause in clauses)
    assert all("{" not in text for clause in clauses for text in (clause.text.zh, clause.text.en))
    assert agreement_of_class(pack, "closed", ON) is None


@pytest.mark.duty("YL-30c")
def test_yulins_clause_on_liability_keeps_the_condition_of_its_article() -> None:
    text = agreement_of_class(load_pack("yulin"), "unconditional", ON)
    assert text
    (liability,) = [each.text for part in text.parts for each in part.clauses if each.citation.article == "37"]
    assert ("不易预料" in liability.zh, "hardly be foreseen or avoided" in liability.en) == (True, True)
    (proceeds,) = [each.text for part in text.parts for each in part.clauses if each.citation.article == "29.1"]
    assert ("收益" in proceeds.zh, "earned" in proceeds.en) == (True, True)
    of_nanning = agreement_of_class(load_pack("nanning"), "unconditional", ON)
    assert of_nanning
    assert liability not in [each.text for part in of_nanning.parts for each in part.clauses]


def test_where_no_law_wants_a_text_for_each_class_what_is_open_to_all_has_none() -> None:
    assert agreement_of_class(load_pack("nanjing"), "unconditional", ON) is None
    assert agreement_of_class(load_pack("nanjing"), "conditional", ON) is not None


def test_a_text_that_nobody_fills_in_has_no_blanks() -> None:
    text = PACK.read_text(encoding="utf-8").replace("本授权适用于南宁市", "本授权适用于{city}", 1)
    with pytest.raises(PackRefused) as refused:
        load_text(text, "nanning.yaml")
    assert {each.rule for each in refused.value.problems} == {"stray_brace"}
