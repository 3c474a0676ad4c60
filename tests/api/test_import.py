"""Importing entries: a good row files a catalogue update, a bad one is told by line and field, nothing opens."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

import pytest

from activities.calendar.record import RecordOfNotices
from activities.clock import DatabaseClock
from activities.database import Pool
from activities.filing.csv_file import read_csv
from activities.filing.importing import Report, import_sheet
from activities.filing.row_rules import Importer
from activities.record.inbox import Inbox
from activities.record.log import Log
from models.drafting import kept_with
from rules.deadlines import SHANGHAI
from rules.seed_notices import read_scopes
from tests.api.calling import Service
from tests.api.importing import AUTHORITY, CONDITIONAL, GOOD, HEAD, ITEMS, PACKAGES, imported, send, told
from tests.owning import by_owner


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_good_row_files_an_update_and_opens_nothing(service: Service, pool: Pool, encoding: str) -> None:
    before = await pool.fetchval("select count(*) from datasets")

    report = await imported(service, f"{HEAD}\r\n{GOOD}\r\n{CONDITIONAL}\r\n".encode(encoding))

    assert (report["accepted"], report["rejected"]) == (2, [])
    assert [each["line"] for each in report["filed"]] == [2, 3]
    case = await service.as_(AUTHORITY).read(f"/v1/cases/{report['filed'][0]['case_id']}")
    assert (case["procedure"], case["status"]) == ("catalogue_update", "open")
    assert case["dataset_id"] == report["filed"][0]["dataset_id"]
    kept = json.loads(await pool.fetchval("select content from acts where case_id = $1", case["case_id"]))["entry"]
    assert kept["title"] == {"zh": "共享单车停放点", "en": "Bike parking"}
    assert kept["items"][1] == {"item": "place", "name": {"zh": "位置", "en": "Place"}, "type": "geometry"}
    assert (kept["formats"], kept["update_frequency"], kept["openness"]) == (["csv", "json"], "P1M", "unconditional")
    assert await pool.fetchval("select count(*) from datasets") == before


async def test_a_bad_row_is_reported_by_line_and_field_and_stops_nothing(service: Service) -> None:
    rows = [
        HEAD,
        "nowhere,标题,,,,,,conditional,,,",
        GOOD.replace("停放点位置", '"两行的\n摘要"'),
        "transport,标题二,,,,,,half-open,,,有时",
        "transport,标题三,,,,CODE|编号|string,exe,conditional,,,",
        "transport,,,,,,,conditional,,,",
        "transport,标题四,,摘要,领域,a|甲|string;a|乙|string,csv,unconditional,依据,条件,每月",
        'transport,"broken"x,,,,,,conditional,,,',
        "transport,标题五,,,,,,conditional,,,,one,too,many",
        "",
        GOOD,
        CONDITIONAL,
    ]

    report = await imported(service, "\n".join(rows))

    assert told(report) == [
        (2, "provider", "no_provider_of_that_name"),
        (5, "openness", "literal_error"),
        (5, "update_frequency", "string_pattern_mismatch"),
        (6, "items", "string_pattern_mismatch"),
        (6, "formats", "literal_error"),
        (7, "title_zh", "missing"),
        (8, "conditions_zh", "entry_conditions_out_of_place"),
        (8, "basis_zh", "entry_basis_out_of_place"),
        (8, "items", "item_twice"),
        (9, None, "quote_astray"),
        (10, None, "too_many_cells"),
        (12, "dataset_id", "named_twice"),
    ]
    assert [each["line"] for each in report["filed"]] == [3, 13]
    assert report["rejected"][0]["detail"] == "The city has no provider called “nowhere”."


async def test_a_field_that_the_law_demands_is_told_with_its_article(service: Service) -> None:
    report = await imported(service, f"{HEAD}\n{CONDITIONAL.replace('仅限接口', '').replace('交通出行', '')}")

    assert sorted(told(report)) == [(2, "conditions_zh", "field_required"), (2, "domain_zh", "field_required")]
    assert {each["rule"]["article"] for each in report["rejected"]} == {"16"}


async def test_the_same_file_again_files_nothing_twice(service: Service, pool: Pool) -> None:
    first = await imported(service, f"{HEAD}\n{GOOD}")
    again = await imported(service, f"{HEAD}\n{GOOD}")

    assert again == first
    assert await pool.fetchval("select count(*) from cases") == 1


async def test_a_row_whose_update_is_over_files_another_if_it_changes_the_entry_again(
    service: Service, pool: Pool
) -> None:
    (first,) = (await imported(service, f"{HEAD}\n{GOOD}"))["filed"]
    # Given up, or published and changed by somebody else since: the entry is not as the row states it.
    await pool.execute("update cases set closed_at = clock_timestamp(), outcome = 'abandoned'")

    (second,) = (await imported(service, f"{HEAD}\n{GOOD}"))["filed"]
    again = await imported(service, f"{HEAD}\n{GOOD}")

    assert second["case_id"] != first["case_id"]
    assert [each["case_id"] for each in again["filed"]] == [second["case_id"]]
    assert await pool.fetchval("select count(*) from cases") == 2


@pytest.mark.parametrize(
    ("word", "frequency"),
    [
        ("实时", "real_time"),
        ("不定期", "irregular"),
        ("real_time", "real_time"),
        ("IRREG", "irregular"),
        ("P2M", "P2M"),
    ],
)
async def test_a_frequency_that_is_no_period_is_imported_too(
    service: Service, pool: Pool, word: str, frequency: str
) -> None:
    (filed,) = (await imported(service, f"{HEAD}\n{GOOD.replace('每月', word)}"))["filed"]
    kept = json.loads(await pool.fetchval("select content from acts where case_id = $1", filed["case_id"]))["entry"]
    assert kept["update_frequency"] == frequency


def package(**changed: Any) -> str:
    return json.dumps({"results": [{**PACKAGES[0], "id": "d9c7-1", **changed}]}, ensure_ascii=False)  # type: ignore[dict-item]  # the first is a package


@pytest.mark.parametrize("known_by", ["id", "name"])
async def test_the_same_package_under_a_new_title_is_an_update_of_the_same_entry(
    service: Service, pool: Pool, known_by: str
) -> None:
    id_ = {"id": None} if known_by == "name" else {}
    (first,) = (await imported(service, package(**id_), kind="application/json"))["filed"]
    renamed = package(**id_, title="停车场泊位（新）")
    (second,) = (await imported(service, renamed, kind="application/json"))["filed"]
    assert second["dataset_id"] == first["dataset_id"]
    assert second["case_id"] != first["case_id"]
    other = package(**{known_by: "another", **({"name": "another"} if known_by == "name" else {}), **id_})
    (third,) = (await imported(service, other, kind="application/json"))["filed"]
    assert third["dataset_id"] != first["dataset_id"], "another package of the same title is another entry"
    kept = json.loads(await pool.fetchval("select content from acts where case_id = $1", first["case_id"]))["entry"]
    assert "source_id" not in kept


async def imported_by_title(service: Service) -> str:
    """A dataset of which an update is filed, from a file that tells no ids."""
    row = f"transport,{PACKAGES[0]['title']},,泊位,交通出行,{ITEMS},csv,无条件开放,,,每月"  # type: ignore[index]  # a package
    (filed,) = (await imported(service, f"{HEAD}\n{row}"))["filed"]
    return str(filed["dataset_id"])


GIVEN_UP = "update cases set closed_at = now() where dataset_id = $1"
PUBLISHED = """
insert into datasets (dataset_id, city, provider, openness, items, entry, sample)
select $1, city, provider, openness, items, entry, false from datasets where dataset_id = 'nanning-transport-bus-lines'
"""


@pytest.mark.parametrize("meanwhile", [(), (PUBLISHED, GIVEN_UP)])
async def test_what_was_imported_by_title_stays_one_entry_when_its_source_tells_an_id(
    service: Service, pool: Pool, meanwhile: tuple[str, ...]
) -> None:
    dataset_id = await imported_by_title(service)
    for statement in meanwhile:
        await pool.execute(statement, dataset_id)

    (filed,) = (await imported(service, package(), kind="application/json"))["filed"]

    assert filed["dataset_id"] == dataset_id


async def test_an_empty_title_or_one_that_several_packages_have_tells_no_entry(service: Service, pool: Pool) -> None:
    dataset_id = await imported_by_title(service)
    both = json.dumps({"results": [json.loads(package(id=n))["results"][0] for n in ("one", "another")]})
    filed = (await imported(service, both, kind="application/json"))["filed"]
    assert len({each["dataset_id"] for each in filed} | {dataset_id}) == 3

    await pool.execute(GIVEN_UP, dataset_id)
    (filed,) = (await imported(service, package(), kind="application/json"))["filed"]
    assert filed["dataset_id"] != dataset_id


async def test_what_its_source_knows_by_an_id_stays_so_though_another_entry_has_its_title(
    service: Service, pool: Pool
) -> None:
    (first,) = (await imported(service, package(), kind="application/json"))["filed"]
    other = await imported_by_title(service)
    (second,) = (await imported(service, package(notes="泊位总数"), kind="application/json"))["filed"]
    assert second["dataset_id"] == first["dataset_id"] != other


async def test_of_two_that_file_the_same_new_dataset_at_once_exactly_one_is_received(pool: Pool) -> None:
    await by_owner(
        pool,
        "insert into bodies (body, city, role, name) "
        "select 'nanning.transport.bus', city, role, name from bodies where body = 'nanning.transport'",
    )
    inbox = Inbox(pool, Log(RecordOfNotices(read_scopes())), DatabaseClock())
    at = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
    items = "code|编号|string"

    async def of(provider: str, n: int) -> Report:
        line = f"nanning-transport-bus-new{n},{provider},新数据集{n},摘要,交通,{items},csv,unconditional,P1M"
        head = "dataset_id,provider,title_zh,abstract_zh,domain_zh,items,formats,openness,update_frequency"
        return await import_sheet(pool, inbox, Importer(f"acc_{provider}", "nanning"), read_csv(f"{head}\n{line}"), at)

    providers = ("nanning.transport", "nanning.transport.bus")
    for n in range(8):
        reports = await asyncio.gather(*(of(provider, n) for provider in providers))
        assert sorted(len(report.accepted) for report in reports) == [0, 1]
        (refused,) = [each for report in reports for each in report.rejected]
        assert (refused.fault.field, refused.fault.rule) == ("dataset_id", "dataset_of_another_provider")
    owners = await pool.fetch("select dataset_id, count(distinct provider) as owners from cases group by dataset_id")
    assert {row["owners"] for row in owners} == {1}


async def test_an_entry_that_is_there_is_changed_by_its_own_provider_alone(service: Service) -> None:
    head = "dataset_id,provider,title_zh,openness"
    lines = [f"nanning-transport-bus-lines,{provider},线路,unconditional" for provider in ("health", "transport")]

    report = await imported(service, "\n".join([head, *lines]))

    assert told(report) == [(2, "dataset_id", "dataset_of_another_provider")]
    assert [each["dataset_id"] for each in report["filed"]] == ["nanning-transport-bus-lines"]


async def test_a_row_that_would_change_nothing_files_nothing(service: Service) -> None:
    line = "nanning-transport-bus-lines,transport,公交线路与站点,Bus lines and stops,unconditional"

    report = await imported(service, f"dataset_id,provider,title_zh,title_en,openness\n{line}")

    assert told(report) == [(2, "dataset_id", "nothing_changes")]


async def test_a_provider_imports_its_own_entries_only(service: Service) -> None:
    answer = await send(service.as_("reviewer@nanning.health"), f"{HEAD}\n{GOOD}")

    assert told(answer.json()) == [(2, "provider", "not_your_body")]


async def test_a_provider_need_not_say_in_each_row_who_it_is(service: Service) -> None:
    content = f"{HEAD}\n{GOOD}".replace("provider,", "", 1).replace("transport,", "", 1)
    report = (await send(service.as_("reviewer@nanning.transport"), content)).json()
    assert (report["accepted"], report["rejected"]) == (1, [])
    assert told(await imported(service, content)) == [(2, "provider", "missing")], "the authority has to say whose"


@pytest.mark.parametrize(
    ("login", "status"),
    [
        (None, 401),
        ("applicant@demo", 403),
        ("reviewer@nanning.operator", 403),
        ("supervisor@nanning.authority", 403),
        ("reviewer@yulin.authority", 403),
    ],
)
async def test_others_import_nothing(service: Service, login: str | None, status: int) -> None:
    caller = service.as_(login) if login else service.nobody()

    assert (await send(caller, f"{HEAD}\n{GOOD}")).status_code == status


@pytest.mark.parametrize("called", ["南寧市交通運輸局", "Ｔｒａｎｓｐｏｒｔ", "南宁市\u200b交通运输局"])
async def test_a_provider_is_known_whatever_the_width_and_form_of_its_name(service: Service, called: str) -> None:
    report = await imported(service, f"{HEAD}\n{GOOD.replace('transport', called)}")

    assert [each["dataset_id"].rpartition("-")[0] for each in report["filed"]] == ["nanning-transport"]


async def test_headings_may_be_chinese_and_unknown_ones_are_named(service: Service) -> None:
    head = "数据提供方,数据集名称,数据摘要,数据领域,数据项,数据格式,开放类型,更新频率,链接"
    content = f"{head}\n南宁市交通运输局,停车场,摘要,交通出行,{ITEMS},CSV、JSON,不予开放,每季度,http://x\n"

    report = await imported(service, content)

    assert (report["accepted"], report["ignored_columns"]) == (1, ["链接"])


async def test_the_class_of_sharing_and_why_it_is_limited_come_with_the_row(service: Service, pool: Pool) -> None:
    head = f"{HEAD},共享类型,限制共享理由,限制共享依据"
    row = CONDITIONAL.replace("nanning.transport", "nanjing.transport").replace(
        "CSV,conditional,,", "CSV,conditional,第二十四条,"
    )
    limited, bare = f"{row},有条件共享,涉及商业秘密,第二十一条", row.replace("路口流量", "路口密度") + ",不予共享,,"
    authority = service.as_("reviewer@nanjing.authority")
    answer = (await send(authority, f"{head}\n{limited}\n{bare}\n", city="nanjing")).json()
    kept = json.loads(await pool.fetchval("select content from acts where case_id = $1", answer["filed"][0]["case_id"]))
    assert kept["entry"]["sharing_class"] == "conditional"
    assert kept["entry"]["sharing_reason"] == {"zh": "涉及商业秘密", "en": "涉及商业秘密"}
    draft = kept_with(kept, {}, None)
    assert draft
    assert draft.answers == {"openness": "conditional", "sharing_class": "conditional"}
    told_of = [(each["field"], each["rule"]["article"]) for each in answer["rejected"]]
    assert told_of == [("sharing_reason_zh", "21.3"), ("sharing_basis_zh", "21.3")]

    elsewhere = await imported(service, f"{head}\n{CONDITIONAL},有条件共享,,\n")
    assert [(each["field"], each["code"]) for each in elsewhere["rejected"]] == [
        ("sharing_class", "sharing_has_no_class_here")
    ]
