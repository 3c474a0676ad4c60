"""The key service away: what is sealed is neither taken nor read, nothing is half done, and the same works later."""

from __future__ import annotations

import uuid

import pytest

from activities.directory.sealing_anew import seal_what_is_plain
from activities.sealing.key_service import KeyServiceAway
from activities.settings import Settings
from reading.directory import questions as directory
from rules.pinned import Label
from tests.api.calling import Service
from tests.api.test_erased import STATEMENT, objected
from tests.api.test_evidence import upload
from tests.sealing.softhsm import LABEL, NEEDED, SoftHsm, softhsm

__all__ = ["softhsm"]
pytestmark = NEEDED
AWAY = "urn:kaifang:problem:key-service-away"


@pytest.fixture
def settings(settings: Settings, softhsm: SoftHsm) -> Settings:
    hsm = {"hsm_module": softhsm.module, "hsm_token": LABEL, "hsm_pin_file": softhsm.pin_file}
    return settings.model_copy(update=hsm)


async def test_nothing_is_filed_or_read_without_the_key_service_and_all_of_it_with_it(
    stopped: Service, softhsm: SoftHsm
) -> None:
    case, evidence_id = await objected(stopped)
    pool, ring = stopped.app.state.runtime.pool, stopped.app.state.runtime.seals.ring
    officer, path = stopped.as_("reviewer@nanning.transport"), f"/v1/cases/{case['case_id']}"
    applicant, key = stopped.as_("applicant@demo"), str(uuid.uuid4())
    form = await applicant.form("nanning")

    await seal_what_is_plain(pool, stopped.app.state.runtime.seals)
    account = await pool.fetchval("select account_id from accounts where login = 'applicant@demo'")
    ring._at_hand.clear()
    ring._remembered.clear()

    with softhsm.away():
        async with stopped.app.state.runtime.store() as store:
            called = (await directory.called(store, [account]))[account]
            with pytest.raises(KeyServiceAway):
                await directory.called_for_good(store, account)
        assert called.name == Label(zh="applicant@demo", en="applicant@demo")
        listed = await officer.get("/v1/tasks")
        filing = await applicant.post("/v1/access-requests", form, key)
        uploading = await upload(applicant)
        reading = await officer.get(path)
        opening = await officer.get(f"/v1/evidence/{evidence_id}")
        public, ready = await stopped.nobody().get("/v1/datasets"), await stopped.nobody().get("/readyz")
        assert await pool.fetchval("select count(*) from cases") == 1
        assert await pool.fetchval("select count(*) from evidence") == 1
    back = await applicant.post("/v1/access-requests", form, key)

    for answer in (filing, uploading, reading, opening):
        assert (answer.status_code, answer.json()["type"], answer.headers["retry-after"]) == (503, AWAY, "5")
    assert (public.status_code, ready.status_code) == (200, 200)
    assert listed.status_code == 200, "lists go on"
    assert (back.status_code, back.json()["case_number"][-6:]) == (201, "000001")
    assert (await officer.read(path))["objection"]["statement"] == STATEMENT
    assert (await officer.get(f"/v1/evidence/{evidence_id}")).status_code == 200
