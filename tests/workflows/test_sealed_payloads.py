"""What the engine keeps of a case is packed and sealed; what was kept before it was stays readable."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import ActivitySerializationContext, SerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.worker import Replayer, Worker
from typer.testing import CliRunner

from activities.engine.keys import (
    KeyIsMissing,
    KeyRing,
    a_new_key,
    a_ring_of_its_own,
    id_of,
    kept_in,
    key_ring,
    put_first,
)
from activities.engine.knowledge import known_to_engine
from activities.engine.payloads import KEY, OF, PACKED, SEALED, Codec, OfAnother, WasChanged, converter
from activities.settings import Settings, SettingsError
from cli.main import app
from stack.temporal import NAMESPACE
from tests import recorded
from tests.driving import Driver
from tests.sealed_engine import CONVERTER, opened
from worker import SANDBOX
from workflows.procedures import WORKFLOWS

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(["a rule"] * 500).encode())


def in_workflow(workflow_id: str, namespace: str = "default") -> WorkflowSerializationContext:
    return WorkflowSerializationContext(namespace=namespace, workflow_id=workflow_id)


def in_activity(workflow_id: str | None) -> ActivitySerializationContext:
    return ActivitySerializationContext(
        namespace="default",
        activity_id="1",
        activity_type="record",
        activity_task_queue="kaifang",
        workflow_id=workflow_id,
        workflow_type="access_request",
        is_local=True,
    )


def codec_for(keys: KeyRing, context: SerializationContext | None) -> Codec:
    return Codec(keys) if context is None else Codec(keys).with_context(context)


async def sealed_by(keys: KeyRing, payload: Payload = PLAIN, context: SerializationContext | None = None) -> Payload:
    (sealed,) = await codec_for(keys, context).encode([payload])
    return sealed


async def opened_by(keys: KeyRing, payload: Payload, context: SerializationContext | None = None) -> Payload:
    (plain,) = await codec_for(keys, context).decode([payload])
    return plain


async def test_a_payload_is_smaller_and_unreadable_and_names_its_key() -> None:
    key = a_new_key()
    sealed = await sealed_by(KeyRing(lambda: [key]))
    assert sealed.metadata == {"encoding": SEALED, KEY: id_of(key).encode()}
    assert len(sealed.data) < len(PLAIN.data) / 10
    assert b"rule" not in sealed.data
    assert await opened_by(KeyRing(lambda: [a_new_key(), key]), sealed) == PLAIN


async def test_the_same_payload_is_never_sealed_to_the_same_bytes() -> None:
    keys = a_ring_of_its_own()
    assert (await sealed_by(keys)).data != (await sealed_by(keys)).data


async def test_what_no_codec_made_passes_unchanged() -> None:
    assert await opened_by(a_ring_of_its_own(), PLAIN) is PLAIN


async def test_without_a_key_a_payload_is_packed_alone_and_read_by_who_has_one() -> None:
    packed = await sealed_by(KeyRing(list))
    assert packed.metadata == {"encoding": PACKED}
    assert await opened_by(a_ring_of_its_own(), packed) == PLAIN


async def test_a_key_that_another_process_was_given_meanwhile_is_looked_for(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    put_first(file, a_new_key())
    before = KeyRing(lambda: kept_in(file))
    put_first(file, a_new_key())
    after = KeyRing(lambda: kept_in(file))
    assert before.seals_by != after.seals_by
    assert await opened_by(after, await sealed_by(before)) == PLAIN
    assert await opened_by(before, await sealed_by(after)) == PLAIN


async def test_a_key_that_is_lost_is_named_and_nothing_is_guessed() -> None:
    key = a_new_key()
    sealed = await sealed_by(KeyRing(lambda: [key]))
    with pytest.raises(KeyIsMissing, match=id_of(key)):
        await opened_by(a_ring_of_its_own(), sealed)


async def test_a_payload_that_was_changed_in_the_engine_does_not_open() -> None:
    keys = a_ring_of_its_own()
    sealed = await sealed_by(keys)
    sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    with pytest.raises(WasChanged):
        await opened_by(keys, sealed)


@pytest.mark.parametrize("elsewhere", [in_workflow("case-2"), in_activity("case-2"), in_workflow("case-1", "other")])
async def test_a_payload_of_one_workflow_does_not_open_in_another(elsewhere: SerializationContext) -> None:
    keys = a_ring_of_its_own()
    one = await sealed_by(keys, context=in_workflow("case-1"))
    two = await sealed_by(keys, context=elsewhere)
    for swapped, context in ((one, elsewhere), (two, in_workflow("case-1"))):
        with pytest.raises(OfAnother):
            await opened_by(keys, swapped, context)


async def test_a_payload_cannot_be_said_to_be_of_another_workflow_or_of_none() -> None:
    keys = a_ring_of_its_own()
    sealed = await sealed_by(keys, context=in_workflow("case-1"))
    for of in (b"2\ndefault\ncase-2", b"3\ndefault\ncase-1", None):
        said = Payload(metadata={**sealed.metadata, OF: of or b""}, data=sealed.data)
        if of is None:
            del said.metadata[OF]
        with pytest.raises(WasChanged):
            await opened_by(keys, said, in_workflow("case-2"))


async def test_what_a_workflow_and_its_activities_pass_to_each_other_opens() -> None:
    keys = a_ring_of_its_own()
    sealed = await sealed_by(keys, context=in_workflow("case-1"))
    assert await opened_by(keys, sealed, in_activity("case-1")) == PLAIN
    assert await opened_by(keys, sealed) == PLAIN, "in Temporal's UI, which names no workflow"


@pytest.mark.parametrize("nowhere", [None, in_activity(None)])
async def test_what_was_sealed_for_no_workflow_opens_in_each_as_before(nowhere: SerializationContext | None) -> None:
    keys = a_ring_of_its_own()
    sealed = await sealed_by(keys, context=nowhere)
    assert OF not in sealed.metadata
    assert await opened_by(keys, sealed, in_workflow("case-1")) == PLAIN


async def test_what_writes_json_is_made_once_and_the_seal_for_each_workflow() -> None:
    every = converter(a_ring_of_its_own())
    one, other = every.with_context(in_workflow("one")), every.with_context(in_workflow("other"))
    assert one.payload_converter is other.payload_converter is every.payload_converter
    sealed = await one.encode(["what was written"])
    assert await one.decode(sealed) == ["what was written"]
    with pytest.raises(OfAnother):
        await other.decode(sealed)


async def test_messages_and_traces_of_failures_are_sealed_and_their_codes_are_not() -> None:
    failure, convert = Failure(), converter(a_ring_of_its_own())
    try:
        raise ApplicationError("of Zhang San", {"whose": "Zhang San"}, type="TaskAlreadyDecided")
    except ApplicationError as error:
        await convert.encode_failure(error, failure)
    kept = failure.SerializeToString()
    assert b"Zhang San" not in kept
    assert b"test_sealed_payloads.py" not in kept, "a trace"
    assert b"TaskAlreadyDecided" in kept
    told = await convert.decode_failure(failure)
    assert isinstance(told, ApplicationError)
    assert (told.message, told.details) == ("of Zhang San", ({"whose": "Zhang San"},))


def test_a_file_of_keys_is_its_owners_alone(tmp_path: Path) -> None:
    put_first(tmp_path / "keys", a_new_key())
    put_first(tmp_path / "keys", a_new_key())
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    assert len(kept_in(tmp_path / "keys")) == 2


def test_keys_come_from_the_environment_or_from_the_file_it_names(tmp_path: Path) -> None:
    key, other = a_new_key(), a_new_key()
    put_first(tmp_path / "elsewhere", other)

    def settings(text: str | None) -> Settings:
        return Settings(
            home=tmp_path, database_url="postgresql://nowhere", engine_keys=tmp_path / "elsewhere", engine_key=text
        )

    assert key_ring(settings(base64.b64encode(key).decode())).seals_by == id_of(key)
    assert key_ring(settings(None)).seals_by == id_of(other)
    with pytest.raises(SettingsError, match="key 1 is not base64 of 32 bytes") as refused:
        key_ring(settings("c2hvcnQ="))
    assert "c2hvcnQ=" not in str(refused.value)


def test_a_command_makes_keys_and_lists_them_by_their_ids_alone(tmp_path: Path) -> None:
    file = tmp_path / "engine-keys"
    for _ in range(2):
        assert CliRunner().invoke(app, ["engine-keys", "add", "--file", str(file)]).exit_code == 0
    listed = CliRunner().invoke(app, ["engine-keys", "list", "--file", str(file)])
    assert listed.output.split() == [id_of(key) for key in kept_in(file)]
    assert KeyRing(lambda: kept_in(file)).seals_by == listed.output.split()[0]


async def test_a_case_in_the_engine_is_readable_in_nothing_but_what_the_engine_goes_by(
    driver: Driver, worker: Worker
) -> None:
    case_id = await driver.file("nanning")
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    handle = driver.temporal.get_workflow_handle(case_id)
    history = await handle.fetch_history()
    encodings = set(encodings_in(history.to_json_dict()))
    assert encodings == {SEALED.decode(), "json/plain"}
    assert bindings_in(history.to_json_dict()) == {f"2\n{NAMESPACE}\n{case_id}"}, "each sealed payload"
    plain = json.dumps(list(payloads_in_plain(history.to_json_dict())), ensure_ascii=False)
    assert "permanent" not in plain
    assert "acc_" not in plain
    assert "Formal review" not in plain
    described = await handle.describe()
    assert driver.temporal.data_converter == CONVERTER
    assert await described.static_summary()
    assert (await known_to_engine(driver.temporal, case_id)) is not None


async def test_a_sealed_history_replays_and_so_does_one_from_before(driver: Driver, worker: Worker) -> None:
    case_id = await driver.file("nanning")
    assert await driver.decide(case_id, "formal_review", "pass") == "accepted"
    history = await driver.temporal.get_workflow_handle(case_id).fetch_history()
    replayer = Replayer(
        workflows=list(WORKFLOWS), workflow_runner=SANDBOX, data_converter=CONVERTER, namespace=NAMESPACE
    )
    await replayer.replay_workflow(history)
    # Whoever puts the history of one case in the place of another's has it judged as nothing.
    with pytest.raises(RuntimeError, match="OfAnother"):
        await replayer.replay_workflow(WorkflowHistory.from_json("another-case", history.to_json_dict()))
    await replayer.replay_workflow(WorkflowHistory.from_json("before", recorded.history("nanning-granted")))
    before = Replayer(workflows=list(WORKFLOWS), workflow_runner=SANDBOX, data_converter=pydantic_data_converter)
    await before.replay_workflow(WorkflowHistory.from_json(case_id, await opened(history)))


def encodings_in(part: object) -> list[str]:
    return [base64.b64decode(each["metadata"]["encoding"]).decode() for each in payloads_of(part)]


def bindings_in(part: object) -> set[str]:
    """To what the sealed payloads are bound; an empty text for one that is bound to nothing."""
    sealed = base64.b64encode(SEALED).decode()
    found = [each["metadata"].get(OF, "") for each in payloads_of(part) if each["metadata"]["encoding"] == sealed]
    return {base64.b64decode(each).decode() for each in found}


def payloads_in_plain(part: object) -> list[str]:
    plain = base64.b64encode(b"json/plain").decode()
    return [base64.b64decode(e["data"]).decode() for e in payloads_of(part) if e["metadata"]["encoding"] == plain]


def payloads_of(part: object) -> list[dict[str, Any]]:
    if isinstance(part, dict):
        if isinstance(part.get("metadata"), dict) and "encoding" in part["metadata"]:
            return [part]
        return [found for inner in part.values() for found in payloads_of(inner)]
    if isinstance(part, list):
        return [found for inner in part for found in payloads_of(inner)]
    return []
