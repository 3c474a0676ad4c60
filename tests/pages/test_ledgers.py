"""The ledger of a clock on the pages of a case and of a task, in both languages, with the articles beside each line."""

from __future__ import annotations

import pytest

from tests.api.calling import Service
from tests.pages.reviewing import task_of
from tests.pages.test_reading_a_case import is_well_made
from tests.pages.visiting import Front
from tests.stopping import WHY, lets_clocks_be_stopped

SAYS = {
    "zh": ("期限台账", "停止计时：现场核查", "仍在停止", "《中华人民共和国行政复议法》第十一条"),
    "en": (
        "Ledger of the clock",
        "Stopped: Inspection on the spot",
        "still stopped",
        "Reconsideration Law, article 11",
    ),
}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_an_officer_stops_a_clock_and_the_applicant_reads_its_ledger(
    working: Front, service: Service, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lets_clocks_be_stopped(monkeypatch)
    case = await service.decide(await service.as_("applicant@demo").file("nanning"), "formal_review", "pass")
    number = case["case_number"]
    officer = await task_of(working, "reviewer@nanning.transport", number, "provider_review")
    await officer.send("why_stopped", button="inspection", why_stopped="")
    assert officer.answer.status_code == 422
    await officer.send("why_stopped", button="inspection", why_stopped=WHY)
    reader = await working.logged_in("applicant@demo", language)
    await reader.visit(f"/cases/{number}" if language == "zh" else f"/en/cases/{number}")
    is_well_made(reader, language)
    for said in (*SAYS[language], WHY):
        assert said in reader.text()
    assert "现场核查" in officer.text()
    buttons = {each.text for each in officer.document.iter("button")}
    assert "停止计时：听证" in buttons, "what another rule may stop it for"
    assert "停止计时：现场核查" not in buttons
    forms = [form for form in officer.forms() if dict(form.values()).get("act") == "run_again"]
    assert forms, "what is stopped can be run again"
    await officer.send("stop", button=None)
    assert "恢复计时" not in {each.text for each in officer.document.iter("button")}
