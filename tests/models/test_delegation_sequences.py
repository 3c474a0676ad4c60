"""Grants, restrictions and delegations in whatever order: the gate, the logs and a plain account of it agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from models import acts as a
from models.gate import Reason
from tests.models.delegating import Delegating
from tests.models.profiles import PROFILE

GRANTS = ("grant-a", "grant-b")


@dataclass
class Expected:
    """A delegation as the article has it: so many are left, and it is over or not."""

    grant: str
    left: int
    until: datetime
    is_over: bool = False


class AnyDelegation(RuleBasedStateMachine):
    """One dataset of Guangzhou with two grants."""

    @initialize()
    def is_granted(self) -> None:
        self.use = Delegating("guangzhou")
        self.expected: dict[str, Expected] = {}
        for grant in GRANTS:
            self.use.granted(grant)
        self.use.moves_on()

    @rule(grant=st.sampled_from(GRANTS), accesses=st.integers(1, 3), days=st.integers(-1, 400))
    def delegates(self, grant: str, accesses: int, days: int) -> None:
        self.use.moves_on()
        state = self.use.grants[grant].state
        answer = self.use.delegated(grant, accesses, days)
        may = not state.closed and not state.curtailments
        if not may or answer != "accepted":
            assert answer in {"CaseClosed", "GrantIsCurtailed", "DelegationBeyondGrant"}
            return
        name = self.use.latest(grant)
        kept = self.use.grants[grant].state.delegations[name]
        assert state.grant
        assert kept.until <= state.grant.valid_until
        self.expected[name] = Expected(grant, accesses, kept.until)

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def takes_back(self, data: st.DataObject) -> None:
        self.use.moves_on()
        name, it = self._any(data)
        answer = self.use.taken_back(it.grant, name)
        assert (answer == "accepted") == (not it.is_over and not self._grant_is_over(it) and self.use.now < it.until)
        it.is_over = it.is_over or answer == "accepted"

    @rule(grant=st.sampled_from(GRANTS), outcome=st.sampled_from(["restrict", "close", "unfounded"]))
    def is_reported(self, grant: str, outcome: str) -> None:
        if len(self.use.reports) >= 3:
            return
        self.use.moves_on()
        report = self.use.reported()
        stage = next(iter(self.use.reports[report].open_stages))
        left = ("name",) if outcome == "restrict" else ()
        answer = self.use.decided(report, stage, outcome, self.use.finding(grant, left))
        if answer == "accepted" and self.use.reports[report].state.curtailed:
            for it in self.expected.values():
                it.is_over = it.is_over or it.grant == grant

    @rule(data=st.data(), outcome=st.sampled_from(["uphold", "reject"]))
    def is_appealed(self, data: st.DataObject, outcome: str) -> None:
        taken = [name for name, bench in self.use.reports.items() if bench.state.curtailed]
        if taken:
            self.use.moves_on()
            self.use.heard(self.use.appealed(data.draw(st.sampled_from(taken))), outcome)

    @rule(grant=st.sampled_from(GRANTS))
    def is_given_up(self, grant: str) -> None:
        self.use.moves_on()
        bench = self.use.grants[grant]
        if not bench.state.closed:
            assert bench.by_party(a.Renounce, by=a.Actor(account=bench.state.party)) == "accepted"

    @rule(days=st.sampled_from([1, 30, 200]))
    def time_passes(self, days: int) -> None:
        self.use.moves_on(days=days)

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def uses_it(self, data: st.DataObject) -> None:
        name, it = self._any(data)
        answer = self.use.delegate_asks(it.grant, name)
        assert (answer is Reason.GRANTED) == self._may_be_used(it), answer
        it.left -= answer is Reason.GRANTED

    @invariant()
    def nobody_is_let_in_whom_the_account_has_as_out(self) -> None:
        for name, it in getattr(self, "expected", {}).items():
            before = dict(self.use.calls)
            answer = self.use.delegate_asks(it.grant, name)
            self.use.calls = before
            assert (answer is Reason.GRANTED) == self._may_be_used(it), answer
            assert self.use.calls.get(name, 0) <= self.use.grants[it.grant].state.delegations[name].accesses

    @invariant()
    def every_log_folds_to_its_case(self) -> None:
        assert self.use.replayed()

    def _any(self, data: st.DataObject) -> tuple[str, Expected]:
        name = data.draw(st.sampled_from(sorted(self.expected)))
        return name, self.expected[name]

    def _grant_is_over(self, it: Expected) -> bool:
        return self.use.grants[it.grant].state.closed is not None

    def _may_be_used(self, it: Expected) -> bool:
        return not it.is_over and not self._grant_is_over(it) and self.use.now < it.until and it.left > 0


def test_gate_and_logs_agree_on_delegations_whatever_is_done() -> None:
    run(AnyDelegation, settings=PROFILE)
