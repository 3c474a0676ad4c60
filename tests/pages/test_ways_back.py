"""The way back of whoever was refused, and of whoever objected, by pages: where to go, and an objection taken back."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.api.objecting import filed
from tests.pages.test_cases import decided
from tests.pages.visiting import Front, Visitor, text_of


def bands(visitor: Visitor) -> str:
    """What stands in the bands of the page."""
    return " ".join(text_of(each) for each in visitor.document.iter("p") if each.get("class") == "band")


@pytest.mark.parametrize(
    ("city", "language", "law", "court"),
    [
        (
            "lianyungang",
            "zh",
            "《中华人民共和国行政复议法》第二十条第一款",
            "《中华人民共和国行政诉讼法》第四十六条第一款",
        ),
        ("guangzhou", "en", "(Administrative Reconsideration Law", "(Administrative Litigation Law"),
    ],
)
async def test_a_refusal_says_on_its_page_where_to_go_and_an_open_case_does_not(
    working: Front, service: Service, city: str, language: str, law: str, court: str
) -> None:
    number = (await service.as_("applicant@demo").file(city))["case_number"]
    visitor = await working.logged_in("applicant@demo", language)
    await visitor.visit(f"/cases/{number}")
    assert law not in bands(visitor)

    await decided(service, number, ("provider_review", "refuse"), reason="Not fit", basis="Article 19")

    await visitor.visit(f"/cases/{number}")
    assert law in bands(visitor), visitor.text()
    assert court in bands(visitor)
    assert ("◇服务规则" if language == "zh" else "◇ Service rule") in bands(visitor)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_objector_takes_its_objection_back_on_the_page_of_the_case(
    front: Front, service: Service, language: str
) -> None:
    case = await filed(service.as_("objector@demo"), "nanning")
    visitor = await front.logged_in("objector@demo", language)
    number = case["case_number"]
    await visitor.visit(f"/cases/{number}")
    title, held, over = {
        "zh": ("撤回异议", "因本案，自", "已办结：已撤回"),
        "en": ("Take the objection back", "Because of this case, kept back since", "Closed: Taken back"),
    }[language]
    assert title in visitor.text()
    assert held in bands(visitor)
    withdrawal = next(form for form in visitor.forms() if ("act", "withdraw") in form.values())
    assert {"reason", "key"} <= withdrawal.names()

    await visitor.send("reason", reason="It is settled")

    assert over in visitor.text(), visitor.text()
    assert held not in bands(visitor)
    assert title not in visitor.text()
    await visitor.visit(f"/cases/{number}/log")
    assert "It is settled" in visitor.text()


async def test_what_bodies_verify_all_the_same_stays_open_and_says_so(front: Front, service: Service) -> None:
    case = await filed(service.as_("objector@demo"), "lianyungang", ground="trade_secret")
    visitor = await front.logged_in("objector@demo")
    await visitor.visit(f"/cases/{case['case_number']}")
    assert "is verified all the same" in visitor.text()

    await visitor.send("reason", reason="It is settled")

    assert "Closed" not in visitor.text()
    assert not [form for form in visitor.forms() if ("act", "withdraw") in form.values()]
