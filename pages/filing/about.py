"""What a filing is about, as its address says it: a city, a dataset, or what was taken of a grant of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.acting.answering import InTheAnswerAlone
from api.acting.filing import Filer
from api.acting.reporting_misuse import measure_of
from api.http.known import known
from api.http.problems import Problem
from pages.calls import Call
from pages.cases.taken import Taken, taken_in
from reading.cases import questions as cases
from reading.cases.shapes import CaseShown
from reading.cases.shown import case_for
from reading.cases.stating import Speaking
from reading.catalogue.shapes import DatasetShown
from reading.catalogue.shown import dataset_now
from reading.words.law import Law
from rules.loading import CityUnknown, load_pack
from rules.procedure_names import ACCESS


@dataclass(frozen=True)
class About:
    """What it is about. `facts` are what the form need not ask, `found` what nobody states of it."""

    city: str
    dataset: DatasetShown | None
    facts: Mapping[str, str]
    found: Mapping[str, str] = field(default_factory=dict)
    taken: Taken | None = None
    back: tuple[str, str] | None = None
    """What the page is called from which one comes, and its address, where it is no dataset's."""


async def of_the_address(call: Call) -> About:
    """A city, and a dataset where the address names one. Raises a Problem where there is none such."""
    if "dataset_id" in call.request.path_params:
        found = await dataset_now(call.store, call.caller, call.language, call.in_part("dataset_id"))
        dataset = known(found)
        return About(dataset.city, dataset, {"city": dataset.city, "dataset_id": dataset.dataset_id})
    city = city_of(call)
    return About(city, None, {"city": city})


async def of_a_measure(call: Call) -> About:
    """What a decision has taken of the grant of the address. Raises a Problem where it is none of the caller's, or took
    nothing that is not given back."""
    caller = call.must_have("applicant")
    grant = await own_grant(call)
    taken = next((each for each in grant.taken if each.measure_id == call.in_part("measure")), None)
    if taken is None or taken.measure_id is None:
        raise Problem("NotFound")
    measure = await measure_of(call.store, filer_of(call), caller, grant.case_id, taken.measure_id)
    law = Law(await call.store.rules(grant.rules.digest), call.language)
    dataset = await dataset_now(call.store, caller, call.language, grant.dataset_id or "")
    return About(
        measure.city,
        dataset,
        {"case_id": grant.case_id, "measure_id": taken.measure_id},
        measure.found,
        taken_in(Speaking(law, dataset), taken),
        (grant.case_number, call.path("grant", number=grant.case_number)),
    )


async def of_a_finding(call: Call) -> About:
    """What was found of the use of data without any grant, and published. Raises a Problem where there is no such
    finding, or it stands no more."""
    caller, named = call.must_have("applicant"), call.in_part("measure")
    try:
        measure = await measure_of(call.store, filer_of(call), caller, None, named)
    except Problem as problem:
        raise Problem("NotFound") from problem
    return About(
        measure.city,
        await dataset_now(call.store, caller, call.language, measure.taken.dataset_id),
        {"measure_id": named},
        measure.found,
        back=(call.words("measures.title"), call.path("measures", city=measure.city)),
    )


async def own_grant(call: Call) -> CaseShown:
    """The grant of the address. Raises a Problem for any other case."""
    caller = call.must_have("applicant")
    row = known(await cases.case_numbered(call.store, caller, call.in_part("number")))
    if row.procedure != ACCESS:
        raise Problem("NotFound")
    return known(await case_for(call.store, caller, call.language, row.case_id))


async def held_grant(call: Call) -> CaseShown:
    """The grant of the address, the caller's own or that of the body which it serves. Raises a Problem for any other
    case."""
    caller = call.must_have("applicant", "reviewer")
    if caller.has("applicant"):
        return await own_grant(call)
    row = known(await cases.case_numbered(call.store, caller, call.in_part("number")))
    if row.procedure != ACCESS or row.for_body is None or row.for_body != caller.body:
        raise Problem("NotFound")
    return known(await case_for(call.store, caller, call.language, row.case_id))


def city_of(call: Call) -> str:
    """The city of the address. Raises a Problem where there is none of that name."""
    city = call.in_part("city")
    try:
        load_pack(city)
    except CityUnknown as fact:
        raise Problem("NotFound") from fact
    return city


def filer_of(call: Call) -> Filer:
    """Who receives what the caller files."""
    return Filer(call.runtime, call.store, call.must_be_logged_in(), call.language, InTheAnswerAlone())
