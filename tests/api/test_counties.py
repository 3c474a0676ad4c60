"""A county with an authority and a catalogue of its own (Nanning 8 and 14), over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from activities.database import Pool
from activities.directory.account_record import by_command
from activities.directory.importing import OF_BODIES, FileFaulty, import_bodies, rows_of
from api.http.tokens import issue, signing_key
from cli.token import VALID_FOR
from tests.api.calling import Caller, Service, open_stages, open_task
from tests.api.importing import HEAD as COLUMNS
from tests.api.importing import ITEMS, send, told
from tests.api.test_accesses import used
from tests.api.updating import NEW_ENTRY, answers, law, post, recorded, today, walked
from tests.owning import by_owner

COUNTY, PROVIDER = "nanning.wuming", "nanning.wumingtransport"
ANOTHER = "nanning.binyang"
HEAD = "body,role,name,english_name,county\n"
BODIES = f"""{HEAD}{ANOTHER},county_authority,宾阳县大数据局,Binyang County Big Data Bureau,
nanning.binyangtransport,provider,宾阳县交通运输局,Binyang County Transport Bureau,{ANOTHER}
"""
OFFICER = """insert into accounts (account_id, login, name, city, body, roles)
values ($1, $1, '{"zh": "甲", "en": "A"}', split_part($2, '.', 1), $2, array[$3])"""


async def put(pool: Pool, text: str) -> int:
    """How many bodies of a file the directory has, as `kaifang bodies import` puts them there."""
    return await import_bodies(pool, rows_of(text, OF_BODIES, is_yaml=False), by_command())


async def officer(service: Service, pool: Pool, body: str, role: str = "reviewer") -> Caller:
    """An officer whom no sample has."""
    account = f"{role}-of-{body}"
    await pool.execute(OFFICER, account, body, role)
    return Caller(service.http, issue(signing_key(service.settings.signing_key_file), account, VALID_FOR))


async def update(caller: Caller) -> dict[str, Any]:
    """A new entry of the county's transport bureau, with its draft."""
    drafted = {"entry": NEW_ENTRY, "answers": answers(await law(caller, "nanning"), "unconditional")}
    return {"city": "nanning", "provider": PROVIDER, "trigger": "other", "occurred_on": str(today()), **drafted}


async def catalogue(service: Service, **asked: Any) -> list[str]:
    return [each["dataset_id"] for each in (await service.nobody().read("/v1/datasets", **asked))["items"]]


@pytest.mark.duty("NN-14b")
async def test_a_county_compiles_its_catalogue_which_the_authority_reviews_into_the_citys(
    working: Service, pool: Pool
) -> None:
    assert await put(pool, BODIES) == 2
    provider, county = working.as_(f"reviewer@{PROVIDER}"), working.as_(f"reviewer@{COUNTY}")
    city, other = working.as_("reviewer@nanning.authority"), await officer(working, pool, ANOTHER)
    case = await walked(working, await recorded(provider, await update(provider)), until="county_compilation")

    assert open_stages(case) == ["county_compilation"], "nobody of the city has it before the county has compiled it"
    task = open_task(case, "county_compilation")
    assert (task["body"], task["rule"]["article"]) == (COUNTY, "14")
    for stranger in (other, city, provider):
        refused = await stranger.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "include"})
        assert refused.status_code in (403, 404), refused.text
    assert (await other.get(f"/v1/cases/{case['case_id']}")).status_code == 404
    assert (await city.get(f"/v1/cases/{case['case_id']}")).status_code == 200
    case = await working.decide(case, "county_compilation", "include")

    review = open_task(case, "review")
    assert review["body"] == "nanning.authority"
    published_too_soon = await county.post(f"/v1/tasks/{review['task_id']}/decision", {"outcome": "publish"})
    assert published_too_soon.status_code == 403
    assert await catalogue(working, county=COUNTY) == []
    case = await working.decide(case, "review", "publish")

    assert case["outcome"] == "published"
    (entry,) = await catalogue(working, county=COUNTY)
    assert entry in await catalogue(working, city="nanning", provider=PROVIDER)
    assert await catalogue(working, county=ANOTHER) == []


@pytest.mark.duty("YL-8")
async def test_yulins_county_sees_the_work_and_data_of_its_bodies_and_has_them_published(working: Service) -> None:
    provider, county = working.as_("reviewer@yulin.beiliutransport"), working.as_("reviewer@yulin.beiliu")
    drafted = {"entry": NEW_ENTRY, "answers": answers(await law(county, "yulin"), "unconditional")}
    said = {"city": "yulin", "provider": "yulin.beiliutransport", "trigger": "other", "occurred_on": str(today())}
    case = await walked(working, await recorded(provider, said | drafted), until="county_publication")
    task = open_task(case, "county_publication")
    assert (task["body"], task["rule"]["article"]) == ("yulin.beiliu", "8")
    for stranger in (provider, working.as_("reviewer@yulin.operator"), working.as_(f"reviewer@{COUNTY}")):
        refused = await stranger.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "include"})
        assert refused.status_code in (403, 404), refused.text
    assert (await working.as_("reviewer@yulin.transport").get(f"/v1/cases/{case['case_id']}")).status_code == 404
    case = await working.decide(case, "county_publication", "include")
    assert open_stages(case) == ["city_compilation"]
    assert await catalogue(working, county="yulin.beiliu") == []
    case = await working.decide(case, "city_compilation", "publish")
    assert await catalogue(working, county="yulin.beiliu") == [case["dataset_id"]]


