"""A bench on which the law of a case is tried: no engine, no database, and the instants are chosen by the test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from activities.calendar.record import with_due
from activities.record.touching import restriction_act
from models import acts as a
from models import events as e
from models.access_events import AccessOpened
from models.act_contents import Amendment, GrantTerms, Standing
from models.passing import pass_time
from models.procedure import Procedure, time_has_decided
from models.procedures.access import ACCESS
from models.procedures.access_request import ACCESS_REQUEST
from models.procedures.catalogue_update import CATALOGUE_UPDATE
from models.procedures.leak import LEAK
from models.procedures.objection import OBJECTION
from models.proposal import Proposal
from models.refusal import Refusal
from models.signing import digest_to_sign, fingerprints
from models.state import CaseState, fold
from models.task_state import TaskState
from rules.agreement import SIGN
from rules.calendar import CalendarRecord
from rules.deadlines import SHANGHAI
from rules.loading import cities, load_file, load_pack
from rules.pinned import APPLICANT, Citation
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from rules.seed_notices import read_record
from tests.five_cities import FIVE_CITIES

CITIES = FIVE_CITIES
"""Whose decisions the tests here know by name; what holds of any city is tried in the invented one too."""
INVENTED = "yunmeng"
"""A city that exists in the tests only: what holds there holds for a city that is yet to come."""
EVERY_CITY = (*cities(), INVENTED)
"""Where what holds of any city is tried, a city included whose pack comes after this was written."""
RESOLVED_ON = date(2026, 11, 21)
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
"""When cases are filed here: no holiday is near, so that working days are Monday to Friday."""
PARTY = a.Actor(account="acc_applicant")
STRANGER = a.Actor(account="acc_stranger")
WHATEVER_IS_ASKED = frozenset(
    {"reason", "basis", "tender_reference", "access_mode_basis", "purpose", "scenario", "safeguards", "conditions"}
    | {"answer", "measure", "processing", "processed_on", "need", "entry", "mounting"}
)

GRANTED = {
    "nanning": [("formal_review", "pass"), ("provider_review", "agree"), ("approval", "approve")],
    "yulin": [("authority_review", "pass"), ("provider_review", "pass")],
    "guangzhou": [("provider_review", "agree")],
    "lianyungang": [("provider_review", "agree")],
    "nanjing": [("provider_review", "agree")],
}
"""The decisions by which every body of a city agrees."""
BOTH_SIGN = [("provider_signature", "sign"), ("applicant_signature", "sign")]


@cache
def law(city: str, procedure: str = "access_request") -> ProcedureRules:
    """The rules of a procedure in a city, the invented one included."""
    if city == INVENTED:
        pack = load_file(Path(__file__).parents[1] / "rules" / "packs" / "yunmeng.yaml")
    else:
        pack = load_pack(city)
    return resolve(pack, procedure, RESOLVED_ON)


def with_correction(rules: ProcedureRules) -> ProcedureRules:
    """The rules as they would be if the law let a body correct its own decision."""
    return rules.model_copy(update={"correction": Citation(source="ordinance", article="15")})


def without_text(rules: ProcedureRules) -> ProcedureRules:
    """The rules as they were pinned before packs had the text of an agreement."""
    return rules.model_copy(update={"agreement": None})


@cache
def notices() -> CalendarRecord:
    return read_record()


@dataclass
class Bench:
    """One case on the bench: its rules, its log, and the present, which only the test moves."""

    rules: ProcedureRules
    now: datetime = MONDAY
    record: CalendarRecord = field(default_factory=notices)
    procedure: Procedure = ACCESS_REQUEST
    log: list[e.Event] = field(default_factory=list)
    state: CaseState = field(default_factory=CaseState)
    acts: int = 0

    def append(self, events: Iterable[e.Event]) -> list[e.Event]:
        """What the writer does: fills in when clocks end, and makes the events part of the log."""
        written = [
            event.model_copy(update={"clock": with_due(event.clock, self.record)})
            if isinstance(event, e.TaskOpened | e.ClockMoved)
            else event
            for event in events
        ]
        self.log += written
        self.state = fold(self.state, written)
        return written

    def passes(self, until: datetime | None = None, **time: float) -> Bench:
        """Time passes, to an instant or by a span, and what it makes happen is on record."""
        self.now = until or self.now + timedelta(**time)
        self.append(pass_time(self.rules, self.state, self.now))
        return self

    def judged(self, act: a.Act) -> str:
        """`accepted`, with the events in the log, or the name of the refusal."""
        while True:
            try:
                events = self.procedure.judge(self.rules, self.state, act)
            except Refusal as fact:
                return fact.code
            self.append(events)
            if act.id in self.state.acts or not time_has_decided(events):
                return "accepted"

    def act(self, kind: type[a.ReceivedAct], by: a.Actor, **more: Any) -> a.Act:
        """An act that is received now; a signature names the agreement as it stands, unless it is said otherwise."""
        self.acts += 1
        made = kind(id=f"act-{self.acts}", case_id=self.state.case_id, by=by, received_at=self.now, **more)
        if isinstance(made, a.Decide | a.Correct) and made.outcome == SIGN and not {"digest", "words"} & more.keys():
            return self.signing(made)
        return made  # type: ignore[return-value]  # a member of the union Act, which mypy cannot see

    def signing(self, act: a.Decide | a.Correct) -> a.Decide | a.Correct:
        """The signature with the digest of what stands, and of what it states the fingerprints that a receipt takes."""
        words = fingerprints(act.case_id, {name: f"the {name}" for name in act.given})
        stated = act.model_copy(update={"words": words})
        return stated.model_copy(update={"digest": digest_to_sign(self.rules, self.state, stated)})

    def task(self, stage: str) -> TaskState:
        """The latest task of a stage."""
        return max((t for t in self.state.tasks.values() if t.stage == stage), key=lambda t: t.round)

    def officer(self, stage: str, name: str = "1") -> a.Actor:
        """An officer of the body before which the stage lies, or the party."""
        body = self.task(stage).body
        return PARTY if body == APPLICANT else a.Actor(account=f"acc_{body}_{name}", body=body)

    def on(self, stage: str, kind: type[a.TaskAct], *, by: a.Actor | None = None, **more: Any) -> str:
        """An act on the latest task of a stage, by an officer of its body unless somebody else is named."""
        return self.judged(self.act(kind, by or self.officer(stage), task_id=self.task(stage).task_id, **more))

    def decide(
        self,
        stage: str,
        outcome: str,
        given: Iterable[str] = WHATEVER_IS_ASKED,
        *,
        by: a.Actor | None = None,
        **more: Any,
    ) -> str:
        return self.on(stage, a.Decide, by=by, outcome=outcome, given=frozenset(given), **more)

    def correct(self, stage: str, outcome: str, given: Iterable[str] = WHATEVER_IS_ASKED, **more: Any) -> str:
        return self.on(stage, a.Correct, outcome=outcome, given=frozenset(given), **more)

    def by_party(self, kind: type[a.ReceivedAct], by: a.Actor = PARTY, **more: Any) -> str:
        return self.judged(self.act(kind, by, **more))

    def all_decide(self, decisions: Iterable[tuple[str, str]]) -> Bench:
        """Decisions that the law takes, one after the other."""
        for stage, outcome in decisions:
            assert self.decide(stage, outcome) == "accepted", f"{stage}: {outcome}"
        return self

    @property
    def open_stages(self) -> set[str]:
        return {task.stage for task in self.state.open_tasks()}

    def types(self, since: int = 0) -> list[str]:
        """The types of the events after that number."""
        return [event.type for event in self.log[since:]]


def begun(
    rules: ProcedureRules,
    procedure: Procedure,
    *,
    at: datetime = MONDAY,
    case_id: str = "case",
    met: Iterable[e.Event] = (),
    **filed: Any,
) -> Bench:
    """A case that has just begun, with what it met at its beginning and all that the law makes follow at once."""
    bench = Bench(rules, now=at, procedure=procedure)
    proposal = Proposal(CaseState())
    told = {
        "at": at,
        "act": f"{case_id}.file",
        "case_id": case_id,
        "case_number": f"{rules.city_code}-{procedure.code}-2026-000001",
        "city": rules.city,
        "procedure": procedure.name,
        "party": PARTY.account,
        "dataset_id": f"{rules.city}-example",
        "bodies": {role: f"{rules.city}.{role}" for role in rules.bodies if role not in roles_of_counties(rules)},
        "rules_digest": rules.digest(),
        "words": fingerprints(case_id, {name: f"the {name}" for name in filed.get("given", ())}),
    }
    proposal.add(e.Filed.model_validate(told | filed))
    for event in met:
        proposal.add(event)
    procedure.follow(rules, proposal, at)
    bench.append(proposal.events)
    return bench


def roles_of_counties(rules: ProcedureRules) -> set[str]:
    """The roles of the authorities of counties: the provider of a bench is the city's."""
    return {stage.body for step in rules.steps for stage in step.stages if stage.of_county}


