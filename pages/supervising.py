"""What the pages of supervision share: who supervises what, how a list is narrowed, and the links between the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response
from starlette.routing import NoMatchFound

from api.acting.refusals import refused_before_receipt
from api.dependencies import officer_id
from api.http.filters import named_body, named_county
from api.http.vocabularies import NamedCity, NamedProcedure, NamedStage
from models.procedures import BY_NAME
from pages.calls import Call
from pages.forms.fields import Option
from pages.forms.filled import parsed
from pages.shell import Way
from reading.accesses.sight import sight_of
from reading.directory import questions as directory
from reading.feedback.shown import gets_feedback
from reading.maintenance.sight import announces
from reading.supervision.lists import Asking
from reading.supervision.names import named_on
from reading.supervision.sight import Narrowing, Sight, must_supervise
from reading.words.language import said
from rules.bounds import Code
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.pinned import Label
from rules.pinned_stages import Stage
from rules.procedure_rules import ProcedureRules

MAY_URGE = ("reviewer", "supervisor")
WAYS = (
    *("supervision", "overdue", "due_soon", "promptly", "filed_late", "waiting", "supervision_figures", "notices"),
    *("rectifications", "posts", "supervised_absences", "supervision_feeds"),
)
OF_ACCESSES = ("accesses", "use", "ratings")
FOR_SUPERVISORS = ("supervised_readings",)
FOR_ADMINISTRATORS = ("administration",)


class Narrowed(BaseModel):
    """What a list is narrowed to, as its address says."""

    model_config = ConfigDict(frozen=True)
    city: NamedCity | None = None
    body: Code | None = None
    procedure: NamedProcedure | None = None
    stage: NamedStage | None = None
    officer: Code | None = None
    county: Code | None = None


@dataclass(frozen=True)
class Filters:
    """What can be chosen to narrow a list, and what was."""

    chosen: Mapping[str, str]
    cities: tuple[Option, ...]
    bodies: tuple[Option, ...]
    procedures: tuple[Option, ...]
    stages: tuple[Option, ...]
    counties: tuple[Option, ...]


def supervised(call: Call, template: str, *, status: int = 200, **facts: Any) -> Response:
    """A page of supervision, with the ways to the others."""
    return call.page(template, status=status, ways=ways(call), to=partial(address, call), **facts)


def ways(call: Call) -> list[Way]:
    """The pages of supervision; those of supervisors and of administration, for who has them."""
    wanted = list(WAYS)
    if call.caller is not None and (seen := sight_of(call.caller)) is not None and not seen.is_own:
        wanted += OF_ACCESSES
    if call.caller is not None and gets_feedback(call.caller, to_shanghai(call.now).date()):
        wanted.append("feedback")
    if call.caller is not None and call.caller.has("supervisor", "admin"):
        wanted += FOR_SUPERVISORS
    if call.caller is not None and call.caller.has("admin"):
        wanted += FOR_ADMINISTRATORS
    here = call.request.url.path
    found = []
    for name in wanted:
        if name not in call.request.app.state.names:
            continue
        path = call.path(name)
        below = name != "supervision" and here.startswith(f"{path}/")
        found.append(Way(call.say(f"supervision_ways.{name}"), path, here == path or below))
    if call.caller is not None and announces(call.caller) and call.caller.has("reviewer"):
        found.append(Way(call.say("supervision_ways.announce"), call.path("announce", city=call.caller.city), False))
    return found


def address(call: Call, name: str, **query: object) -> str:
    """The address of a page by its name, with what is said in its query."""
    said_of = {key: str(value) for key, value in query.items() if value not in (None, "")}
    return f"{call.path(name)}?{urlencode(said_of)}" if said_of else call.path(name)


def case_address(call: Call, number: str) -> str | None:
    """The address of a case, where there are pages of cases."""
    try:
        return call.path("case", number=number)
    except NoMatchFound:
        return None


def sight(call: Call) -> Sight:
    """What whoever looks supervises. Raises LoginNeeded, Problem."""
    caller = call.must_be_logged_in()
    with refused_before_receipt():
        return must_supervise(caller, to_shanghai(call.now).date())


async def asking(call: Call) -> Asking:
    """What a page of supervision is asked. Raises LoginNeeded, and a Problem on a filter that names nothing."""
    seen = sight(call)
    asked = parsed(Narrowed, {name: value for name in Narrowed.model_fields if (value := call.asked(name))})
    await named_body(call.store, "body", asked.body)
    officer = await officer_id(call.store, asked.officer)
    county = await named_county(call.store, asked.county)
    narrowing = Narrowing(asked.city, asked.body, asked.procedure, asked.stage, officer, county)
    return Asking(seen, narrowing, await call.store.present(), call.language)


def narrowed_to(call: Call) -> dict[str, str]:
    """What the address narrows the list to, by the names of its filters."""
    return {name: value for name in Narrowed.model_fields if (value := call.asked(name))}


async def filters(call: Call, of: Asking) -> Filters:
    """What a list can be narrowed to: cities where there are several, the counties, bodies and procedures of what is
    seen, and the stages of a procedure that is chosen."""
    chosen = {name: call.asked(name) or "" for name in Narrowed.model_fields}
    among = [city for city in of.sight.cities if chosen["city"] in ("", city)]
    today = to_shanghai(call.now).date()
    # Of five cities they are too many to choose from.
    known = await directory.bodies(call.store, among[0]) if of.sight.body is None and len(among) == 1 else []
    county = of.sight.county.authority if of.sight.county else chosen["county"] or None
    bodies = [row for row in known if county in (None, row.county)]
    procedures: dict[str, str] = {}
    for name in BY_NAME:
        label = next((named for city in among if (named := named_on(city, name, today)).rules), None)
        if label is not None:
            procedures[name] = said(label.procedure, call.language)
    rules = next((named.rules for city in among if (named := named_on(city, chosen["procedure"], today)).rules), None)
    return Filters(
        chosen=chosen,
        cities=tuple(Option(city, said_of(call, load_pack(city).name)) for city in of.sight.cities)
        if len(of.sight.cities) > 1
        else (),
        bodies=tuple(Option(row.body, said(Label.model_validate(row.name), call.language)) for row in bodies),
        procedures=tuple(Option(name, label) for name, label in procedures.items()),
        stages=tuple(Option(each.stage, said(each.label, call.language)) for each in stages_of(rules)) if rules else (),
        counties=await county_options(call, among[0]) if known and of.sight.county is None else (),
    )


async def county_options(call: Call, city: str, providers: int = 0) -> tuple[Option, ...]:
    """The counties of a city that have so many providers at least, each by its authority, to choose from."""
    bodies = await directory.bodies(call.store, city)
    of = Counter(row.county for row in bodies if row.county != row.body)
    heads = (row for row in bodies if row.county == row.body and of[row.body] >= providers)
    return tuple(Option(row.body, said(Label.model_validate(row.name), call.language)) for row in heads)


def stages_of(rules: ProcedureRules) -> list[Stage]:
    """The stages of a procedure, in the order of its law."""
    return [*(stage for step in rules.steps for stage in step.stages), *rules.opened]


def said_of(call: Call, name: Any) -> str:
    """A name that is there in both languages."""
    return str(name.zh if call.language == "zh" else name.en)
