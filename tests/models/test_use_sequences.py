"""Whatever is reported, decided and appealed of the use of data, in whatever order: gate, logs and public record agree.

Each example is a dataset with grants, on which reports and appeals run beside one another.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models import acts as a
from models.gate import Reason
from rules.loading import cities, load_pack
from tests.models.profiles import PROFILE
from tests.models.using import ITEMS, Use

GRANTS = ("grant-a", "grant-b", "grant-c")
CITIES_WITH_REPORTS = [city for city in cities() if "misuse" in load_pack(city).procedures]
SIDES = ("acc_reporter", "acc_officer", *(f"acc_{grant}" for grant in GRANTS))
"""Who reports or is reported of; any of them may be an officer of whichever body."""


class AnyUse(RuleBasedStateMachine):
    """One dataset; subclasses name the city."""

    city: str

    @initialize()
    def is_granted(self) -> None:
        self.use = Use(self.city)
        for grant in GRANTS:
            self.use.granted(grant)

    @rule(by=st.sampled_from(SIDES), role=st.sampled_from([None, "provider", "authority", "operator"]))
    def is_reported(self, by: str, role: str | None) -> None:
        if len(self.use.reports) < 4:
            self.use.reported(by, f"{self.city}.{role}" if role else None)

    @rule(data=st.data(), grant=st.sampled_from([*GRANTS, None, "no-such-grant"]), by=st.sampled_from([None, *SIDES]))
    def is_decided(self, data: st.DataObject, grant: str | None, by: str | None) -> None:
        if not self.use.reports:
            return
        report = data.draw(st.sampled_from(sorted(self.use.reports)))
        bench = self.use.reports[report]
        task = data.draw(st.sampled_from(sorted(bench.state.tasks.values(), key=lambda each: each.task_id)))
        outcome = data.draw(st.sampled_from(task.outcomes))
        left = data.draw(st.sampled_from([(), ITEMS[:1], ("not an item",)]))
        finding = self.use.finding(grant, left) if grant or left else None
        before = bench.state
        actor = a.Actor(account=by, body=task.body) if by else None
        answer = self.use.decided(report, task.stage, outcome, finding, by=actor)
        if by in (before.party, *before.concerned):
            assert answer != "accepted", "whoever reports, or has a grant, decides nothing"
        if answer != "accepted":
            assert bench.state == before, "a refusal adds nothing"

    @rule(data=st.data(), outcome=st.sampled_from(["uphold", "reject"]), by=st.sampled_from([None, *SIDES]))
    def is_appealed(self, data: st.DataObject, outcome: str, by: str | None) -> None:
        taken = [name for name, bench in self.use.reports.items() if bench.state.curtailed]
        if not taken or "misuse_appeal" not in load_pack(self.city).procedures:
            return
        appeal = self.use.appealed(data.draw(st.sampled_from(taken)))
        state = self.use.appeals[appeal].state
        body = next(task.body for task in state.open_tasks())
        actor = a.Actor(account=by, body=body) if by else None
        answer = self.use.heard(appeal, outcome, by=actor)
        assert (answer == "accepted") == (by not in (state.party, *state.concerned))

    @rule(grant=st.sampled_from(GRANTS))
    def is_given_up(self, grant: str) -> None:
        bench = self.use.grants[grant]
        if not bench.state.closed:
            assert bench.by_party(a.Renounce, by=a.Actor(account=bench.state.party)) == "accepted"

    @invariant()
    def gate_and_log_of_the_grant_agree(self) -> None:
        for name, bench in self.use.grants.items():
            taken = {each.case_id for each in self.use.in_force(name)}
            if not bench.state.closed:
                assert set(bench.state.curtailments) == taken
            closes = any(each.curtailed and each.curtailed.effect == "close" for each in self.use.in_force(name))
            leaves = [each.curtailed.data_items for each in self.use.in_force(name) if each.curtailed]
            answer = self.use.asked(name, ("address",))
            if bench.state.closed:
                assert answer is Reason.GRANT_ENDED
            elif closes:
                assert answer is Reason.GRANT_CLOSED
            else:
                narrowed = any(items and "address" not in items for items in leaves)
                assert answer is (Reason.GRANT_RESTRICTED if narrowed else Reason.GRANTED)

    @invariant()
    def the_public_record_says_what_stands_and_names_nobody(self) -> None:
        for bench in self.use.reports.values():
            state = bench.state
            publishes = self.city == "guangzhou" and state.curtailed is not None
            assert (state.made_public_at is not None) == publishes
            assert state.corrected_at == (state.restored_at if publishes else None)
            if state.curtailed:
                public = state.curtailed.model_dump(exclude={"by", "grant", "act"})
                assert not _texts(public) & {state.party, *state.concerned, "acc_reporter"}

    @invariant()
    def every_log_folds_to_its_case(self) -> None:
        assert self.use.replayed()


def _texts(part: Any) -> set[str]:
    """Every text in a document."""
    if isinstance(part, dict):
        return {text for each in part.values() for text in _texts(each)}
    if isinstance(part, list | tuple):
        return {text for each in part for text in _texts(each)}
    return {part} if isinstance(part, str) else set()


@pytest.mark.parametrize("city", CITIES_WITH_REPORTS)
def test_gate_log_and_public_record_agree_whatever_is_done(city: str) -> None:
    machine = type("UseIn" + city.title(), (AnyUse,), {"city": city})
    run_state_machine_as_test(machine, settings=PROFILE)