def filed(
    city: str,
    *,
    rules: ProcedureRules | None = None,
    choices: Mapping[str, str] | None = None,
    items: tuple[str, ...] = ("name", "address", "opened_on"),
    given: Iterable[str] = ("purpose",),
    **more: Any,
) -> Bench:
    """A request that has just been received, with all that the law makes follow at once."""
    chosen = {"urgency": "normal", "use": "general", **(choices or {})}
    stated = frozenset({*given, *(["data_items"] if items else [])})
    return begun(rules or law(city), ACCESS_REQUEST, data_items=items, choices=chosen, given=stated, **more)


def before_the_provider(city: str, **more: object) -> Bench:
    """A request of which the provider is asked next."""
    bench = filed(city, **more)  # type: ignore[arg-type]  # passed on as they came
    return bench.all_decide([("formal_review", "pass")]) if city == "nanning" else bench


def until_signing(city: str, **more: Any) -> Bench:
    """A case in which every body has agreed and both are to sign."""
    return filed(city, **more).all_decide(GRANTED[city])


def objected(
    city: str,
    ground: str,
    *,
    rules: ProcedureRules | None = None,
    at: datetime = MONDAY,
    items: tuple[str, ...] = ("name", "address"),
    evidence: tuple[str, ...] = (),
    standing: Standing | None = None,
    case_id: str = "case",
    concerned: tuple[str, ...] = (),
    **choices: str,
) -> Bench:
    """An objection that has just been received, with all that the law makes follow at once."""
    return begun(
        rules or law(city, "objection"),
        OBJECTION,
        at=at,
        case_id=case_id,
        data_items=items,
        choices={"ground": ground, **choices},
        given=frozenset({"statement", *(["evidence"] if evidence else [])}),
        evidence=evidence,
        standing=standing or Standing(),
        concerned=concerned,
    )


