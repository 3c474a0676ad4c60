"""How often somebody may call: buckets, and what several processes know of each other's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.database import Pool, open_pool
from activities.rates import shared
from activities.rates.buckets import Bucket, Limit, Rate, whole_seconds
from activities.rates.shared import Rates, network_of, refusals
from activities.settings import Settings

TEN_A_MINUTE = Rate(10, 60.0)
RATES = dict.fromkeys(Limit, TEN_A_MINUTE)


class SetClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 3)), max_size=60))
def test_no_stretch_of_time_gives_more_than_a_bucket_and_what_comes_back(calls: list[tuple[float, int]]) -> None:
    now, taken, bucket = 0.0, 0, Bucket(0.0)
    for pause, cost in calls:
        now += pause
        if not bucket.wait(TEN_A_MINUTE, now, cost):
            bucket.take(TEN_A_MINUTE, now, cost)
            taken += cost
        assert taken <= 10 + now / TEN_A_MINUTE.of_one + 1e-6


def test_who_waits_as_long_as_said_is_taken() -> None:
    bucket = Bucket(0.0)
    for _ in range(10):
        assert not bucket.wait(TEN_A_MINUTE, 0.0)
        bucket.take(TEN_A_MINUTE, 0.0)
    wait = bucket.wait(TEN_A_MINUTE, 0.0)
    assert whole_seconds(wait) == 6
    assert not bucket.wait(TEN_A_MINUTE, wait)


@pytest.mark.parametrize("written", ["", "10", "0/60", "10/0", "-1/60", "10/60/5", "many"])
def test_a_rate_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        Rate.of(written)


def test_every_limit_has_a_rate_among_the_settings(tmp_path: object) -> None:
    settings = Settings(database_url="postgresql://nowhere", rates_times=2)
    assert {limit: Rate.of(settings.rate_of(limit), settings.rates_times).most for limit in Limit}[Limit.TOKENS] == 120


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
    ],
)
def test_of_ipv6_a_whole_network_is_one_caller(address: str, network: str) -> None:
    assert network_of(address) == network


async def test_a_call_that_is_one_too_many_takes_nothing(pool: Pool) -> None:
    clock = SetClock()
    rates = Rates(RATES, pool, clock)
    assert not any(rates.take(Limit.LOGINS, "a") for _ in range(10))
    assert [rates.take(Limit.LOGINS, "a") for _ in range(3)] == [6.0] * 3
    assert not rates.take(Limit.LOGINS, "b")
    assert not rates.take(Limit.UPLOADS, "a")
    clock.now += 6
    assert not rates.take(Limit.LOGINS, "a")
    assert rates.take(Limit.LOGINS, "a")


async def test_what_costs_more_than_a_bucket_takes_all_of_it(pool: Pool) -> None:
    rates = Rates(RATES, pool, SetClock())
    assert not rates.take(Limit.ADDRESSES, "a", 1000)
    assert rates.take(Limit.ADDRESSES, "a")


async def test_several_processes_share_what_was_taken(pool: Pool) -> None:
    one, other = Rates(RATES, pool), Rates(RATES, pool)
    for _ in range(10):
        one.take(Limit.LOGINS, "a")
    assert not other.take(Limit.LOGINS, "a", 2)
    assert one.take(Limit.LOGINS, "a")
    await one.share()
    await other.share()
    assert other.take(Limit.LOGINS, "a") > 0
    await other.share()
    async with pool.acquire() as connection:
        counted = await refusals(connection)
    assert counted[Limit.LOGINS] == 2
    assert not await pool.fetchval("select count(*) from rate_buckets where bucket like '%a'")


async def test_a_little_is_told_to_nobody_and_what_is_full_is_forgotten(pool: Pool) -> None:
    clock = SetClock()
    rates = Rates(RATES, pool, clock)
    rates.take(Limit.ADDRESSES, "a")
    clock.now += 3  # half of it has come back
    await rates.share()
    assert await pool.fetchval("select count(*) from rate_buckets") == 0
    clock.now += 3
    await rates.share()
    assert not rates.knows_of(Limit.ADDRESSES)


async def test_limits_hold_in_each_process_while_postgresql_is_away() -> None:
    nowhere = await open_pool("postgresql://nobody@127.0.0.1:1/none")
    rates = Rates(RATES, nowhere, SetClock())
    for _ in range(11):
        rates.take(Limit.LOGINS, "a")
    with pytest.raises(OSError):
        await rates.share()
    assert rates.take(Limit.LOGINS, "a")
    await nowhere.close()


async def test_callers_without_number_take_no_memory_without_bound(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "MOST_BUCKETS", 3)
    rates = Rates(RATES, pool, SetClock())
    for each in range(10):
        rates.took(Limit.KEYS, str(each), 10)
    assert [str(each) for each in range(10) if rates.wait(Limit.KEYS, str(each))] == ["7", "8", "9"]
