"""Whatever happens to the use of data, in whatever order: gate, logs, public record and a plain account of it agree.

Each example is a dataset with grants. They are reported, closed, restricted, appealed for, let to others, given up and
revoked; their data is objected to; reports on their use come to be owed, and begin cases. The account knows what was
done and what the articles make of it, and neither folds nor rows.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from activities.record.rows import curtailment_kept
from models import acts as a
from models import events as e
from models.access_events import AccessOpened
from models.gate import Reason
from models.restrictions import RestrictionKind
from rules.deadlines import SHANGHAI
from rules.pinned import APPLICANT
from tests.five_cities import FIVE_CITIES
from tests.models.account_of_use import Account, Held, Let
from tests.models.delegating import DELEGATE
from tests.models.profiles import LONG, PROFILE
from tests.models.test_objection_sequences import as_it_should_be, kind_of
from tests.models.using import ITEMS
from tests.models.whole_use import WholeUse

GRANTS = ("grant-a", "grant-b")
REPORTER = "acc_reporter"
SIDES = (REPORTER, "acc_officer", *(f"acc_{grant}" for grant in GRANTS))
"""Who reports or is reported of; any of them may be an officer of whichever body."""
REPORTED_IN = {"nanning", "yulin", "guangzhou", "lianyungang"}
"""Cities whose law has misuse reported; Guangzhou's alone restricts, publishes, hears appeals, and knows delegation."""
CURTAILS: tuple[str, ...] = ("restrict", "close")
WHATEVER: tuple[str, ...] = ()
"""What a body thinks of doing about misuse."""
MOST = 4
"""Cases of a kind in an example."""
RICHEST = "guangzhou"
"""The city whose law knows all of it."""
MANY, FEW = 120, 20
"""Examples of a short run: of that city, and of each other."""
REVOKED_BY: dict[str, set[str]] = {"guangzhou": set()}
"""Who ends a grant by an act on it, where that is not the provider alone."""


