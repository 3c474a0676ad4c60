"""All the cases about one dataset: their inboxes, what the machine makes of them, and what publication presumes.

What one case tells another lies in the inbox of that other, in the order of receipt, until it is worked off. What the
catalogue is, and which reviews an answer calls for, is told here anew: by a list of versions, and by tables of the law
of each city.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from activities.record.touching import entry_act, met, restriction_act, turn_act
from models import acts as a
from models import events as e
from models.act_contents import Amendment, Measure
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from models.restrictions import RestrictionKind, RestrictionTold, items_of, restriction
from models.task_state import TaskState
from rules.pinned import APPLICANT
from rules.procedure_rules import ProcedureRules
from tests.models.bench import (
    INVENTED,
    MONDAY,
    PARTY,
    WHATEVER_IS_ASKED,
    Bench,
    accessed,
    begun,
    filed,
    law,
    objected,
    signed_with,
    without_text,
)
from tests.models.reviews_by_city import ALWAYS, BY_ANSWER, ONLY_FINDS
from tests.models.test_restriction_sequences import FORWARDS
from tests.models.updates import EVERY_FIELD, answers_for

ITEMS = ("name", "address", "phone")
CLASSES = ("closed", "conditional", "unconditional")
"""From the narrowest to the widest."""
MAY_PUBLISH = {
    "nanning": {"review": "authority"},
    "yulin": {"city_compilation": "operator", "emergency_review": "authority"},
    "guangzhou": {"review": "authority", "publication": "authority", "government_decision": "government"},
    "lianyungang": {"publication": "provider"},
    "nanjing": {"review": "authority"},
    INVENTED: {"publication": "authority"},
}
"""City to the stages with the last word, and the role before which each lies."""
NAMES_A_CLASS = {("review", "propose_class"), ("government_decision", "return")}
"""The decisions that name another class than the draft's (Guangzhou 9.6)."""
WITHOUT_PUBLIC = {INVENTED: {"privacy_review"}}
"""Reviews that an answer brings even where nothing is opened."""


@dataclass
class Version:
    """One version of the entry, and the case that published it."""

    case_id: str
    openness: str
    items: tuple[str, ...]
    at: datetime


def called_for(city: str, answers: Mapping[str, str]) -> set[str]:
    """The reviews that the answers of a draft call for in a city, by the tables of its law."""
    asked = {review for question, review in BY_ANSWER[city].items() if answers.get(question) == "applies"}
    if answers["openness"] == "closed":
        return (ALWAYS[city] - {"processing_record"}) | (asked & WITHOUT_PUBLIC.get(city, set()))
    return ALWAYS[city] | asked


def called_for_in_an_emergency(answers: Mapping[str, str]) -> set[str]:
    """The record of the processing, and where data is opened the reviews of law and of secrets (Yulin 13, 15, 22)."""
    by_answer = {"law_in_question": "emergency_legality_review", "secrets_or_privacy": "emergency_committee_review"}
    opens = answers["openness"] != "closed"
    asked = {review for question, review in by_answer.items() if opens and answers.get(question) == "applies"}
    return {"emergency_processing"} | asked


def officer_of(body: str) -> a.Actor:
    return PARTY if body == APPLICANT else a.Actor(account=f"acc_{body}_1", body=body)


