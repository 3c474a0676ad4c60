"""What who reads of a report of misuse over HTTP: who reported not which grant it was, who is reported not by whom."""

from __future__ import annotations

import json

from tests.api.calling import Caller, Service
from tests.api.test_misuse import SEEN, in_use, reported, task_of
from tests.api.test_own_data import archive, read
from tests.papers.reading_pdf import text_of


async def test_the_log_of_a_report_names_no_grant_to_whoever_reported(working: Service, applicant: Caller) -> None:
    access, _ = await in_use(working, applicant, "nanning")
    reporter, officer = working.as_("applicant2@demo"), working.as_("reviewer@nanning.transport")
    case = await reported(reporter, "nanning", access["dataset_id"])
    said = {"misused_grant": access["case_number"], "measure": "Closed", "reason": "Seen for sale"}
    decision = f"/v1/tasks/{task_of(case, 'verification')}/decision"
    await officer.do(decision, {"outcome": "close", "misuse": "spreading", **said})
    path = f"/v1/cases/{case['case_id']}"
    assert access["case_id"] in json.dumps(await officer.read(f"{path}/events"))
    log, shown = json.dumps(await reporter.read(f"{path}/events")), json.dumps(await reporter.read(path))
    assert "GrantCurtailed" in log
    assert "Seen for sale" in log
    assert "Seen for sale" in shown, "it is told why"
    table = (await reporter.get(f"{path}/events", {"Accept": "text/csv"})).text
    assert "Seen for sale" in table
    for told in (log, shown, table, await on_paper(reporter, path)):
        assert access["case_id"] not in told
        assert access["case_number"] not in told
    assert access["case_number"] in json.dumps((await officer.read(path))["reasons"])


async def on_paper(caller: Caller, path: str) -> str:
    """All that the papers of a case say."""
    items = (await caller.read(f"{path}/papers"))["items"]
    assert {each["kind"] for each in items} >= {"receipt", "decision"}
    return "".join([text_of((await caller.get(f"{path}/papers/{each['name']}.pdf")).content) for each in items])


async def test_what_is_reported_stays_readable_to_whoever_reported_it(service: Service) -> None:
    reporter = service.as_("applicant2@demo")
    dataset = await reporter.conditional_dataset("nanning")
    item = dataset["items"][0]["item"]
    body = {"city": "nanning", "dataset_id": dataset["dataset_id"], "misuse": "abuse", "statement": SEEN}
    case = (await reporter.post("/v1/misuse-reports", body | {"data_items": [item]}, "once")).json()
    (filed, *_) = (await reporter.read(f"/v1/cases/{case['case_id']}/events"))["items"]
    assert filed["data_items"] == [item]


async def test_whom_a_report_may_be_about_does_not_learn_who_reported(working: Service, applicant: Caller) -> None:
    access, _ = await in_use(working, applicant, "nanning")
    await working.app.state.runtime.pool.execute(
        "update accounts set city = 'nanning', body = 'nanning.transport', "
        "roles = array['reviewer', 'supervisor', 'applicant'] "
        "where login = $1",
        "applicant@demo",
    )
    officer, colleague = working.as_("applicant@demo"), working.as_("reviewer@nanning.transport")
    case = await reported(working.as_("applicant2@demo"), "nanning", access["dataset_id"])
    path = f"/v1/cases/{case['case_id']}"
    for call in (path, f"{path}/events", f"{path}/papers", f"{path}/papers/receipt-1.pdf", f"{path}/proof"):
        assert (await officer.get(call)).status_code == 404, call
        assert (await colleague.get(call)).status_code == 200, call
    known = {each["case_id"] for each in (await officer.read("/v1/cases"))["items"]}
    assert (access["case_id"] in known, case["case_id"] in known) == (True, False)
    assert case["case_id"] in {each["case_id"] for each in (await colleague.read("/v1/cases"))["items"]}
    claim = f"/v1/tasks/{task_of(case, 'verification')}/claim"
    await colleague.do(claim)
    handed = await officer.post("/v1/supervision/officers/reviewer@nanning.transport/hand-over", {"release": True})
    assert (handed.status_code, handed.json()["items"]) == (200, [])
    readings = (await officer.read("/v1/supervision/readings"))["items"]
    assert case["case_number"] not in {each["case_number"] for each in readings}
    whole = (await working.as_("supervisor@nanning.authority").read("/v1/supervision/readings"))["items"]
    assert case["case_number"] in {each["case_number"] for each in whole}
    said = {"misused_grant": access["case_number"], "misuse": "abuse", "measure": "Closed", "reason": "Seen for sale"}
    await colleague.do(f"/v1/tasks/{task_of(case, 'verification')}/decision", {"outcome": "close", **said})
    own = json.dumps([await officer.read(f"/v1/cases/{access['case_id']}"), await officer.read("/v1/messages")])
    assert SEEN not in own
    assert case["case_number"] not in own
    assert "applicant2" not in own


async def test_who_gave_his_grant_back_before_the_report_decides_nothing_of_it(
    working: Service, applicant: Caller
) -> None:
    access, _ = await in_use(working, applicant, "nanning")
    await applicant.do(f"/v1/grants/{access['case_id']}/renunciation")
    await working.app.state.runtime.pool.execute(
        "update accounts set body = 'nanning.transport', roles = array['reviewer', 'applicant'] where login = $1",
        "applicant@demo",
    )
    case = await reported(working.as_("applicant2@demo"), "nanning", access["dataset_id"])
    path = f"/v1/tasks/{task_of(case, 'verification')}/decision"
    said = {"outcome": "unfounded", "reason": "Nothing is the matter"}
    refused = await working.as_("applicant@demo").post(path, said)
    assert refused.status_code == 404, "he does not know of it"
    colleague = await working.as_("reviewer@nanning.transport").do(path, said)
    assert colleague["case"]["outcome"] == "unfounded"


async def test_an_officer_elsewhere_who_reports_misuse_reads_his_report_wherever_it_is(
    working: Service,
) -> None:
    officer, stranger = working.as_("reviewer@yulin.operator"), working.as_("reviewer@yulin.authority")
    case = await reported(officer, "nanning", "nanning-transport-bus-lines")
    path = f"/v1/cases/{case['case_id']}"
    claim = await working.as_("reviewer@nanning.transport").do(f"/v1/tasks/{task_of(case, 'verification')}/claim")
    await working.as_("reviewer@nanning.transport").do(f"{path}/notes", {"text": "between ourselves"})

    assert (await officer.read(path))["misuse"]["statement"] == SEEN
    events = (await officer.read(f"{path}/events"))["items"]
    assert [each["number"] for each in events] == list(range(1, len(events) + 1))
    assert case["case_id"] in {each["case_id"] for each in (await officer.read("/v1/cases"))["items"]}
    assert read(await archive(officer), f"cases/{case['case_number']}/acts.json")[0]["content"]["statement"] == SEEN
    assert "between ourselves" not in json.dumps([events, await officer.read(path)]), "he reads what a party reads"
    assert (await officer.get(f"/v1/acts/{claim['act_id']}")).status_code == 404
    for call, said in (("claim", None), ("decision", {"outcome": "dismiss", "reason": "x"})):
        refused = await officer.post(f"/v1/tasks/{task_of(case, 'verification')}/{call}", said)
        assert refused.status_code in (403, 404), "and acts for no body"
    assert (await stranger.get(path)).status_code == 404, "it is known to him and not to his city"
