"""Gate, logs and public record of a real service agree with a plain account of what was done, step by step.

The same account as in `tests/models/test_whole_use_sequences.py`, where every order is tried without a database.
"""

from __future__ import annotations

import json
import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from models.gate import Reason
from models.restrictions import RestrictionKind
from rules.deadlines import SHANGHAI
from rules.sample_accounts import account_id_of
from tests.api.calling import Caller, Service
from tests.api.objecting import filed
from tests.api.test_delegations import agreed
from tests.api.test_five_cities import granted
from tests.api.test_misuse import task_of
from tests.models.account_of_use import Account, Held, Let
from tests.models.profiles import LONG

HOLDERS = ("applicant@demo", "applicant2@demo")
OTHER = "objector@demo"
"""Reports, objects, and is let what others hold."""
MORE = 200 if LONG else 0
"""Steps by chance, between those that every run takes."""


@dataclass
class RealUse:
    """Two grants on one dataset of Guangzhou, of which things happen; the account of them."""

    service: Service
    chance: random.Random
    account: Account = field(default_factory=Account)
    access: dict[str, Any] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)
    appeals: dict[str, str] = field(default_factory=dict)
    objections: dict[str, Any] = field(default_factory=dict)

    @property
    def corrected(self) -> bool:
        """Whether an appeal was upheld already."""
        return any(it.corrected for it in self.account.public.values())

    def as_(self, login: str) -> Caller:
        return self.service.as_(login)

    @property
    def authority(self) -> Caller:
        return self.as_("reviewer@guangzhou.authority")

    async def begins(self) -> None:
        for login in HOLDERS:
            case = await granted(self.service, self.as_(login), "guangzhou")
            access = await self.as_(login).read(f"/v1/cases/{case['granted']['access_case_id']}")
            (grant,) = (await self.as_(login).read("/v1/grants"))["items"]
            key = (await self.as_(login).do(f"/v1/grants/{access['case_id']}/key"))["key"]
            self.access[login] = access | {"mode": grant["access_modes"][0]}
            self.account.held[login] = Held(datetime.fromisoformat(grant["valid_until"]), key)

    async def is_reported(self) -> None:
        dataset = self.access[HOLDERS[0]]["dataset_id"]
        said = {"city": "guangzhou", "dataset_id": dataset, "misuse": "unlawful_use", "statement": "It is sold"}
        answer = await self.as_(OTHER).post("/v1/misuse-reports", said, str(uuid.uuid4()))
        assert answer.status_code == 201, answer.text
        self.reports[answer.json()["case_id"]] = answer.json()

    async def is_decided(self) -> None:
        if not self.reports:
            await self.is_reported()
        case_id, case = self.reports.popitem()
        login = self.chance.choice(HOLDERS)
        left = (self.access[login]["granted"]["data_items"][0],) if self.chance.random() < 0.5 else ()
        said = {
            "outcome": "restrict" if left else "close",
            "misused_grant": self.access[login]["case_number"],
            "misuse": "unlawful_use",
            "reason": "True",
            **({"left_items": list(left)} if left else {}),
        }
        answer = await self.authority.post(f"/v1/tasks/{task_of(case, 'authority_verification')}/decision", said)
        assert answer.is_success != self.account.held[login].is_over, answer.text
        if answer.is_success:
            self.account.loses(login, case_id, left, publicly=True)

    async def is_appealed(self) -> None:
        """Of what stands, the holder appeals against the latest, and the government hears it."""
        for login, held in self.account.held.items():
            for case_id in list(held.taken)[-1:]:
                path = f"/v1/cases/{self.access[login]['case_id']}"
                taken = (await self.as_(login).read(path))["taken"]
                measure = next(each for each in taken if each["measure_id"] == case_id)
                if measure["appeal"]:
                    continue
                said = {"case_id": self.access[login]["case_id"], "measure_id": case_id, "statement": "We did not"}
                appeal = await self.as_(login).post("/v1/misuse-appeals", said, str(uuid.uuid4()))
                assert appeal.status_code == 201, appeal.text
                assert OTHER not in appeal.text
                outcome = self.chance.choice(["uphold", "reject"]) if self.corrected else "uphold"
                task = task_of(appeal.json(), "government_hearing")
                government = self.as_("reviewer@guangzhou.government")
                await government.do(f"/v1/tasks/{task}/decision", {"outcome": outcome, "reason": "Heard"})
                if outcome == "uphold":
                    self.account.gets_back(case_id)
                return

    async def is_let(self) -> None:
        login = self.chance.choice(HOLDERS)
        (delegate,) = set(HOLDERS) - {login}  # known by name, as the law of the city wants delegates to be
        held, grant = self.account.held[login], self.access[login]["case_id"]
        path = f"/v1/grants/{grant}/delegations"
        answer = await self.as_(login).post(
            path, await agreed(self.service, to=delegate, accesses=2), str(uuid.uuid4())
        )
        assert answer.is_success == (not held.is_over and not held.taken), answer.text
        if answer.is_success:
            name = answer.json()["act_id"]
            (kept,) = [each for each in (await self.as_(login).read(path))["items"] if each["delegation_id"] == name]
            key = (await self.as_(delegate).post(f"/v1/delegations/{name}/key")).json()["key"]
            self.account.let[name] = Let(
                login,
                2,
                datetime.combine(date.fromisoformat(kept["last_day"]) + timedelta(days=1), time(), SHANGHAI),
                key,
            )

    async def is_used(self) -> None:
        for let in self.account.let.values():
            item = self.access[let.grant]["granted"]["data_items"][0]
            expected = await self.should_say(let.grant, item, let)
            assert await self.gate_says(let.grant, let.key, item) == expected
            let.left -= expected is Reason.GRANTED

    async def is_taken_back(self) -> None:
        standing = [(name, it) for name, it in self.account.let.items() if not self._is_over(it)]
        for name, it in standing[:1]:
            path = f"/v1/grants/{self.access[it.grant]['case_id']}/delegations/{name}/revocation"
            await self.as_(it.grant).do(path)
            it.is_over = True

    def _is_over(self, it: Let) -> bool:
        return it.is_over or self.account.held[it.grant].is_over

    async def is_objected_to(self) -> None:
        """A hold at receipt; the provider makes it a suspension, or lifts it, another time."""
        if self.objections:
            case_id, (case, item) = self.objections.popitem()
            outcome = self.chance.choice(["suspend", "keep_open", "keep_open"])
            said = {"outcome": outcome, "reason": "Looked into"}
            provider = self.as_("reviewer@guangzhou.transport")
            await provider.do(f"/v1/tasks/{task_of(case, 'suspension')}/decision", said)
            self.account.kept_back[case_id] = {item: RestrictionKind.SUSPENSION} if outcome == "suspend" else {}
            return
        item = self.access[HOLDERS[0]]["granted"]["data_items"][-1]
        dataset = self.access[HOLDERS[0]]["dataset_id"]
        case = await filed(self.as_(OTHER), "guangzhou", dataset_id=dataset, data_items=[item])
        self.objections[case["case_id"]] = (case, item)
        self.account.kept_back[case["case_id"]] = {item: RestrictionKind.HOLD}

    async def gets_a_key(self) -> None:
        login = self.chance.choice(HOLDERS)
        answer = await self.as_(login).post(f"/v1/grants/{self.access[login]['case_id']}/key", key=str(uuid.uuid4()))
        held = self.account.held[login]
        assert answer.is_success != held.is_over
        held.key = answer.json()["key"] if answer.is_success else held.key

    async def is_revoked(self) -> None:
        held = self.account.held[HOLDERS[1]]
        path = f"/v1/grants/{self.access[HOLDERS[1]]['case_id']}/revocation"
        answer = await self.authority.post(path, {"reason": "Enough"}, str(uuid.uuid4()))
        assert answer.status_code == (409 if held.is_over else 403), (
            "Guangzhou ends a grant by supervision of use alone"
        )

    async def gate_says(self, grant: str, key: str | None, item: str) -> str:
        assert key
        facts = {"dataset_id": self.access[grant]["dataset_id"], "items": item, "mode": self.access[grant]["mode"]}
        answer = await self.service.http.get("/v1/gate", params=facts, headers={"X-Access-Key": key})
        return "granted" if answer.is_success else answer.headers["x-kaifang-reason"]

    async def should_say(self, grant: str, item: str, let: Let | None = None) -> Reason:
        return self.account.should_say(grant, item, await self.service.app.state.runtime.now(), let)

    async def all_agree(self) -> None:
        """Gate, log of the grants and public record say what the account says; nothing public names anybody."""
        for login, held in self.account.held.items():
            access = self.access[login]
            for item in (access["granted"]["data_items"][0], access["granted"]["data_items"][-1]):
                assert await self.gate_says(login, held.key, item) == await self.should_say(login, item)
            shown = await self.as_(login).read(f"/v1/cases/{access['case_id']}")
            in_force = {each["measure_id"]: tuple(each["data_items"]) for each in shown["taken"] if each["measure_id"]}
            assert (shown["status"] == "closed", in_force) == (held.is_over, held.taken)
            log = json.dumps(await self.as_(login).read(f"/v1/cases/{access['case_id']}/events"))
            if not any(let.grant == login for let in self.account.let.values()):
                assert account_id_of(OTHER) not in log
        public = await self.service.http.get("/v1/published-measures", params={"city": "guangzhou", "limit": 100})
        known = sorted((list(it.items), it.corrected) for it in self.account.public.values())
        shown = public.json()["items"]
        assert sorted((each["data_items"], each["corrected_at"] is not None) for each in shown) == known
        for login in (*HOLDERS, OTHER):
            assert login not in public.text
            assert account_id_of(login) not in public.text


FIRST = ("is_let", "is_used", "is_reported", "is_decided", "is_objected_to", "is_appealed", "is_let", "is_used")
THEN = ("is_decided", "is_objected_to", "gets_a_key", "is_taken_back", "is_revoked", "is_let")


async def test_gate_logs_and_public_record_of_the_service_agree_step_by_step(working: Service) -> None:
    use = RealUse(working, random.Random(13))  # the same steps in every run
    await use.begins()
    for step in (*FIRST, *use.chance.choices(FIRST + THEN[:4], k=MORE), *THEN):
        await getattr(use, step)()
        await use.all_agree()
    assert use.corrected, "something was published, and corrected"
    assert len(use.account.let) > 1