class CasesOfOneDataset:
    """An entry in the catalogue with all the cases about it; subclasses name the city.

    Checks each version as it is published: its reviews were passed, and nothing kept it back.
    """

    city: str

    def no_case_yet(self) -> None:
        """The entry is in the catalogue, and nobody has filed anything."""
        self.now = MONDAY
        self.law: ProcedureRules = law(self.city, "catalogue_update")
        self.versions = [Version("", "conditional", ITEMS, MONDAY)]
        self.updates: dict[str, Bench] = {}
        self.objections: dict[str, Bench] = {}
        self.askers: dict[str, Bench] = {}
        """Requests and grants."""
        self.inboxes: dict[str, list[a.Act]] = {}
        self.drafts: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {}
        """Submission to its answers and items."""
        self.kept_back: dict[str, dict[str, tuple[RestrictionTold, ...]]] = {}
        """Decision on an update to what objections kept back when it was received."""
        self.known_since: dict[str, int] = {}
        """Request or grant to how many versions there were when it began."""

    def object_to(self, items: tuple[str, ...], evidence: tuple[str, ...]) -> None:
        case_id = f"objection-{len(self.objections)}"
        bench = objected(self.city, "privacy", items=items, evidence=evidence, at=self.now, case_id=case_id)
        self.objections[case_id] = bench
        self.objection_moved(bench, ())

    def request(self, items: tuple[str, ...], *, agreed: bool) -> None:
        case_id = f"request-{len(self.askers)}"
        met_now = met(self.restrictions(), self.now)
        # Only a request from before receipts wrote the items into it is for none; its rules have no text.
        rules = law(self.city) if items else without_text(law(self.city))
        request = filed(self.city, rules=rules, items=items, at=self.now, case_id=case_id, met=met_now)
        self.takes_part(self.askers, case_id, request)
        for _ in range(40 if agreed else 0):
            if not (tasks := request.state.open_tasks()):
                return
            self.agree(tasks[0])
            self.the_machine_comes_to(case_id)
        assert not agreed, f"not everybody can agree: {request.open_stages}"

    def tasks(self, of: Mapping[str, Bench]) -> list[TaskState]:
        return [task for bench in of.values() for task in bench.state.open_tasks()]

    def takes_part(self, cases: dict[str, Bench], case_id: str, bench: Bench) -> None:
        cases[case_id] = bench
        self.inboxes[case_id] = []
        self.known_since[case_id] = len(self.versions)

    def restrictions(self) -> dict[str, tuple[RestrictionTold, ...]]:
        each = ((case_id, bench.state.own_restrictions) for case_id, bench in self.objections.items())
        return {case_id: restrictions for case_id, restrictions in each if restrictions}

    def begin_update(self, case_id: str, trigger: str, **more: Any) -> None:
        """As the receipt does: it meets what is kept back, and whichever update goes first."""
        first = next((other for other, bench in self.updates.items() if not bench.state.closed), None)
        turn = (e.TurnAwaited(at=self.now, by_case=first),) if first else ()
        told = {"at": self.now, "case_id": case_id, "met": (*turn, *met(self.restrictions(), self.now)), **more}
        self.takes_part(self.updates, case_id, begun(self.law, CATALOGUE_UPDATE, choices={"trigger": trigger}, **told))

    def submit(
        self, task: TaskState, answers: Mapping[str, str], items: tuple[str, ...], *, whole: bool = True
    ) -> None:
        bench = self.updates[task.task_id.split(".")[0]]
        said = answers_for(self.law, answers)
        if "subjects_consent" in self.law.choices:
            said["subjects_consent"] = "given"
        if not whole:
            said.pop("openness")
        act = bench.act(
            a.Decide,
            officer_of(task.body),
            task_id=task.task_id,
            outcome="submit",
            given=WHATEVER_IS_ASKED | set(said),
            amends=Amendment(choices=said, given=frozenset(said)),
            measure=Measure(entry_fields=EVERY_FIELD, entry_items=items),
        )
        act = act.model_copy(update={"id": f"{bench.state.case_id}.{act.id}"})
        self.drafts[act.id] = (said, items)
        self.inboxes[bench.state.case_id].append(act)

    def decide(self, task: TaskState, outcome: str, by: a.Actor) -> None:
        bench = self.updates[task.task_id.split(".")[0]]
        today = self.now.date()
        measures = {
            "processing_record": Measure(processed_on=today),
            "emergency_processing": Measure(processed_on=today),
            "consultation": Measure(held_from=today - timedelta(days=9), held_until=today - timedelta(days=1)),
        }
        measure = measures.get(task.stage) if outcome == "pass" else None
        if (task.stage, outcome) in NAMES_A_CLASS:
            others = [each for each in CLASSES if each != bench.state.choices.get("openness")]
            measure = Measure(named_class=others[len(bench.log) % len(others)])
        given = WHATEVER_IS_ASKED | {"reference"}
        act = bench.act(a.Decide, by, task_id=task.task_id, outcome=outcome, given=given, measure=measure)
        self.kept_back[f"{bench.state.case_id}.{act.id}"] = self.restrictions()
        self.inboxes[bench.state.case_id].append(act.model_copy(update={"id": f"{bench.state.case_id}.{act.id}"}))

    def agree(self, task: TaskState) -> None:
        request = self.askers[task.task_id.split(".")[0]]
        outcome = min(task.outcomes, key=lambda name: name not in FORWARDS)
        by, given = officer_of(task.body), WHATEVER_IS_ASKED
        listed = signed_with(request, task, self.versions[-1].items)
        act = request.act(a.Decide, by, task_id=task.task_id, outcome=outcome, given=given, **listed)
        self.inboxes[request.state.case_id].append(act)

    def tell(self, acts: Iterable[a.Act]) -> None:
        for act in acts:
            self.inboxes[act.case_id].append(act)

    def open_cases(self, *of: Mapping[str, Bench]) -> list[str]:
        return [case_id for cases in of for case_id, bench in cases.items() if not bench.state.closed]

    def objection_moved(self, bench: Bench, before: tuple[RestrictionTold, ...]) -> None:
        """As the writer does: requests, updates and grants hear of every change."""
        state = bench.state
        if state.own_restrictions != before:
            concerned = self.open_cases(self.askers, self.updates)
            self.tell(restriction_act(state, case_id, self.now) for case_id in concerned)
        if state.ordered and state.ordered.update_case_id not in self.updates:
            self.begin_update(state.ordered.update_case_id, state.ordered.trigger, caused_by=state.case_id)

    def is_grant(self, case_id: str) -> bool:
        bench = self.askers.get(case_id)
        return bool(bench and bench.state.grant)

    def the_machine_comes_to(self, case_id: str) -> None:
        while self.inboxes[case_id]:
            self.work_off(case_id)

    def work_off(self, case_id: str) -> str:
        bench = {**self.updates, **self.askers}[case_id]
        act = self.inboxes[case_id].pop(0)
        before = bench.state
        answer = bench.judged(act)
        after = bench.state
        assert not before.closed or answer != "accepted"
        if after.published and not before.published:
            self.is_published(bench, after.published)
        if after.closed and not before.closed and case_id in self.updates:
            self.tell(turn_act(after, each, self.now) for each in self.open_cases(self.updates)[:1])
        if after.granted and not before.granted:
            self.takes_part(self.askers, after.granted.access_case_id, accessed(bench))
            told = [each for by, each in self.objections.items() if by in self.restrictions()]
            self.tell(restriction_act(each.state, after.granted.access_case_id, self.now) for each in told)
        return answer

    def is_published(self, bench: Bench, it: e.EntryPublished) -> None:
        self.reviews_were_passed(bench, it)
        self.nothing_kept_it_back(bench, it)
        answers, items = self.drafts[it.submission]
        assert (it.openness, it.data_items) == (answers["openness"], items)
        settled = [event.openness for event in bench.log if isinstance(event, e.ClassSettled)]
        assert not settled or settled[-1] == it.openness
        self.versions.append(Version(bench.state.case_id, answers["openness"], items, it.at))
        for case_id, withdrawn in it.reopens.items():
            objection = self.objections[case_id].state
            stands = objection.own_restrictions
            reopened = items_of(withdrawn, it.reopens_except.get(case_id, ()))
            if objection.closed and objection.strongest_restriction == restriction(
                RestrictionKind.WITHDRAWAL, reopened
            ):
                self.objections[case_id].append(
                    [e.DataRestored(number=objection.number + 1, at=it.at, by_case=bench.state.case_id)]
                )
                self.objection_moved(self.objections[case_id], stands)
        self.tell(entry_act(bench.state, case_id, self.now) for case_id in self.open_cases(self.askers))

    def reviews_were_passed(self, bench: Bench, it: e.EntryPublished) -> None:
        """After that very draft, every one; and the stage with the last word published it, after all of them."""
        log = bench.log
        draft = max(event.number for event in log if isinstance(event, e.EntrySubmitted))
        answers = self.drafts[it.submission][0]
        opened = {event.task_id: event for event in log if isinstance(event, e.TaskOpened)}
        decided = [event for event in log[draft:] if isinstance(event, e.TaskDecided)]
        last = next(event for event in decided if event.act == it.act)
        stage, body = opened[last.task_id].stage, opened[last.task_id].body
        assert MAY_PUBLISH[self.city][stage] == body.removeprefix(f"{self.city}.")
        assert last.by == officer_of(body).account
        reviews = {opened[event.task_id].stage: event.outcome for event in decided if event.number < last.number}
        emergency = stage == "emergency_review"
        needed = called_for_in_an_emergency(answers) if emergency else called_for(self.city, answers)
        binding = needed - ONLY_FINDS.get(self.city, set())
        assert {review: reviews.get(review) for review in binding} == dict.fromkeys(binding, "pass")
        assert needed <= set(reviews)
        if CLASSES.index(answers["openness"]) > CLASSES.index(self.versions[-1].openness) or it.reopens:
            assert emergency or "pass" in reviews.values()

    def nothing_kept_it_back(self, bench: Bench, it: e.EntryPublished) -> None:
        """When the decision was received, whatever the case had heard of by then."""
        for by_case, kept in self.kept_back[it.act or ""].items():
            for each in kept:
                assert each.kind.withdraws or by_case == bench.state.caused_by
                assert set(each.data_items) <= set(it.data_items)

    def draft_drops_what_is_kept_back(self, bench: Bench) -> bool:
        assert bench.state.draft
        kept = {item for told in self.restrictions().values() for each in told for item in each.data_items}
        return not kept <= set(bench.state.draft.data_items)