def reported(city: str) -> Bench:
    """A leak that has just been reported."""
    return begun(law(city, "leak"), LEAK, given=frozenset({"statement"}))


def updating(cause: Bench) -> Bench:
    """The catalogue update as the case that orders it opens it."""
    ordered = cause.state.ordered
    assert ordered
    rules = law(cause.state.city, "catalogue_update")
    return begun(
        rules,
        CATALOGUE_UPDATE,
        at=ordered.at,
        case_id=ordered.update_case_id,
        party=ordered.by,
        dataset_id=cause.state.dataset_id,
        bodies={r: body for r, body in cause.state.bodies.items() if r not in roles_of_counties(rules)},
        data_items=cause.state.data_items,
        choices={"trigger": ordered.trigger},
        caused_by=cause.state.case_id,
    )


def signed_with(request: Bench, task: TaskState, has: tuple[str, ...] = ("name", "address")) -> dict[str, Any]:
    """The list of data that an applicant names when it signs, where the law wants one and nothing has named it yet:
    what the request is for, or where it names nothing, what the dataset `has`."""
    stage = request.rules.stage(task.stage)
    demands = {field for o in stage.outcomes for needed in o.requires for field in needed.any_of} if stage else set()
    by_a_body = any(each.terms and each.terms.data_items for each in request.state.tasks.values())
    if "data_items" not in demands or "data_items" in request.state.given or by_a_body:
        return {}
    return {"terms": GrantTerms(data_items=request.state.data_items or has)}


def amended(items: tuple[str, ...] | None) -> Amendment:
    """As the form of a resubmission or a supplement states it: whoever names no item leaves those of the request."""
    return Amendment(data_items=items, given=frozenset({"data_items"})) if items else Amendment()


def accessed(request: Bench) -> Bench:
    """The access case as the grant of that request opens it."""
    granted = request.state.granted
    assert granted
    opened = AccessOpened(
        number=1,
        at=request.now,
        act="case-access.file",
        case_number=f"{request.rules.city_code}-AC-2026-000001",
        case_id=granted.access_case_id,
        city=request.state.city,
        procedure="access",
        party=request.state.party,
        for_body=request.state.for_body,
        dataset_id=request.state.dataset_id,
        bodies=request.state.bodies,
        granted_by=request.state.case_id,
        rules_digest=request.state.rules_digest,
        **granted.model_dump(
            include={"data_items", "access_mode", "access_modes", "use", "valid_until", "daily_calls", "report_days"}
            | {"shared"}
        ),
    )
    bench = Bench(request.rules, now=request.now, procedure=ACCESS)
    bench.append([opened])
    return bench


def telling(objection: Bench, other: Bench) -> a.Act:
    """The act by which the other case learns what the objection does to the data now."""
    return restriction_act(objection.state, other.state.case_id, max(objection.now, other.now))