class AnyUse(RuleBasedStateMachine):
    """One dataset; subclasses name the city."""

    city: str

    @initialize()
    def is_granted(self) -> None:
        self.use = WholeUse(self.city)
        self.account = Account()
        for grant in GRANTS:
            self.use.granted(grant)
            opened = self.use.grants[grant].log[0]
            assert isinstance(opened, AccessOpened)
            self.account.held[grant] = Held(opened.valid_until)
        self.use.moves_on()
        for grant in GRANTS:
            self.gets_a_key(grant, by=f"acc_{grant}")
        self.lets(GRANTS[0], by=None, accesses=2, days=90)
        if self.city in REPORTED_IN:
            self.use.reported()

    @rule(data=st.data(), grant=st.sampled_from(GRANTS), by=st.sampled_from([DELEGATE.account, *SIDES]))
    def is_given_a_key(self, data: st.DataObject, grant: str, by: str) -> None:
        self.use.moves_on()
        if bool(self.account.let) and data.draw(st.booleans()):
            self.gets_a_key_of_its_own(self._any_let(data), by)
        else:
            self.gets_a_key(grant, by)

    def gets_a_key(self, grant: str, by: str) -> None:
        digest, answer = self.use.new_key(grant, by=by)
        held = self.account.held[grant]
        assert (answer == "accepted") == (by == f"acc_{grant}" and not held.is_over), answer
        if answer == "accepted":
            held.key = digest

    @rule(days=st.sampled_from([0, 0, 1, 6, 30, 100, 300]))
    def time_passes(self, days: int) -> None:
        self.use.moves_on(days=days, seconds=1)
        for it in self.account.held.values():
            it.is_over = it.is_over or self.use.now >= it.until

    # What ends a grant. Most try what they may not.

    @rule(
        grant=st.sampled_from(GRANTS),
        role=st.sampled_from(["government", "operator", None, None, "authority", "provider"]),
        by=st.sampled_from([*SIDES, "acc_official"]),
    )
    def is_given_up_or_revoked(self, grant: str, role: str | None, by: str) -> None:
        bench, held = self.use.grants[grant], self.account.held[grant]
        if role is None:
            answer = bench.by_party(a.Renounce, by=a.Actor(account=by))
            may = by == f"acc_{grant}"
        else:
            by = "acc_official" if by == REPORTER else by
            actor = a.Actor(account=by, body=f"{self.city}.{role}")
            answer = bench.by_party(a.Revoke, by=actor, given=frozenset({"reason"}))
            may = role in REVOKED_BY.get(self.city, {"provider"}) and by != f"acc_{grant}"
        assert (answer == "accepted") == (may and not held.is_over), answer
        held.is_over |= answer == "accepted"

    # Misuse, and appeals.

    @precondition(lambda self: self.city in REPORTED_IN)
    @rule(
        data=st.data(),
        reporter=st.sampled_from(SIDES),
        role=st.sampled_from([None, None, "provider", "authority", "operator"]),
        anew=st.booleans(),
        grant=st.sampled_from([*GRANTS, *GRANTS, *GRANTS, *GRANTS, None, "no-such-grant"]),
        left=st.sampled_from([ITEMS[:1], ITEMS[:1], ITEMS[1:], ITEMS[1:], (), ("not an item",)]),
        by=st.sampled_from([*(None,) * 8, DELEGATE.account, *SIDES]),
        thought=st.sampled_from([CURTAILS, CURTAILS, WHATEVER]),
    )
    def is_reported_or_decided(
        self,
        data: st.DataObject,
        reporter: str,
        role: str | None,
        anew: bool,
        grant: str | None,
        left: tuple[str, ...],
        by: str | None,
        thought: tuple[str, ...],
    ) -> None:
        self.use.moves_on()
        if not self.use.reports or (anew and len(self.use.reports) < MOST):
            self.use.reported(reporter, f"{self.city}.{role}" if role else None)
        report = data.draw(st.sampled_from(list(self.use.reports)[::-1]))
        bench = self.use.reports[report]
        before = bench.state
        task = data.draw(st.sampled_from(before.open_tasks() or list(before.tasks.values())))
        outcome = data.draw(st.sampled_from([name for name in task.outcomes if name in thought or not thought]))
        if outcome == "close":
            left = data.draw(st.sampled_from([(), (), (), left]))
        curtails = outcome in CURTAILS
        names_it = curtails or data.draw(st.sampled_from([False, False, True]))
        finding = self.use.finding(grant, left) if names_it and (grant or left) else None
        self.use.moves_on()
        actor = a.Actor(account=by, body=task.body) if by else None
        answer = self.use.decided(report, task.stage, outcome, finding, by=actor)
        if by in (before.party, *before.concerned):
            assert answer != "accepted", "whoever has a side decides nothing"
        if answer != "accepted":
            assert bench.state == before, "a refusal adds nothing"
        elif curtails:
            assert grant
            self.account.loses(grant, report, left, publicly=self.city == RICHEST)
            if bool(self.account.public) and data.draw(st.booleans()):
                self.use.appealed(report)
        elif outcome == "violation":
            self.account.is_found(report, finding.named if finding else None)

    @precondition(lambda self: self.account.public)
    @rule(
        data=st.data(),
        anew=st.booleans(),
        outcome=st.sampled_from(["uphold", "uphold", "reject"]),
        by=st.sampled_from([*(None,) * 5, *SIDES]),
    )
    def is_appealed_or_heard(self, data: st.DataObject, anew: bool, outcome: str, by: str | None) -> None:
        self.use.moves_on()
        if not self.use.appeals or (anew and len(self.use.appeals) < MOST):
            self.use.appealed(data.draw(st.sampled_from(sorted(self.account.public))))
        appeal = data.draw(st.sampled_from(list(self.use.appeals)[::-1]))
        before = self.use.appeals[appeal].state
        body = next(iter(before.tasks.values())).body
        self.use.moves_on()
        answer = self.use.heard(appeal, outcome, by=a.Actor(account=by, body=body) if by else None)
        assert (answer == "accepted") == (not before.closed and by not in (before.party, *before.concerned)), answer
        if answer == "accepted" and outcome == "uphold":
            assert before.caused_by
            self.account.gets_back(before.caused_by)

    # Delegation.

    @rule(
        grant=st.sampled_from(GRANTS),
        by=st.sampled_from([None, None, None, None, *SIDES]),
        accesses=st.integers(1, 2),
        days=st.sampled_from([5, 90, 200, 0, -1, 400]),
    )
    def is_let(self, grant: str, by: str | None, accesses: int, days: int) -> None:
        self.use.moves_on()
        self.lets(grant, by, accesses, days)

    def lets(self, grant: str, by: str | None, accesses: int, days: int) -> None:
        answer = self.use.delegated(grant, accesses, days, by=a.Actor(account=by) if by else None)
        held = self.account.held[grant]
        within = days >= 0 and self.use.last_day(days) < held.until.date()
        allowed = self.city == RICHEST and by in (None, f"acc_{grant}") and not held.is_over and not held.taken
        assert (answer == "accepted") == (within and allowed), answer
        if answer == "accepted":
            name = self.use.latest(grant)
            until = datetime.combine(self.use.last_day(days + 1), time(), SHANGHAI)
            self.account.let[name] = Let(grant, accesses, until)
            self.gets_a_key_of_its_own(name, DELEGATE.account)

    def gets_a_key_of_its_own(self, name: str, by: str) -> None:
        it = self.account.let[name]
        digest, answer = self.use.new_key(it.grant, name, by=by)
        may = by == DELEGATE.account and self.account.stands(it, self.use.now)
        assert (answer == "accepted") == may, answer
        if answer == "accepted":
            it.key = digest

    @precondition(lambda self: self.account.let)
    @rule(data=st.data(), by=st.sampled_from([DELEGATE.account, *SIDES, None]))
    def is_taken_back(self, data: st.DataObject, by: str | None) -> None:
        name = self._any_let(data)
        it = self.account.let[name]
        self.use.moves_on()
        answer = self.use.taken_back(it.grant, name, by=a.Actor(account=by) if by else None)
        may = by in (None, f"acc_{it.grant}") and self.account.stands(it, self.use.now)
        assert (answer == "accepted") == may, answer
        it.is_over |= answer == "accepted"

    @precondition(lambda self: self.account.let)
    @rule(data=st.data(), item=st.sampled_from(ITEMS))
    def is_used_by_the_delegate(self, data: st.DataObject, item: str) -> None:
        it = self.account.let[self._any_let(data)]
        assert it.key
        expected = self.should_say(it.grant, item, it)
        assert self.use.gate_says(it.key, (item,), counts=True) is expected
        it.left -= expected is Reason.GRANTED

    # Objections to the data.

    @rule(
        data=st.data(),
        anew=st.booleans(),
        items=st.sampled_from([ITEMS[2:], ITEMS[2:], (), ITEMS[1:], ()]),
        evidence=st.sampled_from([True, True, False]),
        on=st.sampled_from([None, None, None, ITEMS[:1]]),
    )
    def is_objected_to_or_decided(
        self, data: st.DataObject, anew: bool, items: tuple[str, ...], evidence: bool, on: tuple[str, ...] | None
    ) -> None:
        self.use.moves_on()
        if not self.use.objections or (anew and len(self.use.objections) < 2):
            self.use.objects(items, evidence=evidence)
        else:
            name = data.draw(st.sampled_from(sorted(self.use.objections)))
            bench = self.use.objections[name]
            if tasks := bench.state.open_tasks():
                task = data.draw(st.sampled_from(tasks))
                withdraws = [name for name in task.outcomes if name == "withdraw"] if data.draw(st.booleans()) else []
                outcome = data.draw(st.sampled_from(withdraws or task.outcomes))
                self.use.decided_on(name, as_it_should_be(bench, task, outcome, on))
        self.data_is_kept_back()

    def data_is_kept_back(self) -> None:
        """Of each item the last event about it says how a case keeps it back; a grant of which all is withdrawn is over
        for good."""
        for name, bench in self.use.objections.items():
            moved = [event for event in bench.log if isinstance(event, e.DATA_MOVED)]
            last = {item: event for event in moved for item in ITEMS if item in event.items}
            self.account.kept_back[name] = {
                item: kind_of(event) for item, event in last.items() if not isinstance(event, e.DataRestored)
            }
        withdrawn = [RestrictionKind.WITHDRAWAL in self.account.ways_of(item) for item in ITEMS]
        for it in self.account.held.values():
            it.is_over |= all(withdrawn)

    # Reports on use.

    @rule(
        data=st.data(),
        grant=st.sampled_from(GRANTS),
        anew=st.booleans(),
        by=st.sampled_from([None, None, None, *SIDES]),
    )
    def a_report_on_use_is_owed_made_or_assessed(
        self, data: st.DataObject, grant: str, anew: bool, by: str | None
    ) -> None:
        self.use.moves_on()
        if not self.use.use_reports or (anew and len(self.use.use_reports) < 2):
            self.use.owes_a_report(grant)
        name = data.draw(st.sampled_from(sorted(self.use.use_reports)))
        bench = self.use.use_reports[name]
        if not (tasks := bench.state.open_tasks()):
            return
        task = data.draw(st.sampled_from(tasks))
        is_its_own = task.body == APPLICANT
        account = bench.state.party if is_its_own else "acc_assessor"
        actor = a.Actor(account=by or account, body=None if is_its_own else task.body)
        outcome = data.draw(st.sampled_from(task.outcomes[::-1]))
        answer = bench.decide(
            task.stage, outcome, {"uses", "results", "source_cited", "obtained_on", "reason"}, by=actor
        )
        assert is_its_own or by != bench.state.party or answer != "accepted", "nobody assesses its own use"
        begun = self.use.begins_what_was_ordered(name)
        assert begun is None or outcome == "suspected"

    # What must hold after each step.

    @invariant()
    def the_gate_says_what_the_account_says(self) -> None:
        for grant, it in self.account.held.items():
            assert it.key
            for item in ITEMS:
                assert self.use.gate_says(it.key, (item,)) is self.should_say(grant, item)
            may_all = all(self.should_say(grant, item) is Reason.GRANTED for item in ITEMS)
            assert (self.use.gate_says(it.key, ()) is Reason.GRANTED) == may_all
        for let in self.account.let.values():
            for item in ITEMS if let.key else ():
                assert let.key
                assert self.use.gate_says(let.key, (item,)) is self.should_say(let.grant, item, let)

    def should_say(self, grant: str, item: str, let: Let | None = None) -> Reason:
        return self.account.should_say(grant, item, self.use.now, let)

    @invariant()
    def the_log_of_a_grant_says_what_the_account_says(self) -> None:
        for grant, it in self.account.held.items():
            state = self.use.grants[grant].state
            assert (state.closed is not None) == it.is_over
            if not state.closed:
                assert {case: each.data_items for case, each in state.curtailments.items()} == it.taken
            for name, let in self.account.let.items():
                if let.grant == grant and not state.closed:
                    assert (state.delegations[name].ended is not None) == let.is_over
                    assert self.use.calls.get(name, 0) + let.left == state.delegations[name].accesses

    @invariant()
    def the_public_record_says_what_stands_and_names_nobody(self) -> None:
        rows = {name: curtailment_kept(bench.state) for name, bench in self.use.reports.items()}
        shown = {name: row for name, row in rows.items() if row and row.made_public_at}
        assert shown.keys() == self.account.public.keys()
        for name, row in shown.items():
            known = self.account.public[name]
            assert (tuple(row.data_items), row.corrected_at is not None) == (known.items, known.corrected)
            public = row._asdict() | {"case_id": None, "grant_case_id": None}
            assert not _texts(public) & {DELEGATE.account, "acc_official", *SIDES}

    @invariant()
    def nobody_reads_in_the_log_of_a_grant_who_reported(self) -> None:
        for grant in GRANTS:
            assert REPORTER not in {text for event in self.use.grants[grant].log for text in _texts(event.model_dump())}

    def teardown(self) -> None:
        """Every log folds to its case."""
        assert not hasattr(self, "use") or self.use.replayed()

    def _any_let(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.account.let)))


def _texts(part: Any) -> set[str]:
    """Every text in a document."""
    if isinstance(part, dict):
        return {text for each in part.values() for text in _texts(each)}
    if isinstance(part, list | tuple):
        return {text for each in part for text in _texts(each)}
    return {part} if isinstance(part, str) else set()


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_gate_logs_and_public_record_agree_whatever_is_done(city: str) -> None:
    machine = type("UseIn" + city.title(), (AnyUse,), {"city": city})
    often = MANY if city == RICHEST else FEW
    run(machine, settings=PROFILE if LONG else settings(PROFILE, max_examples=often))
