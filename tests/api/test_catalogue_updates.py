"""Catalogue updates over HTTP: ordered by a processing, drafted, reviewed, and published as a new version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.calling import Caller, Service, open_stages, open_task
from tests.api.objecting import TOLD, Decision, decided, filed
from tests.api.updating import BASIS, TITLE, answers, law, walked

DONE: dict[str, Any] = {"processing": "Names removed", "entry_changes": True}
ANSWER: dict[str, Any] = {"answer": TOLD}
FORWARD: Decision = ("forwarding", "forward", {})
TELL: Decision = ("telling_correction", "tell", ANSWER)
PROCESSED: dict[str, tuple[str, list[Decision]]] = {
    "nanning": ("privacy", [("verification", "process", {}), ("processing", "reopen", ANSWER | DONE)]),
    "yulin": ("privacy", [("verification", "process", {}), ("processing", "reopen", ANSWER | DONE)]),
    "guangzhou": ("privacy", [("verification", "process_and_reopen", ANSWER | DONE)]),
    "lianyungang": ("error", [FORWARD, ("handling", "correct", ANSWER | {"entry_changes": True})]),
    "nanjing": ("error", [FORWARD, ("department_review", "correct", {}), TELL, ("correction", "correct", DONE)]),
}
"""City to a ground, and the decisions by which its objection orders an update."""


async def ordered(service: Service, city: str = "nanning", **fields: Any) -> tuple[Any, Any]:
    """An objection that has ordered an update, as an officer of the operator reads it, and that update."""
    ground, decisions = PROCESSED[city]
    case = await filed(service.as_("objector@demo"), city, proven=ground == "privacy", ground=ground, **fields)
    operator = service.as_(f"reviewer@{city}.operator")
    case = await decided(service, case, decisions)
    objection = await operator.read(f"/v1/cases/{case['case_id']}")
    return objection, await operator.read(f"/v1/cases/{objection['catalogue_update']['case_id']}")


async def drafted(service: Service, update: Any, entry: Any) -> dict[str, Any]:
    """A decision that submits this draft, and leaves the class as it is."""
    rules = await law(service.nobody(), update["city"])
    dataset = await service.nobody().read(f"/v1/datasets/{update['dataset_id']}")
    if dataset["openness"] != "unconditional" and isinstance(entry, dict) and "title" in entry:
        entry = {"basis": BASIS} | entry
    return {"entry": entry, "answers": answers(rules, dataset["openness"])}


async def submitting(service: Service, update: Any, **said: Any) -> Any:
    """The answer to the provider who submits this."""
    task = open_task(update, "compilation")
    provider = service.as_(f"reviewer@{task['body']}")
    return await provider.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "submit", **said})


async def submitted(service: Service, update: Any, **entry: Any) -> Any:
    """The update once a draft is submitted that states this."""
    return await service.decide(update, "compilation", "submit", **await drafted(service, update, entry))


@pytest.mark.parametrize("city", sorted(PROCESSED))
async def test_from_an_objection_to_a_new_version_of_the_entry(working: Service, city: str) -> None:
    objection, update = await ordered(working, city)
    assert update["caused_by"] == {"case_id": objection["case_id"], "case_number": objection["case_number"]}
    assert objection["catalogue_update"]["case_number"] == update["case_number"]
    assert update["dataset_id"] == objection["dataset_id"]
    assert "compilation" in open_stages(update)

    update = await submitted(working, update, title=TITLE, update_frequency="P2D")
    update = await walked(working, update)

    assert (update["status"], update["outcome"]) == ("closed", "published")
    dataset = await working.nobody().read(f"/v1/datasets/{update['dataset_id']}")
    assert (dataset["title"], dataset["update_frequency"]) == (TITLE["en"], "P2D")
    versions = (await working.nobody().read(f"/v1/datasets/{update['dataset_id']}/versions"))["items"]
    assert [(each["number"], each["case_number"]) for each in versions] == [(1, None), (2, update["case_number"])]
    assert versions[0]["published_at"] is None
    assert versions[1]["published_at"] == update["closed_at"]
    assert versions[1]["entry"]["title"] == TITLE
    assert versions[0]["entry"]["title"] != TITLE


async def test_a_returned_draft_is_read_beside_its_reason_and_drafted_anew(working: Service) -> None:
    _, update = await ordered(working)
    first = {"title": {"zh": "公交", "en": "Buses"}}
    update = await submitted(working, update, **first)
    update = await walked(working, update, until="review")
    update = await working.decide(update, "review", "return", reason="Too short a title")
    assert open_stages(update) == ["compilation"]
    update = await submitted(working, update, title=TITLE)
    update = await walked(working, update)

    said = [(each["outcome"], each["text"]) for each in update["reasons"] if each["stage"] in ("compilation", "review")]
    assert [outcome for outcome, _ in said] == ["submit", "return", "submit"]
    assert said[0][1]["entry"]["title"] == first["title"]
    assert said[1][1] == {"reason": "Too short a title"}
    assert said[2][1]["entry"]["title"] == TITLE
    assert update["update"]["draft"]["entry"]["title"] == TITLE


async def test_a_decision_that_orders_no_update_leaves_the_catalogue_alone(working: Service) -> None:
    case = await filed(working.as_("objector@demo"), "nanning")
    said = ANSWER | {"processing": "Names removed"}
    case = await decided(working, case, [("verification", "process", {}), ("processing", "reopen", said)])
    assert case["catalogue_update"] is None
    found = await working.as_("reviewer@nanning.operator").read("/v1/cases", procedure="catalogue_update")
    assert found["items"] == []


async def test_an_outcome_after_which_no_entry_changes_orders_no_update(service: Service) -> None:
    case = await filed(service.as_("objector@demo"), "nanning")
    task = open_task(case, "verification")
    answer = await service.as_(f"reviewer@{task['body']}").post(
        f"/v1/tasks/{task['task_id']}/decision", {"outcome": "restore", "answer": TOLD, "entry_changes": True}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0] | {"detail": ""} == {
        "field": "entry_changes",
        "code": "MeasureNotAllowed",
        "detail": "",
        "rule": None,
    }


@pytest.mark.parametrize(
    ("entry", "field", "code"),
    [
        ({}, "entry", "nothing_stated"),
        ({"title": None}, "entry", "nothing_stated"),
        ({"colour": "red"}, "entry.colour", "extra_forbidden"),
        ({"title": "Buses"}, "entry.title", "model_attributes_type"),
        ({"title": {"zh": "公交"}}, "entry.title.en", "missing"),
        ({"title": {"zh": " ", "en": "Buses"}}, "entry.title.zh", "string_pattern_mismatch"),
        ({"title": {"zh": "公\0交", "en": "Buses"}}, "entry.title.zh", "string_pattern_mismatch"),
        ({"items": []}, "entry.items", "too_short"),
        ({"items": [{"item": "Line Code"}]}, "entry.items.0.item", "string_pattern_mismatch"),
        ({"items": [{"item": "a", "name": TITLE, "type": "colour"}]}, "entry.items.0.type", "literal_error"),
        ({"items": [{"item": "a", "name": TITLE, "type": "string"}] * 2}, "entry.items", "item_twice"),
        ({"formats": ["exe"]}, "entry.formats.0", "literal_error"),
        ({"update_frequency": "daily"}, "entry.update_frequency", "string_pattern_mismatch"),
        ({"openness": "closed"}, "entry.openness", "extra_forbidden"),
        ([], "entry", "model_attributes_type"),
    ],
)
async def test_what_is_wrong_with_a_draft_is_named_by_field_and_rule(
    working: Service, entry: Any, field: str, code: str
) -> None:
    _, update = await ordered(working)
    answer = await submitting(working, update, entry=entry)
    assert answer.status_code == 422, answer.text
    assert (field, code) in [(each["field"], each["code"]) for each in answer.json()["errors"]]
    assert all(each["detail"] for each in answer.json()["errors"])


async def test_a_draft_is_demanded_by_a_rule_that_says_so(working: Service) -> None:
    _, update = await ordered(working)
    answer = await submitting(working, update)
    assert answer.status_code == 422
    wrong = {each["field"]: each for each in answer.json()["errors"]}
    assert {"entry", "answers.openness"} <= set(wrong)
    assert wrong["entry"]["rule"]["basis"] == "service"


async def test_conditions_are_for_conditional_data_and_a_basis_for_what_is_not_open_to_all(
    working: Service,
) -> None:
    _, update = await ordered(working, dataset_id="nanning-transport-bus-lines")
    for field in ("conditions", "basis"):
        answer = await submitting(working, update, entry={field: TITLE})
        assert answer.status_code == 422
        (wrong,) = answer.json()["errors"]
        assert (wrong["field"], wrong["code"]) == (f"entry.{field}", f"entry_{field}_out_of_place")


async def test_a_draft_belongs_to_a_catalogue_update_and_to_nothing_else(working: Service) -> None:
    request = await working.as_("applicant@demo").file("nanning")
    objection = await filed(working.as_("objector@demo"), "nanning")
    for case, stage, outcome in [(request, "formal_review", "pass"), (objection, "suspension", "suspend")]:
        task = open_task(case, stage)
        answer = await working.as_(f"reviewer@{task['body']}").post(
            f"/v1/tasks/{task['task_id']}/decision", {"outcome": outcome, "entry": {"title": TITLE}}
        )
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == "entry"


async def test_provider_authority_and_operator_see_an_update_and_the_objector_does_not(
    working: Service,
) -> None:
    objection, update = await ordered(working)
    path = f"/v1/cases/{update['case_id']}"
    seen = {
        who: (await working.as_(who).get(path)).status_code
        for who in (
            *("reviewer@nanning.transport", "reviewer2@nanning.transport", "reviewer@nanning.authority"),
            *("reviewer@nanning.operator", "supervisor@nanning.authority"),
            *("objector@demo", "applicant@demo", "reviewer@nanning.health", "reviewer@yulin.operator"),
        )
    }
    assert list(seen.values()) == [200, 200, 200, 200, 200, 404, 404, 404, 404]

    objector = working.as_("objector@demo")
    own = await objector.read(f"/v1/cases/{objection['case_id']}")
    assert own["catalogue_update"] is None
    events = (await objector.read(f"/v1/cases/{objection['case_id']}/events"))["items"]
    assert "EntryChangeOrdered" in [event["type"] for event in events]
    assert update["case_id"] not in str(events)


async def test_whoever_ordered_an_update_reads_it_as_an_officer(working: Service) -> None:
    _, update = await ordered(working)
    update = await walked(working, await submitted(working, update, title=TITLE), until="review")
    update = await working.decide(update, "review", "return", reason="Too short a title")
    initiator = working.as_("reviewer@nanning.transport")
    read = await initiator.read(f"/v1/cases/{update['case_id']}")
    called = "Nanning Transport Bureau, reviewer A"
    assert {"role": "initiator", "id": "reviewer@nanning.transport", "name": called} in read["parties"]
    assert [each["outcome"] for each in read["reasons"]] == ["submit", "pass", "return"]


async def versions_of(caller: Caller, dataset_id: str, **params: Any) -> Any:
    return await caller.read(f"/v1/datasets/{dataset_id}/versions", **params)


async def test_an_entry_that_was_never_updated_has_one_version(service: Service) -> None:
    nobody = service.nobody()
    page = await versions_of(nobody, "nanning-transport-bus-lines")
    (only,) = page["items"]
    assert (only["number"], only["published_at"], only["case_number"]) == (1, None, None)
    assert only["openness"] == "unconditional"
    assert only["entry"]["title"]["en"] == "Bus lines and stops"
    assert page["next"] is None
    assert (await nobody.get("/v1/datasets/nanning-transport-nothing/versions")).status_code == 404


async def test_versions_come_in_pages(working: Service) -> None:
    _, update = await ordered(working)
    update = await walked(working, await submitted(working, update, title=TITLE))
    nobody = working.nobody()
    first = await versions_of(nobody, update["dataset_id"], limit=1)
    second = await versions_of(nobody, update["dataset_id"], limit=1, cursor=first["next"])
    assert [each["number"] for page in (first, second) for each in page["items"]] == [1, 2]
    assert second["next"] is None
    broken = await nobody.get(f"/v1/datasets/{update['dataset_id']}/versions", cursor="x")
    assert broken.status_code == 422
