"""Papers of a case: who may have them, what stands in them, and that they are what they say they are."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_task
from tests.api.conftest import service, settings, working  # noqa: F401 - fixtures, by their names
from tests.api.objecting import TOLD, decided, filed
from tests.api.test_five_cities import granted
from tests.api.test_rectifications import recorded
from tests.owning import by_owner
from tests.papers.reading_pdf import declared, text_of

REASON = "The conditions say nothing of persons"


async def listed(caller: Caller, case: Any) -> dict[str, Any]:
    """The papers of a case by their kinds, the latest of each."""
    answer = await caller.read(f"/v1/cases/{case['case_id']}/papers")
    return {each["kind"]: each for each in answer["items"]}


async def pdf(caller: Caller, case: Any, paper: Any, language: str = "zh") -> bytes:
    answer = await caller.get(
        f"/v1/cases/{case['case_id']}/papers/{paper['name']}.pdf", headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return answer.content


@pytest.fixture
def applicant(service: Service) -> Caller:  # noqa: F811 - that fixture
    return service.as_("applicant@demo")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_receipt_says_number_instant_article_and_where_it_is_verified(
    service: Service,  # noqa: F811
    applicant: Caller,
    language: str,
) -> None:
    case = await applicant.file("nanning")
    receipt = (await listed(applicant, case))["receipt"]
    content = await pdf(applicant, case, receipt, language)
    text = text_of(content)
    assert declared(content) == (True, True, True)
    article = "南宁第二十条第（二）项" if language == "zh" else "Nanningarticle20(2)"
    address = f"{service.settings.pages_url}/verify/{receipt['code']}"
    for said in (case["case_number"], article, "Planningofbuslanes", address, case["received_at"][11:16]):
        assert said in text, (said, text)
    assert await pdf(applicant, case, receipt, language) == content


async def test_a_refusal_says_on_paper_why_by_which_article_and_what_can_be_done(
    working: Service,  # noqa: F811
    applicant: Caller,
) -> None:
    case = await applicant.file("nanning")
    case = await working.decide(case, "formal_review", "pass")
    case = await working.decide(case, "provider_review", "refuse", reason=REASON, basis="Article 9 of another law")
    assert "decision" not in await listed(applicant, case)
    case = await working.decide(case, "approval_of_refusal", "approve")
    assert case["status"] == "closed"
    text = text_of(await pdf(applicant, case, (await listed(applicant, case))["decision"]))
    for said in (
        case["case_number"],
        "决定书",
        "南宁第二十条",
        REASON,
        "Article 9 of another law",
        "六十日",
        "服务规则",
    ):
        assert said.replace(" ", "") in text, (said, text)


async def test_a_supplement_that_is_asked_for_is_on_paper_in_the_words_of_who_asks(
    working: Service,  # noqa: F811
    applicant: Caller,
) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    wanted = "Which of the lines? #panic() $x$ *y* \\ @z <w>"
    await working.as_("reviewer@nanning.operator").do(
        f"/v1/tasks/{task['task_id']}/supplement-request", {"text": wanted}
    )
    paper = (await listed(applicant, case))["supplement"]
    assert wanted.replace(" ", "") in text_of(await pdf(applicant, case, paper, "en"))


async def test_an_objector_has_the_answer_on_paper_and_no_officer_of_another_body_has(
    working: Service,  # noqa: F811
    applicant: Caller,
) -> None:
    case = await filed(applicant, "nanning")
    said: dict[str, Any] = {"reason": REASON, "measure": "Taken off", "answer": TOLD}
    case = await decided(
        working, case, [("suspension", "suspend", {"reason": "x"}), ("verification", "withdraw", said)]
    )
    paper = (await listed(applicant, case))["answer"]
    text = text_of(await pdf(applicant, case, paper))
    for each in (case["case_number"], "异议答复书", TOLD, REASON, "救济途径"):
        assert each.replace(" ", "") in text
    path = f"/v1/cases/{case['case_id']}/papers"
    for other in ("applicant2@demo", "reviewer@yulin.operator", "reviewer@nanning.health"):
        for address in (path, f"{path}/{paper['name']}.pdf"):
            assert (await working.as_(other).get(address)).status_code == 404


async def test_the_urging_of_a_body_is_a_paper_for_officers_and_not_for_the_party(
    working: Service,  # noqa: F811
    applicant: Caller,
) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    supervisor = working.as_("supervisor@nanning.authority")
    await supervisor.do(f"/v1/supervision/tasks/{task['task_id']}/urging", {"text": "Three days have passed"})
    paper = (await listed(supervisor, case))["urging"]
    assert "Threedayshavepassed" in text_of(await pdf(supervisor, case, paper))
    assert "urging" not in await listed(applicant, case)
    refused = await applicant.get(f"/v1/cases/{case['case_id']}/papers/{paper['name']}.pdf")
    assert refused.status_code == 404


async def test_an_agreement_says_on_paper_what_all_have_signed(working: Service, applicant: Caller) -> None:  # noqa: F811
    case = await granted(working, applicant, "guangzhou")
    text = text_of(await pdf(applicant, case, (await listed(applicant, case))["agreement"]))
    for said in (
        case["case_number"],
        "数据利用协议",
        "Planning of bus lanes",
        "有效期至",
        "No copy leaves the machine",
    ):
        assert said.replace(" ", "") in text, (said, text)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_anybody_verifies_a_paper_and_learns_no_name(
    service: Service,  # noqa: F811
    applicant: Caller,
    language: str,
) -> None:
    case = await applicant.file("nanning")
    receipt = (await listed(applicant, case))["receipt"]
    nobody = Caller(service.http, None)
    answer = await nobody.get(f"/v1/papers/{receipt['code'].lower()}", headers={"Accept-Language": language})
    said = answer.json()
    assert (said["case_number"], said["kind"], said["as_issued"]) == (case["case_number"], "receipt", True)
    assert said["issued_at"] == receipt["issued_at"]
    assert "applicant" not in answer.text
    assert "Planning" not in answer.text


async def test_a_code_that_somebody_thought_out_verifies_nothing(service: Service, applicant: Caller) -> None:  # noqa: F811
    case = await applicant.file("nanning")
    code = (await listed(applicant, case))["receipt"]["code"]
    other = (await listed(applicant, await applicant.file("nanning")))["receipt"]["code"]
    number, issued, facts = code.rsplit("-", 2)
    turned = ("0" if issued[0] != "0" else "1") + issued[1:]
    nobody = Caller(service.http, None)
    for wrong in (f"{number}-{turned}-{facts}", f"{other.rsplit('-', 2)[0]}-{issued}-{facts}", case["case_number"]):
        assert (await nobody.get(f"/v1/papers/{wrong}")).status_code == 404


async def test_a_paper_whose_words_were_erased_since_is_ours_and_no_longer_as_it_was(
    service: Service,  # noqa: F811
    applicant: Caller,
) -> None:
    case = await applicant.file("nanning")
    code = (await listed(applicant, case))["receipt"]["code"]
    pool = service.app.state.runtime.pool
    await by_owner(pool, "update acts set content = null where case_id = $1", case["case_id"])
    assert (await applicant.read(f"/v1/papers/{code}"))["as_issued"] is False


async def test_an_order_to_rectify_names_body_breach_and_limit(working: Service) -> None:  # noqa: F811
    case = await recorded(working, "lianyungang")
    case = await working.decide(case, "order", "order", time_limit="10wd")
    officer = working.as_("reviewer@lianyungang.authority")
    text = text_of(await pdf(officer, case, (await listed(officer, case))["order"]))
    for said in (case["case_number"], "责令改正通知书", case["rectification"]["statement"], "10个工作日", "第三十九条"):
        assert said.replace(" ", "") in text, (said, text)


async def test_a_decision_that_is_corrected_is_marked_as_replaced(
    working: Service,  # noqa: F811
    applicant: Caller,
) -> None:
    case = await applicant.file("nanning")
    task = open_task(case, "formal_review")
    operator, path = working.as_("reviewer@nanning.operator"), f"/v1/tasks/{task['task_id']}"
    await operator.do(f"{path}/decision", {"outcome": "return", "reason": "Vague"})
    await operator.do(f"{path}/correction", {"outcome": "return", "reason": "Which of the lines?"})
    found = await applicant.read(f"/v1/cases/{case['case_id']}/papers")
    decisions = [each for each in found["items"] if each["kind"] == "decision"]
    assert [each["replaced"] for each in decisions] == [True, False]
    assert "Whichofthelines" in text_of(await pdf(applicant, case, decisions[1]))
