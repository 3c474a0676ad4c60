"""What anybody reads of what happens: who holds data, and when the service is interrupted."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from starlette.routing import Route

from activities.settings import Settings
from api.app import create_app
from pages.app import create_app as pages_app
from pages.routes import ROUTES
from rules.deadlines import midnight, to_shanghai
from rules.loading import cities, load_pack
from tests.api.calling import Service, serving
from tests.api.conftest import BEFORE_202
from tests.api.test_five_cities import granted
from tests.driving import ShiftedClock
from tests.pages.visiting import Front, pages_open, text_of


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    """The API beside the pages, over the same database."""
    async with serving(create_app(settings, patience=BEFORE_202), settings) as running:
        yield running


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_holder_is_named_with_the_last_day_of_the_grant(
    working: Front, service: Service, language: str
) -> None:
    case = await granted(service, service.as_("applicant@demo"), "guangzhou")
    visitor = await working.visitor(language).visit(f"{'/en' if language == 'en' else ''}/guangzhou/holders")
    (row,) = (text_of(each) for each in visitor.document.iter("tr") if each.find("td") is not None)
    assert ("演示" in row) if language == "zh" else row.startswith("Demo applicant A")
    assert any(case["dataset_id"] in link.get("href", "") for link in visitor.links())
    assert "00:00" not in row


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_interruption_stands_on_the_page_of_its_city_until_it_is_over(
    front: Front, service: Service, language: str
) -> None:
    today = to_shanghai(await front.app.state.runtime.now()).date()
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 + 14)
    starts_at = midnight(saturday) + timedelta(hours=2)
    said = {"what": "更换交换机", "reason": "机房改造"}
    form = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat(), **said}
    operator = service.as_("reviewer@nanning.operator")
    announced = await operator.post("/v1/maintenance-notices", form, str(uuid.uuid4()))
    assert announced.status_code == 201, announced.text
    prefix, visitor = "/en" if language == "en" else "", front.visitor(language)
    for address in ("/nanning", "/nanning/maintenance"):
        await visitor.visit(f"{prefix}{address}")
        assert "更换交换机" in visitor.text()
    assert "机房改造" in visitor.text()
    await operator.post(f"/v1/maintenance-notices/{announced.json()['maintenance_id']}/cancellation")
    await visitor.visit(f"{prefix}/nanning")
    assert "更换交换机" not in visitor.text()
    await visitor.visit(f"{prefix}/nanning/maintenance")
    assert ("已取消" if language == "zh" else "Cancelled") in visitor.text()


def test_no_page_has_an_address_that_is_a_citys() -> None:
    first = {route.path.split("/")[1] for route in ROUTES if isinstance(route, Route)}
    assert not first & {*cities(), "en"}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_once_a_law_has_ended_the_page_of_its_city_says_so_and_offers_remedies(
    settings: Settings, language: str
) -> None:
    ended = load_pack("guangzhou").in_force_until
    assert ended
    clock = ShiftedClock()
    async with pages_open(pages_app(settings, clock=clock), settings) as front:
        clock.shift = midnight(ended) + timedelta(days=1) - await front.app.state.runtime.now()
        visitor = await front.visitor(language).visit(f"{'/en' if language == 'en' else ''}/guangzhou")
        assert visitor.answer.status_code == 200
        assert ("只受理补救" if language == "zh" else "only remedies") in visitor.text()
        headings = [text_of(each) for each in visitor.document.iter("h3")]
        assert ("异议" if language == "zh" else "Objection") in headings
        assert ("有条件开放数据申请" if language == "zh" else "Access request") not in headings