@pytest.mark.duty("NN-8", "YL-8", "NJ-6b")
@pytest.mark.parametrize(
    ("county", "provider", "other"),
    [
        (COUNTY, PROVIDER, ANOTHER),
        ("yulin.beiliu", "yulin.beiliutransport", "yulin.bobai"),
        ("nanjing.jiangning", "nanjing.jiangningtransport", "nanjing.xuanwu"),
    ],
)
async def test_a_county_sees_how_its_data_is_used_and_no_others(
    service: Service, gate_url: str, pool: Pool, county: str, provider: str, other: str
) -> None:
    city = county.partition(".")[0]
    role = "district_authority" if city == "nanjing" else "county_authority"
    await put(pool, f"{HEAD}{other},{role},另一县大数据局,Another County Big Data Bureau,\n")
    found = (await service.nobody().read("/v1/datasets", city=city, openness="conditional"))["items"]
    ours, theirs = [each["dataset_id"] for each in found][:2]
    await by_owner(pool, "update datasets set provider = $2 where dataset_id = $1", ours, provider)
    case_id = await used(gate_url, pool, ours)
    await used(gate_url, pool, theirs)
    head = service.as_(f"reviewer@{county}")
    for sees in (head, await officer(service, pool, county, "supervisor"), service.as_(f"reviewer@{provider}")):
        page = await sees.read("/v1/accesses")
        assert [each["dataset_id"] for each in page["items"]] == [ours] * 3
        assert [each["grantee"] for each in page["items"]] == [None, "applicant@demo", "applicant@demo"]
        assert [each["dataset_id"] for each in (await sees.read("/v1/accesses/use"))["items"]] == [ours]
    # What it oversees it has as a catalogue too.
    assert await catalogue(service, county=county) == [ours]
    stranger = await officer(service, pool, other)
    for asked in ({}, {"grant_case_id": case_id}, {"dataset_id": ours}):
        assert (await stranger.read("/v1/accesses", **asked))["items"] == []
    assert (await head.read("/v1/accesses", dataset_id=theirs))["items"] == []
    assert len((await service.as_(f"reviewer@{city}.operator").read("/v1/accesses", dataset_id=ours))["items"]) == 3


async def test_what_a_county_sends_back_is_compiled_anew(working: Service) -> None:
    provider = working.as_(f"reviewer@{PROVIDER}")
    case = await walked(working, await recorded(provider, await update(provider)), until="county_compilation")
    case = await working.decide(case, "county_compilation", "return", reason="too short")
    assert open_stages(case) == ["compilation"]


@pytest.mark.duty("NN-14b", "NN-8")
async def test_the_authority_of_a_county_records_what_its_bodies_change_and_nobody_elses(
    service: Service, pool: Pool
) -> None:
    await put(pool, BODIES)
    county, other = service.as_(f"reviewer@{COUNTY}"), await officer(service, pool, ANOTHER)
    said = {name: value for name, value in (await update(county)).items() if name not in ("entry", "answers")}

    refused = await post(other, said)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "NotYourDataset")
    case = await recorded(county, said)
    assert open_task(case, "compilation")["body"] == PROVIDER
    assert [each["case_id"] for each in (await county.read("/v1/cases"))["items"]] == [case["case_id"]]
    assert (await other.read("/v1/cases"))["items"] == []
    for body, seen in ((COUNTY, 1), (ANOTHER, 0)):
        supervisor = await officer(service, pool, body, "supervisor")
        assert len((await supervisor.read("/v1/cases"))["items"]) == seen
        assert len((await supervisor.read("/v1/tasks"))["items"]) == seen


async def test_a_county_imports_entries_of_its_bodies_alone(service: Service) -> None:
    row = "{},停放点,Parking,位置,交通出行," + ITEMS + ",csv,无条件开放,,,每月"
    rows = "\n".join([COLUMNS, row.format("wumingtransport"), row.format("transport")])
    answer = await send(service.as_(f"reviewer@{COUNTY}"), rows)
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 1
    assert told(answer.json()) == [(3, "provider", "not_your_body")]


async def test_a_county_is_in_the_directory_before_its_bodies_are(pool: Pool) -> None:
    row = "nanning.{},provider,交通运输局,Transport,{}\n"
    for body, of, why in (
        ("binyangtransport", ANOTHER, "is the authority of no county"),
        ("binyangtransport", "nanning.authority", "is the authority of no county"),
        ("transport", f"{COUNTY}\nlianyungang.x,provider,局,X,{COUNTY}", "only a provider belongs to a county"),
    ):
        with pytest.raises(FileFaulty, match=why):
            await put(pool, HEAD + row.format(body, of))
    await put(pool, BODIES)
    with pytest.raises(FileFaulty, match="belongs to another county"):
        await put(pool, HEAD + row.format("binyangtransport", COUNTY))
    assert await put(pool, HEAD + row.format("binyangtransport", "")) == 1
    kept = await pool.fetchval("select county from bodies where body = 'nanning.binyangtransport'")
    assert kept == ANOTHER, "who says nothing of its county changes none"


async def test_everybody_reads_which_bodies_are_of_which_county(service: Service) -> None:
    bodies = (await service.nobody().read("/v1/bodies", city="nanning"))["items"]
    of_county = {each["body"]: each["county"] for each in bodies}
    assert of_county[COUNTY] == of_county[PROVIDER] == COUNTY
    assert of_county["nanning.transport"] is None
