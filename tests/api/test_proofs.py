"""The head of a case is proven to a stranger; and signed days for everybody."""

from __future__ import annotations

from datetime import date, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from activities.database import present
from activities.proof.days import QUIET, Signing, end_of
from activities.proof.statements import Proof, Statement, is_signed, named_key
from rules.deadlines import to_shanghai
from tests.api.calling import Caller, Service
from tests.driving import ShiftedClock

KEY = Ed25519PrivateKey.generate()


async def sign(service: Service, days: int = 1) -> list[str]:
    """The days up to so many from now are over and signed; the latest first."""
    runtime = service.app.state.runtime
    async with runtime.pool.acquire() as connection:
        now = await present(connection)
    shift = end_of(to_shanghai(now).date() + timedelta(days=days - 1)) + QUIET - now
    await Signing(runtime.pool, ShiftedClock(shift), KEY, runtime.settings.heads_apart).look()
    rows = await runtime.pool.fetch("select day from signed_days order by day desc")
    return [row["day"].isoformat() for row in rows]


async def test_a_document_proves_its_case_to_a_stranger_once_the_day_is_over(stopped: Service) -> None:
    applicant = stopped.as_("applicant@demo")
    case = await applicant.file("nanning")
    path = f"/v1/cases/{case['case_id']}/proof"
    before = (await applicant.get(path)).json()
    assert (before["case_number"], before["proof"]) == (case["case_number"], None)

    await sign(stopped)
    receipt = (await applicant.get(path)).json()
    held = Proof.read(receipt)
    assert held.fault(frozenset({named_key(KEY.public_key())})) is None
    assert receipt["now"] == receipt["proof"]["head"] == before["now"]

    await applicant.do(f"/v1/cases/{case['case_id']}/notes", {"text": "mine"})
    later = (await applicant.get(path)).json()
    assert later["proof"] == receipt["proof"]
    assert later["now"]["events"] > receipt["now"]["events"]


async def test_the_stamp_of_a_day_is_published_with_it_and_what_lacks_one_is_counted(stopped: Service) -> None:
    applicant = stopped.as_("applicant@demo")
    case = await applicant.file("nanning")
    latest, first, *_ = await sign(stopped, days=2)  # midnight may have passed since the database was made
    await stopped.app.state.runtime.pool.execute(
        "insert into stamped_days values ($1, '\\x3003')", date.fromisoformat(first)
    )
    anybody = Caller(stopped.http, None)
    items = (await anybody.get("/v1/heads")).json()["items"]
    assert [each["stamp"] for each in items if each["statement"]["day"] >= first] == [None, "MAM="]
    assert (await anybody.get(f"/v1/heads/{first}")).json()["stamp"] == "MAM="
    assert (await anybody.get(f"/v1/heads/{latest}")).json()["stamp"] is None
    proof = (await applicant.get(f"/v1/cases/{case['case_id']}/proof")).json()["proof"]
    assert (proof["statement"]["day"], proof["stamp"]) == (first, "MAM=")
    signed = await stopped.app.state.runtime.pool.fetchval("select count(*) from signed_days")
    metrics = await stopped.figures()
    assert f"kaifang_signed_days_unstamped {signed - 1}.0" in metrics


async def test_who_may_not_know_of_a_case_gets_no_proof_of_it(stopped: Service) -> None:
    case = await stopped.as_("applicant@demo").file("nanning")
    path = f"/v1/cases/{case['case_id']}/proof"
    await sign(stopped)
    for login, status in (("applicant2@demo", 404), ("reviewer@yulin.operator", 404), ("admin@kaifang", 200)):
        assert (await stopped.as_(login).get(path)).status_code == status
    assert (await Caller(stopped.http, None).get(path)).status_code == 401
    assert (await stopped.as_("applicant@demo").get("/v1/cases/none/proof")).status_code == 404


async def test_signed_days_are_published_as_they_were_signed(stopped: Service) -> None:
    await stopped.as_("applicant@demo").file("nanning")
    anybody = Caller(stopped.http, None)
    assert (await anybody.get("/v1/heads")).json() == {"items": [], "next": None, "adopted": []}
    days = await sign(stopped, days=3)
    page = (await anybody.get("/v1/heads?limit=2")).json()
    rest = (await anybody.get(f"/v1/heads?limit=2&cursor={page['next']}")).json()
    items = [*page["items"], *rest["items"]]
    assert [each["statement"]["day"] for each in items][:2] == days[:2]
    for each in items:
        assert (await anybody.get(f"/v1/heads/{each['statement']['day']}")).json() == each
        held = Proof.read({"format": "kaifang-proof/1", "head": EMPTY, "place": 0, "path": [], **each})
        assert is_signed(held.statement, held.signature, Statement.read(held.statement).key)
    for unknown in ("2020-01-01", "yesterday"):
        assert (await anybody.get(f"/v1/heads/{unknown}")).status_code == 404
    for nonsense in ("/v1/heads?cursor=x", "/v1/heads?cursor=WyJ4Il0"):
        assert (await anybody.get(nonsense)).status_code == 422


EMPTY = {"case_id": "", "events": 0, "head": "", "acts": 0, "acts_head": ""}
