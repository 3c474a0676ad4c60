"""A hash binds all that stands beside it: nothing of what it covers can be another with the same hash."""

from __future__ import annotations

from typing import Any

import pytest

from activities.proof.chain import Chain, act_hash, content_digest, event_hash

EVENT: dict[str, Any] = {"case_id": "c1", "number": 1, "event": '{"type":"NoteAdded"}', "previous": ""}
OTHER_EVENT: dict[str, Any] = {
    "case_id": "c2",
    "number": 2,
    "event": '{"type":"Closed"}',
    "previous": "sha256:00",
}
ACT: dict[str, Any] = {
    "case_id": "c1",
    "seq": 1,
    "act_id": "a1",
    "kind": "note",
    "account": "acc_applicant",
    "act": '{"kind":"note"}',
    "content_digest": None,
    "files": None,
    "previous": "",
}
OTHER_ACT: dict[str, Any] = {
    "case_id": "c2",
    "seq": 2,
    "act_id": "a2",
    "kind": "file",
    "account": "acc_other",
    "act": '{"kind":"file"}',
    "content_digest": "sha256:00",
    "files": '{"e1":"00"}',
    "previous": "sha256:00",
}
SALT = "00" * 16


@pytest.mark.parametrize("name", EVENT)
def test_the_hash_of_an_event_binds_each_of(name: str) -> None:
    assert event_hash("sha256", **{**EVENT, name: OTHER_EVENT[name]}) != event_hash("sha256", **EVENT)


@pytest.mark.parametrize("name", ACT)
def test_the_hash_of_an_act_binds_each_of(name: str) -> None:
    assert act_hash("sha256", **{**ACT, name: OTHER_ACT[name]}) != act_hash("sha256", **ACT)


def test_the_documented_act_has_the_documented_hash() -> None:
    """The example of docs/verifying.md."""
    found = act_hash("sha256", **ACT)
    assert found == "sha256:205c40f6c7e5a44bc1db94907425dbee8cd74a453a48907142adb023102bf3bb"


def test_a_text_is_bound_under_a_salt_of_its_own() -> None:
    assert content_digest("sha256", '{"text":"a"}', SALT) != content_digest("sha256", '{"text":"b"}', SALT)
    assert content_digest("sha256", '{"text":"a"}', SALT) != content_digest("sha256", '{"text":"a"}', "11" * 16)
    one, other = Chain().content('{"text":"a"}'), Chain().content('{"text":"a"}')
    assert one.salt != other.salt
    assert one.digest != other.digest
    assert Chain().content(None) == (None, None)
