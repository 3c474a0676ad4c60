"""Data that is opened outside the platform (平台外开放备案): the form of its provider, and what everybody reads."""

from __future__ import annotations

from starlette.responses import Response

from api.acting.filing import rules_in_force_at
from api.acting.forms.filing import ElsewhereForm
from api.acting.opening_elsewhere import file_opening_elsewhere
from api.acting.refusals import refused_before_receipt
from api.http.known import known
from models.refusals import NotYourDataset
from pages.calls import Call, deed, page
from pages.cities import CITY
from pages.filing.matter import items_of
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, fields_of_filing
from pages.forms.filled import parsed, stated
from pages.forms.keys import key_for_another_try
from pages.officers import filer_of, key_of, new_key
from reading.catalogue.shapes import DatasetShown
from reading.catalogue.shown import dataset_now
from reading.elsewhere.shown import opened_elsewhere
from reading.sight import Caller
from reading.words.law import Law
from rules.loading import load_pack
from rules.procedure_names import OPENING_ELSEWHERE
from rules.procedure_rules import PROVIDER

A_PAGE = 20


def is_filed_in(city: str) -> bool:
    """Whether the law of the city has an opening outside the platform filed."""
    return OPENING_ELSEWHERE in load_pack(city).procedures


async def elsewhere(call: Call) -> Response:
    """What bodies of the city open outside the platform, as far as it is on record."""
    pack = load_pack(call.in_part("city"))
    cursor = call.asked("cursor")
    found = await opened_elsewhere(call.store, call.language, pack.city, cursor, A_PAGE)
    here = call.path("elsewhere", city=pack.city)
    return call.page(
        "elsewhere.html",
        pack=pack,
        found=found.items,
        is_filed=is_filed_in(pack.city),
        next=f"{here}?cursor={found.next}" if found.next else None,
        first=here if cursor else None,
    )


async def elsewhere_new(call: Call) -> Response:
    """The form by which a provider files that it opens a dataset of its own elsewhere."""
    dataset, asked = await asked_of(call)
    return form_page(call, dataset, Attempt(asked), new_key())


async def elsewhere_file(call: Call) -> Response:
    """It is received, in time or late."""
    dataset, asked = await asked_of(call)
    form = await call.request.form()
    key = key_of(form)
    content = {**stated(form, asked), "city": dataset.city, "dataset_id": dataset.dataset_id}
    try:
        case = await file_opening_elsewhere(
            filer_of(call), call.must_be_logged_in(), parsed(ElsewhereForm, content), key
        )
    except REFUSED as fact:
        return form_page(
            call, dataset, attempted(form, asked, fact, call.language), key_for_another_try(fact, key), 422
        )
    return call.go_on_to(call.path("case", number=case.case_number))


async def asked_of(call: Call) -> tuple[DatasetShown, tuple[Field, ...]]:
    """The dataset of the address, and what the law of its city asks for. Raises LoginNeeded, Problem."""
    caller = call.must_have("reviewer")
    dataset = known(await dataset_now(call.store, caller, call.language, call.in_part("dataset_id")))
    with refused_before_receipt():
        must_provide(caller, dataset)
    known(dataset if is_filed_in(dataset.city) else None)
    law = Law(rules_in_force_at(dataset.city, OPENING_ELSEWHERE, call.now), call.language)
    return dataset, fields_of_filing(law, call.words, items=items_of(dataset))


def must_provide(caller: Caller, dataset: DatasetShown) -> None:
    """Raises NotYourDataset."""
    if caller.body_role != PROVIDER or caller.body != dataset.provider:
        raise NotYourDataset()


def form_page(call: Call, dataset: DatasetShown, attempt: Attempt, key: str, status: int = 200) -> Response:
    return call.page("elsewhere_new.html", status=status, dataset=dataset, attempt=attempt, key=key)


ROUTES = (
    page(f"{CITY}/elsewhere", elsewhere),
    page("/catalogue/{dataset_id}/elsewhere", elsewhere_new),
    deed("/catalogue/{dataset_id}/elsewhere", elsewhere_file),
)
