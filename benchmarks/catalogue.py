"""Searching a catalogue of 200,000 datasets in five cities, and a page of it as DCAT, over HTTP from the real API.

Titles, abstracts and items are put together at random from what such catalogues are made of, so that some words are in
a fifth of the entries and some in a handful. Beside each search stands the bare alternative: `ilike` on the entry's
JSON, without our index words, in the same order and with the same limit.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg
import httpx
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select

from activities.catalogue.index import index_words
from activities.tables.catalogue import DatasetRow
from benchmarks.figures import Aim, Figure, percentile
from benchmarks.servers import servers
from reading.catalogue.dcat import MEDIA_TYPE
from reading.catalogue.search import Search
from rules.loading import cities
from rules.sample_catalogue import bodies
from stack.ports import free_port, listen
from stack.programs import Api

BENCH = "catalogue"


class Size(NamedTuple):
    """How many datasets, and how many calls of each kind; of the bare alternative, `beside`."""

    datasets: int
    calls: int
    beside: int


FULL, QUICK, TINY = Size(200_000, 300, 20), Size(20_000, 100, 10), Size(300, 10, 2)
WARM_UP = 20
SEED = 20260301
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped

SUBJECTS = (
    "公交线路,Bus lines|公交站点,Bus stops|出租车运营,Taxi operation|停车场泊位,Parking spaces|道路施工,Road works|"
    "医疗机构,Medical institutions|疫苗接种,Vaccination|门诊人次,Outpatient visits|药品零售企业,Pharmacies|"
    "水库水位,Reservoir levels|供水水质,Drinking water quality|空气质量,Air quality|污染源监测,Pollution sources|"
    "中小学招生,School enrolment|幼儿园名录,Kindergartens|职业培训,Vocational training|企业登记,Business registration|"
    "行政许可,Administrative licences|行政处罚,Penalties|食品抽检,Food inspections|特种设备,Special equipment|"
    "不动产登记,Real-estate registration|保障性住房,Public housing|建设工程,Building projects|消防设施,Fire safety|"
    "旅游景区,Tourist sites|公共图书馆,Public libraries|文物保护单位,Protected monuments|气象预警,Weather warnings|"
    "港口吞吐量,Port throughput|农产品价格,Prices of farm products|养老机构,Care homes|社会保险,Social insurance"
)
AREAS = (
    "全市,citywide|市辖区,urban districts|各县,counties|高新区,high-tech zone|经开区,development zone|主城区,main city"
)
KINDS = (
    "基本信息,basic information|统计数据,statistics|监测数据,monitoring data|年度汇总,yearly summary|"
    "名录,register|实时数据,live data|变更记录,changes|评价结果,assessment"
)
ITEMS = (
    "编号,Number|名称,Name|地址,Address|联系电话,Telephone|所属区县,District|统计时间,Time|数量,Count|金额,Amount|"
    "经度,Longitude|纬度,Latitude|负责单位,Unit in charge|更新时间,Updated at|状态,State|备注,Remarks|类别,Category"
)
DOMAINS = (
    "交通出行,Transport|卫生健康,Health|生态环境,Environment|教育,Education|市场监管,Market regulation|住房保障,Housing"
)
FREQUENCIES = ("P1D", "P1W", "P1M", "P3M", "P1Y", "PT1H")
ASKED = (
    ("two characters", ("公交", "水位", "药品", "港口", "疫苗")),
    ("a common word", ("数据", "信息", "统计")),
    ("one character", ("车", "水", "药")),
    ("a long word", ("公交线路", "农产品价格", "公共图书馆")),
    ("several words in two languages", ("公交 高新区 stops", "reservoir 实时", "招生 yearly")),
    ("nothing to be found", ("火箭发射", "zebra crossing")),
)


def pairs(text: str) -> list[dict[str, str]]:
    return [{"zh": zh, "en": en} for zh, en in (pair.split(",", 1) for pair in text.split("|"))]


def entries(count: int) -> Iterator[tuple[Any, ...]]:
    """Rows of the table, each with its index words as text of a `tsvector`."""
    chance = random.Random(SEED)
    subjects, areas, kinds, items, domains = (pairs(each) for each in (SUBJECTS, AREAS, KINDS, ITEMS, DOMAINS))
    providers = [body for body in bodies() if body.role == "provider"]
    for n in range(count):
        subject, area, kind = chance.choice(subjects), chance.choice(areas), chance.choice(kinds)
        provider = chance.choice(providers)
        named = chance.sample(items, chance.randint(4, 10))
        other = chance.choice(subjects)
        entry: dict[str, Any] = {
            "title": {
                "zh": area["zh"] + subject["zh"] + kind["zh"],
                "en": f"{subject['en']}, {kind['en']}, {area['en']}",
            },
            "abstract": {
                "zh": f"{provider.name.zh}的{area['zh']}{subject['zh']}{kind['zh']}，与{other['zh']}相关，第{n}号。",
                "en": f"{subject['en']} of the {provider.name.en}, {area['en']}, and {other['en'].lower()}, no. {n}.",
            },
            "domain": chance.choice(domains),
            "items": [{"item": f"item_{i}", "name": name, "type": "string"} for i, name in enumerate(named)],
            "formats": ["csv", "json"],
            "update_frequency": chance.choice(FREQUENCIES),
            "openness": "unconditional",
        }
        words = " ".join(f"'{word}'" for word in index_words(provider.city, entry, provider.name.model_dump()))
        openness = chance.choices(("unconditional", "conditional", "closed"), (6, 3, 1))[0]
        yield (
            f"{provider.body.replace('.', '-')}-generated-{n}",
            provider.city,
            provider.body,
            openness,
            [item["item"] for item in entry["items"]],
            json.dumps(entry, ensure_ascii=False),
            date(2026, 1, 1) - timedelta(days=chance.randint(0, 400)),
            words,
        )


def run(size: Size) -> list[Figure]:
    """Median and p99 of each search, in the database and over HTTP, and of a DCAT page."""
    return asyncio.run(_run(size))


async def _run(size: Size) -> list[Figure]:
    async with servers() as running:
        connection = await asyncpg.connect(running.postgres.dsn())
        try:
            await _filled(connection, size.datasets)
            figures = [figure for each in ASKED for figure in await _in_the_database(connection, size, *each)]
        finally:
            await connection.close()
        with listen(free_port()) as listener:
            api = Api(listener, running.home / "logs" / "api.log", running.environment())
            running.keep(api)
            api.start()
            searches = [f"/v1/datasets?q={q}" for _, asked in ASKED for q in asked]
            calls = (
                ("search over HTTP", searches, Aim(50)),
                ("search of a city's open transport data over HTTP", _filtered(), Aim(50)),
                ("DCAT page of 100 over HTTP", _pages(api.url, size), None),
            )
            where = f"{size.datasets:,} datasets of {len(cities())} cities"
            figures += [
                figure for name, paths, aim in calls for figure in _called(api.url, name, paths, size.calls, where, aim)
            ]
        return figures


async def _filled(connection: asyncpg.Connection[asyncpg.Record], count: int) -> None:
    await connection.execute(
        "create temp table made (dataset_id text, city text, provider text, openness text, items text[], entry text, "
        "updated_on date, words text)"
    )
    await connection.copy_records_to_table("made", records=entries(count))
    await connection.execute(
        "insert into datasets (dataset_id, city, provider, openness, items, entry, sample, updated_on, search) select "
        "dataset_id, city, provider, openness, items, entry::jsonb, false, updated_on, words::tsvector from made",
        timeout=600,
    )
    await connection.execute("drop table made")
    await connection.execute("vacuum analyze datasets", timeout=600)
    await connection.execute("checkpoint", timeout=600)


async def _in_the_database(
    connection: asyncpg.Connection[asyncpg.Record], size: Size, name: str, asked: tuple[str, ...]
) -> list[Figure]:
    bare = []
    ours = [await _timed(connection, _statements(asked[n % len(asked)])) for n in range(WARM_UP + size.calls)]
    for call in range(size.beside):
        words = asked[call % len(asked)].split()
        alike = " and ".join(f"entry::text ilike '%{word}%'" for word in words)
        query = f"select dataset_id, entry from datasets where {alike} order by city, dataset_id limit 51"  # noqa: S608 - words of ours
        bare.append(await _timed(connection, [query]))
    measured = ours[WARM_UP:]
    method = (
        f"{size.calls} searches one after another, first page of 50, by index words; beside: {size.beside} by ilike on "
        f"the JSON; {size.datasets:,} datasets"
    )
    of_ours, of_bare = median(measured), median(bare)
    return [
        Figure(BENCH, f"search for {name}, median", of_ours, "ms", method, beside=of_bare),
        Figure(BENCH, f"search for {name}, p99", percentile(measured, 0.99), "ms", method, max(bare), aim=Aim(50)),
    ]


def _statements(asked: str) -> list[str]:
    """What the service asks PostgreSQL for the first page, one statement for each rank."""
    return [
        str(
            select(DatasetRow.dataset_id, DatasetRow.entry)
            .where(ranked)
            .order_by(col(DatasetRow.city), col(DatasetRow.dataset_id))
            .limit(51)
            .compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
        )
        for _, ranked in Search(q=asked).ranks()
    ]


async def _timed(connection: asyncpg.Connection[asyncpg.Record], statements: list[str]) -> float:
    """Milliseconds until a page is full."""
    found = 0
    started = perf_counter()
    for statement in statements:
        if found <= 50:
            found += len(await connection.fetch(statement, timeout=60))
    return (perf_counter() - started) * 1e3


def _filtered() -> list[str]:
    terms = ("公交", "停车", "出租车")
    return [f"/v1/datasets?q={q}&city={city}&openness=unconditional" for q in terms for city in cities()]


def _pages(url: str, size: Size) -> list[str]:
    """The first pages."""
    paths: list[str] = []
    path = "/v1/catalogue.jsonld"
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        while path and len(paths) < max(2, size.calls // 30):
            paths.append(path)
            answer = http.get(path).raise_for_status()
            assert answer.headers["content-type"] == MEDIA_TYPE
            following = answer.json()["view"].get("next")  # by the public address, under which nobody listens here
            path = httpx.URL(following).raw_path.decode() if following else ""
    return paths


def _called(url: str, name: str, paths: list[str], calls: int, where: str, aim: Aim | None) -> list[Figure]:
    milliseconds = []
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        for call in range(WARM_UP + calls):
            started = perf_counter()
            http.get(paths[call % len(paths)]).raise_for_status()
            milliseconds.append((perf_counter() - started) * 1e3)
    measured = milliseconds[WARM_UP:]
    method = f"{calls} calls over HTTP one after another by anybody, first pages; {where}"
    return [
        Figure(BENCH, f"{name}, median", median(measured), "ms", method),
        Figure(BENCH, f"{name}, p99", percentile(measured, 0.99), "ms", method, aim=aim),
    ]
