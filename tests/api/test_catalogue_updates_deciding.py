"""Decisions on a draft: what is answered with it, which reviews that brings, and what officers are shown."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.api.calling import Service, open_stages, open_task
from tests.api.objecting import filed
from tests.api.updating import (
    CITIES,
    TITLE,
    answers,
    drafted,
    drafting,
    errors,
    filing,
    law,
    post,
    recorded,
    said_with,
    today,
    walked,
)

EVERYTHING = {
    "law_in_question": "applies",
    "specialised": "applies",
    "secrets_or_privacy": "applies",
    "group_interests": "applies",
}


async def decided(service: Service, case: Any, stage: str, outcome: str, **said: Any) -> httpx.Response:
    """The answer to a decision, whatever it is, by the officer of the body before which the stage lies."""
    task = open_task(case, stage)
    caller = service.as_(f"reviewer@{task['body']}")
    return await caller.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": outcome, **said})


@pytest.mark.parametrize("city", CITIES)
async def test_officers_see_the_questions_of_their_city_and_what_was_answered(working: Service, city: str) -> None:
    case = await drafted(working, city, **EVERYTHING)
    asked = {each["question"]: each for each in case["update"]["questions"]}
    assert asked["openness"]["answer"] == "conditional"
    assert [each["value"] for each in asked["openness"]["values"]] == ["closed", "conditional", "unconditional"]
    for question in asked.values():
        assert question["label"]
        known = [each["value"] for each in question["values"]]
        assert question["answer"] in ([None] if question["question"] == "closed_case" else known)
        assert question["computed"] == (question["question"] == "change")
        assert all(each["label"] and each["article"] for each in question["values"])


@pytest.mark.duty("NN-17")
async def test_each_review_that_an_answer_brings_is_named_and_lies_open_beside_the_others(working: Service) -> None:
    case = await drafted(working, "nanning", **EVERYTHING)
    brought = {each["stage"]: each for each in case["update"]["reviews"]}
    assert {"legality_review", "expert_argument", "committee_review", "consultation"} <= set(brought)
    assert all(each["applies"] for each in brought.values())
    assert set(brought) <= set(open_stages(case))
    assert brought["legality_review"]["when"]["law_in_question"] == ["applies"]

    plain = await drafted(working, "lianyungang")
    assert all(each["applies"] for each in plain["update"]["reviews"])


async def test_reviews_that_no_answer_brings_do_not_apply(working: Service) -> None:
    case = await drafted(working, "nanning")
    none = {each["stage"] for each in case["update"]["reviews"] if not each["applies"]}
    assert none == {"legality_review", "expert_argument", "committee_review", "consultation"}
    assert none.isdisjoint(open_stages(case))


@pytest.mark.duty("GZ-11")
@pytest.mark.duty("LYG-11")
@pytest.mark.parametrize(("city", "article"), [("guangzhou", "11"), ("lianyungang", "11")])
async def test_data_obtained_by_sharing_does_not_enter_the_catalogue(working: Service, city: str, article: str) -> None:
    provider = working.as_(f"reviewer@{city}.transport")
    body = await drafting(provider, city)
    body["answers"]["origin"] = "shared"
    answer = await post(provider, body)
    assert errors(answer) == [("answers.origin", "ChoiceNotOnRequest")]
    assert answer.json()["errors"][0]["rule"]["article"].startswith(article)

    case = await recorded(provider, await filing(provider, city))
    task = open_task(case, "compilation")
    said = {"outcome": "submit", "entry": body["entry"], "answers": body["answers"]}
    answer = await provider.post(f"/v1/tasks/{task['task_id']}/decision", said)
    assert errors(answer) == [("answers.origin", "ChoiceNotOnRequest")]
    assert answer.json()["errors"][0]["rule"]["article"].startswith(article)


@pytest.mark.duty("GZ-25a")
async def test_data_whose_subjects_withhold_their_consent_is_not_opened_in_guangzhou(service: Service) -> None:
    provider = service.as_("reviewer@guangzhou.transport")
    body = await drafting(provider, "guangzhou")
    body["answers"] |= {"secrets_or_privacy": "applies", "subjects_consent": "withheld"}
    assert errors(await post(provider, body)) == [("answers.subjects_consent", "ChoiceNotOnRequest")]


@pytest.mark.duty("GZ-9a")
@pytest.mark.duty("NJ-24")
@pytest.mark.parametrize("city", ["guangzhou", "nanjing"])
async def test_a_class_that_is_not_unconditional_needs_its_basis(service: Service, city: str) -> None:
    provider = service.as_(f"reviewer@{city}.transport")
    rules = await law(provider, city)
    bus_lines = await unconditional_dataset(service, city)
    draft = {"entry": {"title": TITLE}, "answers": answers(rules, "closed"), "basis": "Some law"}
    answer = await post(provider, await drafting(provider, city, dataset_id=bus_lines, **draft))
    assert errors(answer) == [("entry.basis", "RequirementMissing")]
    assert answer.json()["errors"][0]["rule"]["basis"] == "law"


@pytest.mark.duty("GZ-10b")
async def test_a_narrower_class_needs_a_basis_in_guangzhou_and_a_wider_one_does_not(working: Service) -> None:
    provider = working.as_("reviewer@guangzhou.transport")
    rules = await law(provider, "guangzhou")
    body = await drafting(provider, "guangzhou", answers=answers(rules, "closed"))
    answer = await post(provider, body)
    assert errors(answer) == [("basis", "RequirementMissing")]
    assert answer.json()["errors"][0]["rule"]["article"] == "10.4"
    case = await recorded(provider, body | {"basis": "Some law, article 1"})
    assert case["reasons"][0]["text"]["basis"] == "Some law, article 1"


async def unconditional_dataset(service: Service, city: str) -> str:
    found = await service.nobody().read(
        "/v1/datasets", city=city, provider=f"{city}.transport", openness="unconditional"
    )
    return str(found["items"][0]["dataset_id"])


async def test_a_consultation_states_its_days_and_officers_read_them(working: Service) -> None:
    case = await drafted(working, "nanning", group_interests="applies")
    task = open_task(case, "consultation")
    provider = working.as_("reviewer@nanning.transport")
    path = f"/v1/tasks/{task['task_id']}/decision"
    assert errors(await provider.post(path, {"outcome": "pass"})) == [
        ("held_from", "RequirementMissing"),
        ("held_until", "RequirementMissing"),
        ("measure", "RequirementMissing"),
    ]
    days = {"held_from": str(today() - timedelta(days=31)), "held_until": str(today())}
    assert errors(await provider.post(path, {"outcome": "pass", "measure": "Held", **days})) == [
        ("held_until", "ConsultationNotOver")
    ]
    days["held_until"] = str(today() - timedelta(days=1))
    case = await working.decide(case, "consultation", "pass", measure="Held", **days)
    (held,) = case["update"]["consultations"]
    assert held | {"label": ""} == {"task_id": task["task_id"], "stage": "consultation", "label": "", **days}


@pytest.mark.parametrize("field", ["held_from", "held_until"])
async def test_days_of_a_consultation_are_stated_of_a_consultation_only(working: Service, field: str) -> None:
    case = await drafted(working, "nanning")
    task = open_task(case, "security_review")
    provider = working.as_("reviewer@nanning.transport")
    said = {"outcome": "pass", field: str(today() - timedelta(days=1))}
    assert errors(await provider.post(f"/v1/tasks/{task['task_id']}/decision", said)) == [(field, "MeasureNotAllowed")]


async def test_an_objection_that_holds_the_data_is_shown_and_stops_the_publication(
    working: Service,
) -> None:
    case = await drafted(working, "nanning")
    objection = await filed(working.as_("objector@demo"), "nanning")
    case = await walked(working, case, until="review")
    assert [each["case_number"] for each in case["restricted_by"]] == [objection["case_number"]]
    task = open_task(case, "review")
    authority = working.as_("reviewer@nanning.authority")
    answer = await authority.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "publish"})
    assert (answer.status_code, errors(answer)) == (409, [("outcome", "DataIsRestricted")])


async def test_an_update_that_is_given_up_ends_with_its_reason(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    case = await recorded(provider, await filing(provider, "nanning"))
    case = await working.decide(case, "compilation", "abandon", reason="Nothing changed after all")
    assert (case["status"], case["outcome"]) == ("closed", "abandoned")
    assert case["outcome_label"]


async def test_a_submission_sent_again_after_publication_answers_as_before(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    case = await recorded(provider, await filing(provider, "nanning"))
    rules = await law(provider, "nanning")
    path = f"/v1/tasks/{open_task(case, 'compilation')['task_id']}/decision"
    entry = {"conditions": TITLE, "title": TITLE}
    draft = {"outcome": "submit", "entry": entry, "answers": answers(rules, "conditional")}
    key = str(uuid.uuid4())
    first = await provider.do(path, draft, key)
    await walked(working, first["case"])
    again = await provider.do(path, draft, key)
    assert (again["act_id"], again["case"]["outcome"]) == (first["act_id"], "published")


async def test_whoever_reported_a_leak_for_the_operator_reads_what_bodies_decide(working: Service) -> None:
    reporter = working.as_("reviewer@nanjing.operator")
    answer = await reporter.post("/v1/leak-reports", {"city": "nanjing", "statement": "Seen"}, str(uuid.uuid4()))
    case = answer.json()
    rules = await law(reporter, "nanjing", "leak")
    seen: list[str] = []
    while case["status"] == "open":
        task = next(each for each in case["tasks"] if each["state"] == "open")
        stage = rules.stage(task["stage"])
        assert stage
        outcome = stage.outcomes[0]
        case = await working.decide(case, stage.stage, outcome.outcome, **said_with(outcome))
        seen = [each["outcome"] for each in (await reporter.read(f"/v1/cases/{case['case_id']}"))["reasons"]]
        assert outcome.outcome in seen or not outcome.requires


@pytest.mark.duty("GZ-9b")
@pytest.mark.parametrize("dissents", [False, True])
async def test_guangzhous_disputed_class_goes_to_consultation_then_to_the_government(
    working: Service, dissents: bool
) -> None:
    case = await walked(working, await drafted(working, "guangzhou"), until="review")
    another = {"named_class": "unconditional", "reason": "It can be open to everybody"}
    case = await working.decide(case, "review", "propose_class", **another)
    assert case["update"]["proposed_class"] == "unconditional"
    case = await working.decide(case, "reply", "maintain", reason="It names persons")
    positions = ["authority_position", "establishment_position", "legal_position"]
    assert open_stages(case) == positions
    case = await working.decide(case, positions[0], "support_draft", reason="It does")
    case = await working.decide(case, positions[1], "support_draft", reason="It does")
    if dissents:
        case = await working.decide(case, positions[2], "support_proposal", reason="Nobody is named")
        assert open_stages(case) == ["government_decision"]
        case = await working.decide(case, "government_decision", "publish", reason="As the provider has it")
    else:
        case = await working.decide(case, positions[2], "support_draft", reason="It does")
        assert open_stages(case) == ["publication"]
        case = await working.decide(case, "publication", "publish")
    assert case["outcome"] == "published"


@pytest.mark.duty("GZ-9b")
async def test_a_draft_against_the_governments_class_is_refused_with_the_article(
    working: Service,
) -> None:
    provider = working.as_("reviewer@guangzhou.transport")
    body = await drafting(provider, "guangzhou")
    case = await walked(working, await recorded(provider, body), until="review")
    another = {"named_class": "unconditional", "reason": "It can be open to everybody"}
    refused = await decided(working, case, "review", "propose_class", reason="No class is named")
    assert errors(refused) == [("named_class", "RequirementMissing")]
    case = await working.decide(case, "review", "propose_class", **another)
    case = await working.decide(case, "reply", "maintain", reason="It names persons")
    for stage in ("authority_position", "establishment_position"):
        case = await working.decide(case, stage, "support_draft", reason="It does")
    case = await working.decide(case, "legal_position", "support_proposal", reason="Nobody is named")
    case = await working.decide(case, "government_decision", "return", **another)
    settled = case["update"]["settled_class"]
    assert (settled["openness"], settled["article"], settled["basis"]) == ("unconditional", "9.6", "law")
    again = {"entry": body["entry"], "answers": body["answers"]}
    refused = await decided(working, case, "compilation", "submit", **again)
    assert errors(refused) == [("answers.openness", "ClassIsSettled")]
    assert refused.json()["errors"][0]["rule"]["article"] == "9.6"
    assert "article 9, paragraph 6" in refused.json()["detail"]
    refused = await decided(working, case, "compilation", "abandon", reason="We would rather not")
    assert errors(refused) == [("outcome", "ClassIsSettled")]
    as_decided = {"entry": {"title": TITLE}, "answers": body["answers"] | {"openness": "unconditional"}}
    case = await working.decide(case, "compilation", "submit", **as_decided)
    assert (await walked(working, case))["outcome"] == "published"


@pytest.mark.duty("LYG-7")
async def test_whoever_leaves_data_closed_in_lianyungang_names_a_case_of_the_law_over_http(working: Service) -> None:
    provider = working.as_("reviewer@lianyungang.transport")
    body = await drafting(provider, "lianyungang")
    closed = {
        name: value
        for name, value in body["answers"].items()
        if name not in ("openness", "conditional_case", "subjects_consent")
    } | {"openness": "closed"}
    refused = await post(provider, body | {"answers": closed})
    assert errors(refused) == [("answers.closed_case", "RequirementMissing")]
    assert refused.json()["errors"][0]["rule"]["article"] == "7.1"
    refused = await post(provider, body | {"answers": closed | {"closed_case": "because_we_say_so"}})
    assert errors(refused) == [("answers.closed_case", "ChoiceNotOnRequest")]
    refused = await post(provider, body | {"answers": closed | {"closed_case": "internal_affairs"}})
    assert errors(refused) == [("answers.closed_case", "AnswerBarred")]
    closed |= {"internal_affairs": "applies"}
    case = await recorded(provider, body | {"answers": closed | {"closed_case": "internal_affairs"}})
    (question,) = [each for each in case["update"]["questions"] if each["question"] == "closed_case"]
    assert question["answer"] == "internal_affairs"
    assert [value["article"] for value in question["values"]] == [f"7.1({item})" for item in range(1, 7)]


@pytest.mark.duty("YL-16")
async def test_what_yulin_bans_from_opening_is_refused_over_http_with_the_article(working: Service) -> None:
    provider = working.as_("reviewer@yulin.transport")
    body = await drafting(provider, "yulin")
    refused = await post(provider, body | {"answers": body["answers"] | {"state_secrets": "applies"}})
    assert errors(refused) == [("answers.openness", "AnswerBarred")]
    assert refused.json()["errors"][0]["rule"]["article"] == "16"


@pytest.mark.duty("LYG-7b", "NJ-24b")
@pytest.mark.parametrize(
    ("city", "question", "article"),
    [("lianyungang", "internal_affairs", "7.2"), ("nanjing", "security_or_stability", "24.1(3)")],
)
async def test_what_must_stay_closed_is_refused_over_http_with_the_article(
    working: Service, city: str, question: str, article: str
) -> None:
    provider = working.as_(f"reviewer@{city}.transport")
    body = await drafting(provider, city)
    said = {question: "applies", **({"subjects_consent": "not_obtained"} if city == "lianyungang" else {})}
    refused = await post(provider, body | {"answers": body["answers"] | said})
    assert errors(refused) == [("answers.openness", "AnswerBarred")]
    assert refused.json()["errors"][0]["rule"]["article"] == article


async def test_a_draft_is_refused_over_http_while_another_update_of_the_entry_goes_first(working: Service) -> None:
    provider = working.as_("reviewer@nanning.transport")
    first = await recorded(provider, await filing(provider, "nanning", trigger="other"))
    body = await drafting(provider, "nanning", trigger="law_revised")
    waiting = await recorded(provider, {k: v for k, v in body.items() if k not in ("entry", "answers")})
    draft = {"entry": body["entry"], "answers": body["answers"]}
    refused = await decided(working, waiting, "compilation", "submit", **draft)
    assert errors(refused) == [("outcome", "NotItsTurn")]
    assert first["case_id"] in refused.json()["detail"]
    await working.decide(first, "compilation", "abandon", reason="Needed no more")
    case = await working.decide(waiting, "compilation", "submit", **draft)
    assert open_stages(case) == ["processing_record", "security_review"]


@pytest.mark.duty("NN-15a")
async def test_over_http_the_clock_of_the_event_runs_while_the_provider_reviews(
    working: Service,
) -> None:
    provider = working.as_("reviewer@nanning.transport")
    case = await recorded(provider, await filing(provider, "nanning", trigger="law_revised"))
    (compilation,) = case["tasks"]
    draft = await drafting(provider, "nanning", trigger="law_revised")
    case = await working.decide(case, "compilation", "submit", entry=draft["entry"], answers=draft["answers"])
    reviews = {each["stage"]: each["clock"] for each in case["tasks"] if each["state"] == "open"}
    assert set(reviews) == {"security_review", "processing_record"}
    assert {clock["due_at"] for clock in reviews.values()} == {compilation["clock"]["due_at"]}
    case = await walked(working, case, until="review")
    (review,) = [each for each in case["tasks"] if each["stage"] == "review"]
    assert review["clock"]["due_at"] is None


async def test_in_an_emergency_yulins_authority_reviews_once_before_publication(working: Service) -> None:
    provider = working.as_("reviewer@yulin.transport")
    case = await recorded(provider, await drafting(provider, "yulin", trigger="emergency"))
    assert open_stages(case) == ["emergency_processing"]
    of_answers = {"emergency_legality_review", "emergency_committee_review"}
    assert {each["stage"] for each in case["update"]["reviews"]} == of_answers
    case = await working.decide(
        case, "emergency_processing", "pass", processing="Masked", processed_on=str(today()), mounting="At the platform"
    )
    assert open_stages(case) == ["emergency_review"]
    assert open_task(case, "emergency_review")["body"] == "yulin.authority"
    case = await working.decide(case, "emergency_review", "publish", reason="A flood")
    assert case["outcome"] == "published"
