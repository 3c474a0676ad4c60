"""Wrapping keys in an HSM: none leaves it, they are changed and left as key files are, and where it is away nothing is
lost."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, ObjectClass
from typer.testing import CliRunner

from activities.sealing import hsm
from activities.sealing.hsm import HsmKeys, pin_in
from activities.sealing.key_files import KeyFiles
from activities.sealing.key_service import KeyServiceAway, WrappingKeyMissing
from activities.sealing.ring import FILE, KeyDestroyed, KeyUnusable, Ring, change_wrapping_key
from activities.sealing.seals import Seals, key_service
from activities.settings import Settings, SettingsError
from cli.main import app
from tests.sealing.softhsm import ANOTHER_PIN, LABEL, NEEDED, PIN, SoftHsm, softhsm

__all__ = ["softhsm"]
pytestmark = NEEDED

AT = datetime(2026, 11, 29, 4, tzinfo=UTC)
ACT, WRITTEN = "c1.file", {"statement": "我的病历在这些数据里"}


@pytest.fixture
def ring(folder: Path, softhsm: SoftHsm) -> Iterator[Ring]:
    ring = Ring.open(folder, softhsm.keys())
    yield ring
    ring.close()


def rows(folder: Path) -> int:
    ring = Ring(folder / FILE, KeyFiles(folder))
    (count,) = ring._sqlite.execute("select count(*) from keys").fetchone()
    ring.close()
    return int(count)


def settings(softhsm: SoftHsm, home: Path) -> Settings:
    return Settings(
        home=home,
        database_url="postgresql://nowhere",
        hsm_module=softhsm.module,
        hsm_token=LABEL,
        hsm_pin_file=softhsm.pin_file,
    )


def test_the_wrapping_key_is_in_the_token_and_nobody_can_take_it_out(ring: Ring, softhsm: SoftHsm) -> None:
    ring.take()

    session = pkcs11.lib(str(softhsm.module)).get_token(token_label=LABEL).open()
    (key,) = session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY})
    assert key[Attribute.NEVER_EXTRACTABLE]
    assert key[Attribute.ALWAYS_SENSITIVE]
    assert not key[Attribute.WRAP]
    with pytest.raises(pkcs11.AttributeSensitive):
        key[Attribute.VALUE]
    session.close()


def test_a_data_key_is_the_same_for_every_process_and_lies_wrapped(ring: Ring, folder: Path, softhsm: SoftHsm) -> None:
    taken = [ring.take() for _ in range(3)]
    other = Ring.open(folder, softhsm.keys())

    assert [other.key(each.key_id) for each in taken] == [each.key for each in taken]
    assert not [each for each in taken if each.key in (folder / FILE).read_bytes()]
    assert [file.name for file in folder.iterdir()] == [FILE], "and no key file"
    other.close()


def test_a_change_leaves_one_key_in_the_token_and_what_is_destroyed_destroyed(
    ring: Ring, folder: Path, softhsm: SoftHsm
) -> None:
    kept, gone = ring.take(), ring.take()
    before = softhsm.keys().names()
    assert ring.destroy([gone.key_id], AT) == 1

    assert change_wrapping_key(folder, softhsm.keys()) == 63
    assert change_wrapping_key(folder, softhsm.keys()) == 63

    (after,) = softhsm.keys().names()
    assert (after not in before, after.split("-")[2]) == (True, "0003")
    assert ring.key(kept.key_id) == kept.key
    assert ring.wrapped_by() == {after: 63}
    with pytest.raises(KeyDestroyed):
        ring.key(gone.key_id)


def test_keys_move_from_files_into_the_token_and_back(
    folder: Path, softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Ring.open(folder)
    taken = files.take()
    files.close()
    monkeypatch.setenv("KAIFANG_DATABASE_URL", "postgresql://nowhere")
    monkeypatch.setenv("KAIFANG_KEYS_FOLDER", str(folder))
    monkeypatch.setenv("KAIFANG_HSM_MODULE", str(softhsm.module))
    monkeypatch.setenv("KAIFANG_HSM_TOKEN", LABEL)
    monkeypatch.setenv("KAIFANG_HSM_PIN_FILE", str(softhsm.pin_file))
    with pytest.raises(WrappingKeyMissing, match="keys rotate"):
        Seals.open(Settings.load())

    assert CliRunner().invoke(app, ["keys", "rotate"]).output == "64 data keys are wrapped by the new key\n"
    moved = Ring.open(folder, softhsm.keys())
    assert (moved.key(taken.key_id), list(KeyFiles(folder).names())) == (taken.key, [])
    moved.close()

    assert CliRunner().invoke(app, ["keys", "leave-hsm"]).output == "64 data keys are wrapped by the new key\n"
    left = Ring.open(folder)
    assert (left.key(taken.key_id), list(softhsm.keys().names())) == (taken.key, [])
    left.close()


def test_while_the_hsm_is_away_no_key_is_made_and_all_is_there_when_it_is_back(
    ring: Ring, folder: Path, softhsm: SoftHsm
) -> None:
    seals = Seals(ring)
    key = ring.take()
    sealed = seals.content(key, ACT, WRITTEN)
    at_hand = [ring.take() for _ in range(63)]
    ring.destroy([at_hand[0].key_id], AT)  # which has the ring forget what it had unwrapped

    with softhsm.away():
        for asked in (ring.take, lambda: seals.opened(ACT, sealed), lambda: seals.key_for(key.key_id)):
            with pytest.raises(KeyServiceAway):
                asked()
        with pytest.raises(KeyServiceAway):
            change_wrapping_key(folder, softhsm.keys())
        ring.destroy([at_hand[1].key_id], AT)
        assert rows(folder) == 64
        with pytest.raises(KeyDestroyed):
            ring.key(at_hand[1].key_id)

    assert seals.opened(ACT, sealed) == WRITTEN
    assert ring.take().key_id not in {each.key_id for each in (key, *at_hand)}


def test_a_process_starts_while_the_hsm_is_away_unless_a_first_key_has_to_be_made(
    folder: Path, softhsm: SoftHsm
) -> None:
    with softhsm.away(), pytest.raises(KeyServiceAway):
        Ring.open(folder, softhsm.keys())
    assert list(folder.iterdir()) == []
    ring = Ring.open(folder, softhsm.keys())
    taken = ring.take()
    ring.close()

    softhsm._forget()
    with softhsm.away():
        again = Ring.open(folder, softhsm.keys())
        with pytest.raises(KeyServiceAway):
            again.key(taken.key_id)

    assert again.key(taken.key_id) == taken.key
    again.close()


def test_after_a_failure_nobody_waits_for_the_hsm_for_a_while(
    ring: Ring, softhsm: SoftHsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = ring.take()
    monkeypatch.setattr(hsm, "PAUSE", 3600.0)
    with softhsm.away(), pytest.raises(KeyServiceAway):
        ring.key(taken.key_id)

    with pytest.raises(KeyServiceAway) as again:
        ring.key(taken.key_id)
    assert again.value.__cause__ is None, "it was not asked"


def test_a_pin_that_was_refused_is_tried_once(folder: Path, softhsm: SoftHsm, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keys = softhsm.keys()
    softhsm.put_pin(ANOTHER_PIN)
    with pytest.raises(KeyServiceAway, match="PinIncorrect"):
        keys.make()
    softhsm.change_pin(PIN, ANOTHER_PIN)

    with pytest.raises(KeyServiceAway, match="ValueError"):
        keys.make()  # though it would be taken now
    softhsm.change_pin(ANOTHER_PIN, PIN)
    softhsm.put_pin(PIN)

    assert [keys.make()] == keys.names()
    assert not [record for record in caplog.records if PIN in record.getMessage() or ANOTHER_PIN in record.getMessage()]


def test_a_wrapped_key_that_was_changed_or_moved_is_unusable_and_no_hsm_away(ring: Ring) -> None:
    one, two, three = (ring.take() for _ in range(3))
    ring._sqlite.execute(
        "update keys set wrapped = (select wrapped from keys where key_id = ?) where key_id = ?",
        (two.key_id, one.key_id),
    )
    ring._sqlite.execute("update keys set wrapped = x'00' where key_id = ?", (three.key_id,))

    for each in (one, three):
        with pytest.raises(KeyUnusable):
            ring.key(each.key_id)
    assert ring.key(two.key_id) == two.key


def test_a_ring_whose_key_is_not_in_the_token_says_so_and_makes_no_other(
    ring: Ring, folder: Path, softhsm: SoftHsm
) -> None:
    taken = ring.take()
    (name,) = softhsm.keys().names()
    softhsm.keys().remove(name)

    with pytest.raises(WrappingKeyMissing):
        Ring.open(folder, softhsm.keys())
    with pytest.raises(KeyUnusable):
        ring.key(taken.key_id)
    assert softhsm.keys().names() == []


def test_the_settings_of_an_hsm_are_all_there_or_refused_by_name(softhsm: SoftHsm, tmp_path: Path) -> None:
    given = settings(softhsm, tmp_path)
    assert isinstance(key_service(given), HsmKeys)
    assert isinstance(key_service(Settings(home=tmp_path, database_url="postgresql://nowhere")), KeyFiles)
    with pytest.raises(ValueError, match="HSM of KAIFANG_HSM_MODULE is not reached"):
        Settings(home=tmp_path, database_url="postgresql://nowhere", hsm_module=softhsm.module)
    with pytest.raises(SettingsError, match="KAIFANG_HSM_MODULE"):
        key_service(given.model_copy(update={"hsm_module": tmp_path / "none.so"}))
    with pytest.raises(SettingsError, match="KAIFANG_HSM_PIN_FILE"):
        key_service(given.model_copy(update={"hsm_pin_file": tmp_path / "none"}))


@pytest.mark.parametrize(("mode", "content"), [(0o660, PIN), (0o604, PIN), (0o600, "\n")])
def test_a_pin_is_in_a_file_of_its_owner_and_our_group_alone(tmp_path: Path, mode: int, content: str) -> None:
    file = tmp_path / "pin"
    file.write_text(content)
    file.chmod(mode)

    with pytest.raises(ValueError, match=str(file)) as refused:
        pin_in(file)
    assert PIN not in str(refused.value)


def test_a_pin_may_be_read_by_our_group_as_a_cluster_gives_it_and_by_no_other(tmp_path: Path) -> None:
    file = tmp_path / "pin"
    file.write_text(PIN)
    file.chmod(0o440)
    assert pin_in(file) == PIN
    others = {os.getegid() + 1} if os.geteuid() == 0 else set(os.getgroups()) - {os.getegid()}
    for other in others:
        os.chown(file, -1, other)
        with pytest.raises(ValueError, match="our group"):
            pin_in(file)
