"""What people wrote: sealed for its place, opened there alone, and read as erased where its key is gone."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag

from activities.evidence.sealed_files import PIECE, seal_file, sealed_size, unsealed_piece
from activities.idempotency import digest
from activities.record.sealing import kept
from activities.sealing.ring import Ring
from activities.sealing.seals import BEYOND, SEALED, UNREADABLE, Seals, is_same_call, seal, unseal

AT = datetime(2026, 11, 29, 20, tzinfo=UTC)
CONTENT = {"purpose": "研究公交客流", "urgency": "normal", "data_items": ["line"], "thought_of_by_nobody": 7}


def test_what_people_wrote_is_sealed_and_codes_are_not(seals: Seals) -> None:
    key = seals.ring.take()
    sealed = seals.content(key, "a1", CONTENT)

    assert {name for name, value in sealed.items() if value != CONTENT[name]} == {"purpose", "thought_of_by_nobody"}
    assert "公交" not in json.dumps(sealed, ensure_ascii=False)
    assert seals.opened("a1", sealed) == CONTENT


def test_what_is_sealed_is_read_in_its_place_alone(seals: Seals) -> None:
    sealed = seals.content(seals.ring.take(), "a1", {"purpose": "one", "scenario": "two"})

    moved = {"purpose": sealed["scenario"], "scenario": sealed["purpose"]}
    assert set(seals.opened("a1", moved).values()) == set(seals.opened("a2", sealed).values()) == {UNREADABLE}


def test_what_was_changed_is_not_taken_for_what_was_written(seals: Seals) -> None:
    sealed = seals.content(seals.ring.take(), "a1", {"purpose": "one"})["purpose"][SEALED]

    for changed in (sealed[:-4] + "AAA=", "no-such-key" + sealed[36:], "", ".", "."):
        assert seals.opened_field("a1", "purpose", {SEALED: changed}) == UNREADABLE


def test_what_is_erased_says_so_in_both_languages_with_the_day_in_shanghai(seals: Seals) -> None:
    key = seals.ring.take()
    sealed = seals.content(key, "a1", CONTENT)
    seals.ring.destroy([key.key_id], AT)

    said = "（已于2026年11月30日删除 · erased on 30 November 2026）"
    assert seals.opened("a1", sealed) == CONTENT | {"purpose": said, "thought_of_by_nobody": said}


def test_what_was_plain_before_is_read_as_it_is(seals: Seals) -> None:
    assert seals.opened("a1", CONTENT) == CONTENT


def test_a_repeated_call_is_known_again_by_whoever_has_the_key(ring: Ring, seals: Seals) -> None:
    asked = digest(CONTENT)
    row = kept(seals, None, "a1", CONTENT, asked)

    assert row.key_id is not None
    assert asked not in row.request_digest
    assert is_same_call(seals, row.key_id, row.request_digest, asked)
    assert not is_same_call(seals, row.key_id, row.request_digest, digest({}))
    assert is_same_call(seals, None, asked, asked), "as before there were keys"
    ring.destroy([row.key_id], AT)
    assert not is_same_call(seals, row.key_id, row.request_digest, asked)


def test_what_is_written_after_an_erasure_has_a_key_of_its_own(ring: Ring, seals: Seals) -> None:
    first = kept(seals, None, "a1", CONTENT, "")
    again = kept(seals, first.key_id, "a2", CONTENT, "")
    assert first.key_id is not None
    ring.destroy([first.key_id], AT)
    after = kept(seals, first.key_id, "a3", CONTENT, "")

    assert first.key_id == again.key_id != after.key_id


def test_an_act_without_anything_personal_takes_no_key(seals: Seals) -> None:
    row = kept(seals, None, "a1", {"entry": {"title": "t"}, "imported": True}, "d")

    assert row == ('{"entry": {"title": "t"}, "imported": true}', "d", None)


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 5])
def test_a_file_is_sealed_in_pieces_that_are_read_by_themselves(size: int) -> None:
    key, plain, sealed = bytes(32), io.BytesIO(b"x" * size), io.BytesIO()
    seal_file(key, plain, sealed)

    whole = sealed.getvalue()
    assert len(whole) == sealed_size(size)
    pieces = [whole[start : start + PIECE + BEYOND] for start in range(0, len(whole), PIECE + BEYOND)]
    assert b"".join(unsealed_piece(key, number, size, each) for number, each in enumerate(pieces)) == plain.getvalue()
    for number, other in ((0, size - 1), (1, size)):
        with pytest.raises(InvalidTag):
            unsealed_piece(key, number, other, pieces[0])


def test_the_same_words_are_never_sealed_alike() -> None:
    key = bytes(32)
    one, two = seal(key, "here", b"yes"), seal(key, "here", b"yes")

    assert one != two
    assert unseal(key, "here", one) == unseal(key, "here", two) == b"yes"
    with pytest.raises(InvalidTag):
        unseal(key, "there", one)
