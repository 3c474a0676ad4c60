"""The ring of data keys: what it keeps, what it destroys, and what another key of the service changes."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.sealing.key_files import KeyFiles
from activities.sealing.key_service import WrappingKeyMissing
from activities.sealing.ring import FILE, KeyDestroyed, KeyUnusable, Ring, change_wrapping_key

AT = datetime(2026, 11, 29, 4, tzinfo=UTC)


def test_keys_and_ring_are_for_their_owner_alone(ring: Ring, folder: Path) -> None:
    ring.take()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {
        "kek-0001.key": 0o600,
        FILE: 0o600,
    }


def test_a_key_is_the_same_for_every_process_and_no_two_are_alike(ring: Ring, folder: Path) -> None:
    taken = [ring.take() for _ in range(100)]
    other = Ring.open(folder)

    assert [other.key(each.key_id) for each in taken] == [each.key for each in taken]
    assert len({each.key for each in taken}) == len({each.key_id for each in taken}) == 100
    other.close()


def test_no_data_key_lies_in_the_ring_as_it_is(ring: Ring, folder: Path) -> None:
    keys = [ring.take().key for _ in range(3)]

    kept = (folder / FILE).read_bytes()
    assert not [key for key in keys if key in kept]


def test_a_destroyed_key_is_gone_for_other_processes_at_once_and_says_when(ring: Ring, folder: Path) -> None:
    other, taken = Ring.open(folder), ring.take()
    assert other.key(taken.key_id) == taken.key
    (wrapped,) = ring._sqlite.execute("select wrapped from keys where key_id = ?", (taken.key_id,)).fetchone()

    assert ring.destroy([taken.key_id, "never-made"], AT) == 1

    for each in (ring, other):
        with pytest.raises(KeyDestroyed) as fact:
            each.key(taken.key_id)
        assert fact.value.at == AT
    assert other.destroyed_at("never-made") == AT
    assert wrapped not in (folder / FILE).read_bytes()
    assert ring.destroy([taken.key_id], AT + timedelta(days=1)) == 0, "the first instant stands"
    assert ring.destroyed_at(taken.key_id) == AT
    other.close()


def test_another_wrapping_key_changes_no_data_key_and_the_old_one_is_gone(ring: Ring, folder: Path) -> None:
    taken = [ring.take() for _ in range(3)]
    ring.destroy([taken[0].key_id], AT)

    assert change_wrapping_key(folder) == 63
    assert change_wrapping_key(folder) == 63

    assert KeyFiles(folder).names() == ["kek-0003"]
    assert [ring.key(each.key_id) for each in taken[1:]] == [each.key for each in taken[1:]]
    assert ring.destroyed_at(taken[0].key_id) == AT
    made_since = [ring.take() for _ in range(65)]
    assert ring.wrapped_by() == {"kek-0003": 63 + 64}
    assert ring.key(made_since[-1].key_id) == made_since[-1].key


def test_a_change_that_was_broken_off_loses_nothing(ring: Ring, folder: Path) -> None:
    taken = ring.take()
    KeyFiles(folder).make()

    assert ring.key(taken.key_id) == taken.key
    assert change_wrapping_key(folder) == 64
    assert KeyFiles(folder).names() == ["kek-0003"]
    assert ring.key(taken.key_id) == taken.key


def test_a_ring_without_its_wrapping_key_says_so_and_makes_no_other(ring: Ring, folder: Path) -> None:
    taken = ring.take()
    KeyFiles(folder).remove("kek-0001")

    with pytest.raises(WrappingKeyMissing):
        Ring.open(folder)
    other = Ring(folder / FILE, KeyFiles(folder))
    with pytest.raises(KeyUnusable):
        other.key(taken.key_id)
    assert KeyFiles(folder).names() == []
    other.close()


def test_a_wrapped_key_is_of_no_use_under_another_id(ring: Ring) -> None:
    one, two = ring.take(), ring.take()
    ring._sqlite.execute(
        "update keys set wrapped = (select wrapped from keys where key_id = ?) where key_id = ?",
        (two.key_id, one.key_id),
    )

    with pytest.raises(KeyUnusable):
        ring.key(one.key_id)


def test_a_key_by_name_is_one_for_all_processes_and_stays_when_keys_are_changed(folder: Path, ring: Ring) -> None:
    other = Ring.open(folder)

    key = ring.named("blind-index")

    assert other.named("blind-index") == key
    change_wrapping_key(folder)
    later = Ring.open(folder)
    assert later.named("blind-index") == key
    assert later.named("another") != key
    assert ring.wrapped_by().keys() == {"kek-0002"}
    other.close()
    later.close()
