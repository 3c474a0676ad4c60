"""What there is to see on every page: cases of the applicant at every stage, a grant, an objection with evidence."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

from temporalio.client import Client

from activities.database import open_pool
from activities.settings import Settings
from api.app import create_app
from stack.temporal import NAMESPACE, TemporalServer
from tests.activities.evidence_files import A_PDF, image
from tests.api.calling import Caller, Service, open_task, serving
from tests.api.conftest import BEFORE_202
from tests.api.objecting import filed as objection_filed
from tests.api.objecting import upload_file
from tests.api.test_delegations import agreed
from tests.api.test_five_cities import granted as granted_in
from tests.api.test_misuse import reported
from tests.sealed_engine import CONVERTER
from worker import build_worker

APPLICANT, PROVIDER = "applicant@demo", "reviewer@nanning.transport"
OBJECTED_TO = "nanning-transport-bus-lines"
OPEN_TO_ALL = "guangzhou-transport-metro-stations"
EVIDENCE = {"proof.txt": b"they are named here", "proof.png": image("PNG", (2_000, 1_000)), "proof.pdf": A_PDF}
REVIEWS = (("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve"))
"""What officers of Nanning decide before anybody signs."""


async def everything_filed(settings: Settings, temporal: TemporalServer) -> Mapping[str, str]:
    """What there is to see is filed and decided over the API, with a worker that ends then. The parts of addresses
    that it gives."""
    client = await Client.connect(temporal.address, namespace=NAMESPACE, data_converter=CONVERTER)
    async with (
        await open_pool(settings.database_url) as pool,
        build_worker(client, pool, settings.task_queue),
        serving(create_app(settings, patience=BEFORE_202), settings) as service,
    ):
        return await filed(service)


async def filed(service: Service) -> Mapping[str, str]:
    """The parts of addresses, each of a case of its own."""
    applicant = service.as_(APPLICANT)
    first, *rest = await asyncio.gather(
        requested(applicant),
        asked_for_a_supplement(service, applicant),
        signed_by_the_provider(service, applicant),
        granted(service, applicant),
        objected(applicant),
        curtailed(service, applicant),
        gave_feedback(applicant),
        declared(service),
        delegated(service, applicant),
    )
    refused = (await applicant.post(f"/v1/cases/{first['case_id']}/supplement", {"text": "More"})).json()
    papers = await applicant.read(f"/v1/cases/{first['case_id']}/papers")
    names = {
        "number": first["case_number"],
        "case_id": first["case_id"],
        "task_id": open_task(first, "formal_review")["task_id"],
        "act_id": refused["act_id"],
        "code": papers["items"][0]["code"],
    }
    for more in rest:
        names |= more
    return names


async def gave_feedback(applicant: Caller) -> Mapping[str, str]:
    """What somebody told of a city, and a rating of data of another."""
    scores = dict.fromkeys(("regularity", "completeness", "accuracy", "consistency", "timeliness", "usability"), 4)
    path = f"/v1/datasets/{OBJECTED_TO}/rating"
    rated = await applicant.http.put(path, json={"scores": scores}, headers=applicant.headers())
    assert rated.status_code == 200, rated.text
    told = {"city": "lianyungang", "kind": "opinion", "text": "The lines of buses are of use to many"}
    answer = await applicant.post("/v1/feedback", told, str(uuid.uuid4()))
    assert answer.status_code == 201, answer.text
    return {"feedback_id": answer.json()["feedback_id"]}


async def declared(service: Service) -> Mapping[str, str]:
    """A case of use that a provider has put on record."""
    says = {"title": "Bus lanes by the hour", "value": "both", "why": "Buses are on time", "use": "Where lanes pay"}
    provider, dataset_ids = service.as_("reviewer@nanning.transport"), [OBJECTED_TO]
    sent = {"city": "nanning", "kind": "showcase", "dataset_ids": dataset_ids, "says": says}
    answer = await provider.post("/v1/declarations", sent, str(uuid.uuid4()))
    assert answer.status_code == 201, answer.text
    return {"declaration_id": answer.json()["declaration_id"]}


async def requested(applicant: Caller) -> Any:
    """A request before its operator."""
    return await applicant.file("nanning", str(uuid.uuid4()))


async def asked_for_a_supplement(service: Service, applicant: Caller) -> Mapping[str, str]:
    case = await requested(applicant)
    task = open_task(case, "formal_review")
    asker = service.as_(f"reviewer@{task['body']}")
    await asker.do(f"/v1/tasks/{task['task_id']}/supplement-request", {"text": "Which of the lines?"})
    return {"asked": case["case_number"]}


async def signed_by_the_provider(service: Service, applicant: Caller) -> Mapping[str, str]:
    return {"unsigned": (await _signed_by_the_provider(service, applicant))["case_number"]}


async def _signed_by_the_provider(service: Service, applicant: Caller) -> Any:
    case = await requested(applicant)
    for stage, outcome in REVIEWS:
        case = await service.decide(case, stage, outcome)
    return await service.decide(case, "provider_signature", "sign")


async def granted(service: Service, applicant: Caller) -> Mapping[str, str]:
    case = await _signed_by_the_provider(service, applicant)
    case = (await applicant.sign(case["case_id"]))["case"]
    access = await applicant.read(f"/v1/cases/{case['granted']['access_case_id']}")
    suspected = await reported(service.as_("applicant2@demo"), "nanning", access["dataset_id"])
    report = (await applicant.post(f"/v1/grants/{access['case_id']}/use-reports")).json()
    return {
        "report": report["case_number"],
        "reported": suspected["case_number"],
        "granted": case["case_number"],
        "access": access["case_number"],
        "grant": access["case_number"],
    }


async def curtailed(service: Service, applicant: Caller) -> Mapping[str, str]:
    """A grant of Guangzhou that its authority has closed, and a finding without one; appeals are heard."""
    case = await granted_in(service, applicant, "guangzhou")
    access = await applicant.read(f"/v1/cases/{case['granted']['access_case_id']}")
    suspected = await reported(service.as_("applicant2@demo"), "guangzhou", access["dataset_id"])
    said = {"misused_grant": access["case_number"], "misuse": "unlawful_use", "reason": "Seen for sale"}
    await service.decide(suspected, "authority_verification", "close", **said)
    unlawful = await reported(service.as_("applicant2@demo"), "guangzhou", OPEN_TO_ALL)
    found = {"misuse": "harm", "measure": "A warning", "reason": "Seen"}
    await service.decide(unlawful, "authority_verification", "violation", **found)
    return {
        "curtailed": access["case_number"],
        "measure": suspected["case_id"],
        "finding": unlawful["case_id"],
    }


async def delegated(service: Service, applicant: Caller) -> Mapping[str, str]:
    """The applicant lets somebody use a grant, and may use somebody's."""
    other = service.as_("applicant2@demo")
    (let, _), (_, delegation_id) = await asyncio.gather(
        delegated_by(service, applicant, to="applicant2@demo"), delegated_by(service, other, to=APPLICANT)
    )
    return {"let": let, "delegation_id": delegation_id}


async def delegated_by(service: Service, holder: Caller, to: str) -> tuple[str, str]:
    """The number of a grant and the id of its delegation."""
    case = await granted_in(service, holder, "guangzhou")
    access = await holder.read(f"/v1/cases/{case['granted']['access_case_id']}")
    act = await holder.do(f"/v1/grants/{access['case_id']}/delegations", await agreed(service, to=to))
    return access["case_number"], act["act_id"]


async def objected(applicant: Caller) -> Mapping[str, str]:
    files = [await upload_file(applicant, name, content) for name, content in EVIDENCE.items()]
    case = await objection_filed(applicant, "nanning", proven=False, evidence=files, dataset_id=OBJECTED_TO)
    task = next(each for each in case["tasks"] if each["state"] in ("open", "claimed"))
    return {
        "objected": case["case_number"],
        "objected_place": f"{task['stage']}.{task['round']}",
        "objected_task_id": task["task_id"],
        **dict(zip(("evidence_id", "picture_id", "pdf_id"), files, strict=True)),
    }
