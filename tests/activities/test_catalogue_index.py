"""Index words and queries: what stands in an entry is found, by PostgreSQL itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.catalogue.folding import folded
from activities.catalogue.index import IN_TITLE, index_what_is_not, index_words, query_of, theme_query_of
from activities.database import Pool

PROVIDER = {"zh": "南宁市交通运输局", "en": "Nanning Transport Bureau"}
ENTRY: dict[str, Any] = {
    "title": {"zh": "公交线路与站点", "en": "Bus lines and stops"},
    "abstract": {
        "zh": "全市公交线路（2026年版）、首末班时间；生产后\ufe00臺；乾隆路。Caf\u00e9.",
        "en": "Order of stops; see O'Reilly's A1-map.",
    },
    "domain": {"zh": "交通出行", "en": "Transport & travel"},
    "items": [{"item": "line_code", "name": {"zh": "线路编号", "en": "Line code"}, "type": "string"}],
}
CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
MATCHES = "select array_to_tsvector($1::text[]) @@ $2::text::tsquery"


async def finds(pool: Pool, query: str | None, entry: dict[str, Any] = ENTRY) -> bool:
    return query is not None and bool(await pool.fetchval(MATCHES, index_words("nanning", entry, PROVIDER), query))


@pytest.mark.parametrize(
    "asked",
    [
        "公交",
        "线路",
        "公交线路与站点",
        "点",
        "公",
        "首末班",
        "交通运输局",
        "编号",
        "出行",
        "BUS",
        "bus L",
        "ＢＵＳ　ＬＩＮＥＳ",
        "公交 stops",
        "stops公交",
        "2026年版",
        "o'reilly",
        "A1 map",
        "%公交_",
        "公交、线路！",
        "'); -- 公交",
        "公\u200b交\ufeff",
        "線路",
        "公交線路與站點",
        "首末班時間",
        "⽣產",
        "ＢＵＳ\u00ad",
        "cafe\u0301",
        "café",
        "後臺",
        "后台",
        "乾隆",
        "干",
    ],
)
async def test_what_stands_in_an_entry_is_found(pool: Pool, asked: str) -> None:
    assert await finds(pool, query_of(asked))


@pytest.mark.parametrize("asked", ["地铁", "交公", "公交 地铁", "us", "routes", "drop", "线公", "地鐵", "線公"])
async def test_what_does_not_stand_in_it_is_not(pool: Pool, asked: str) -> None:
    assert not await finds(pool, query_of(asked))


async def test_a_query_for_a_city_finds_nothing_of_another(pool: Pool) -> None:
    assert await finds(pool, query_of("公交", city="nanning"))
    assert not await finds(pool, query_of("公交", city="yulin"))


@pytest.mark.parametrize("asked", ["", "%", "_ ' \\ :* & | !", "，。", "\u200b"])
def test_a_query_without_a_word_asks_for_nothing(asked: str) -> None:
    assert query_of(asked) is None


async def test_words_of_the_title_are_known_as_such(pool: Pool) -> None:
    assert await finds(pool, query_of("公交 stops", prefix=IN_TITLE))
    assert not await finds(pool, query_of("编号", prefix=IN_TITLE))


async def test_a_theme_is_found_whole_in_either_language_and_not_by_a_part(pool: Pool) -> None:
    assert await finds(pool, theme_query_of("交通出行"))
    assert await finds(pool, theme_query_of("transport & Travel"))
    assert not await finds(pool, theme_query_of("交通"))
    assert not await finds(pool, theme_query_of("it's"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.one_of(CHINESE, st.characters(exclude_categories=["Cs", "Cc"])), min_size=2), data=st.data())
async def test_two_or_more_chinese_characters_that_stand_in_a_text_are_always_found(
    pool: Pool, text: str, data: st.DataObject
) -> None:
    run = data.draw(st.text(CHINESE, min_size=2, max_size=12))
    title = text + run + data.draw(st.text(max_size=5).filter(lambda after: "\x00" not in after))
    first = data.draw(st.integers(0, len(run) - 2))
    last = data.draw(st.integers(first + 2, len(run)))

    assert await finds(pool, query_of(run[first:last]), {"title": {"zh": title.replace("\x00", ""), "en": "x"}})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.text(max_size=200))
async def test_whatever_is_asked_postgresql_understands(pool: Pool, asked: str) -> None:
    query = query_of(asked.replace("\x00", ""))
    if query is not None:
        await pool.fetchval("select $1::text::tsquery", query)


@given(first=st.text(CHINESE, max_size=8), second=st.text(CHINESE, max_size=8))
def test_a_text_is_folded_alike_whole_and_in_parts(first: str, second: str) -> None:
    assert folded(first + second) == folded(first) + folded(second)


async def test_preparing_the_database_indexes_anew_what_was_indexed_in_another_way(
    pool: Pool,
) -> None:
    entry = {**ENTRY, "title": {"zh": "公車線路", "en": "Bus"}}
    before = ["^公車", "公車", "車線", "線路", "路", "@nanning", "=0 1.0.0"]
    await pool.execute(
        "update datasets set search = array_to_tsvector($1::text[]), entry = $2 where dataset_id = $3",
        before,
        json.dumps(entry),
        "nanning-transport-bus-lines",
    )
    found = "select dataset_id from datasets where search @@ $1::text::tsquery"
    assert await pool.fetchval(found, query_of("公车线路")) is None

    async with pool.acquire() as connection:
        assert await index_what_is_not(connection) == 1
        assert await index_what_is_not(connection) == 0

    for asked in ("公车线路", "公車線路"):
        assert await pool.fetchval(found, query_of(asked)) == "nanning-transport-bus-lines"


async def test_entries_that_were_there_before_are_indexed_when_the_database_is_prepared(pool: Pool) -> None:
    await pool.execute("update datasets set search = null")
    async with pool.acquire() as connection:
        indexed = await index_what_is_not(connection)
        assert await index_what_is_not(connection) == 0
    assert indexed == await pool.fetchval("select count(*) from datasets")
    found = await pool.fetch("select entry from datasets where search @@ '''公交'''::tsquery")
    assert found
    assert all("公交" in json.dumps(json.loads(row["entry"]), ensure_ascii=False) for row in found)


@pytest.mark.parametrize("character", ["\ufdfa", "\U0002a6d6", "字", "x"])
async def test_whatever_an_entry_says_and_however_much_postgresql_takes_its_index_words(
    pool: Pool, character: str
) -> None:
    """From before there was a bound: a domain of 683 characters, an abstract of a million."""
    varied = "".join(chr(0x20000 + n % 40_000) for n in range(300_000))
    entry = {
        "title": {"zh": character * 5000, "en": varied[:5000]},
        "domain": {"zh": character * 683, "en": varied[:5000]},
        "abstract": {"zh": varied, "en": varied[::-1] + character},
    }
    words = index_words("nanning", entry, {})
    await pool.execute(
        "update datasets set search = array_to_tsvector($1::text[]) where dataset_id = $2",
        words,
        "nanning-transport-bus-lines",
    )
    query = theme_query_of(character * 683)
    found = "select search @@ $1::tsquery from datasets where dataset_id = 'nanning-transport-bus-lines'"
    assert await pool.fetchval(found, query)
