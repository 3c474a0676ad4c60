"""Declarations of bodies (登记): cases of use, rules of the platform, collection and reachability, processing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.acting.declaring import (
    PATH,
    DeclarationForm,
    NamingForm,
    TakingDownForm,
    declare_for_body,
    name_user,
    take_down_for_body,
)
from api.acting.refusals import refused_before_receipt
from api.dependencies import (
    ID,
    Calling,
    Cursor,
    DatasetId,
    MaybeCalling,
    Officer,
    PageSize,
    Reading,
    RequiredIdempotencyKey,
    Reviewer,
    Running,
)
from api.http.filters import named_dataset
from api.http.known import known
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from models.refusals import NotYourCity
from reading.catalogue import questions as catalogue
from reading.declarations.shapes import Declarations, DeclarationShown, DeclaredOfDataset, OwedDeclarations
from reading.declarations.shown import (
    Reader,
    declaration_shown,
    declarations_shown,
    of_dataset,
    owed_in,
    wanted_of,
)
from reading.declarations.sight import reads_for_a_body
from reading.sight import Caller
from reading.store import Store
from reading.words.language import Language

DeclarationId = Annotated[str, Path(pattern=ID)]
Kind = Annotated[str | None, Query(pattern=ID, description="a kind of the pack's `declarations`")]
OfDataset = Annotated[str | None, Query(pattern=ID)]

router = APIRouter(tags=["declarations"])


async def shown(store: Store, caller: Caller | None, language: Language, declaration_id: str) -> DeclarationShown:
    return known(await declaration_shown(store, Reader(caller, language), declaration_id))


@router.get(PATH, response_model=Declarations, responses=problems(401, 422, 503), summary="What bodies declare")
async def listed(
    city: NamedCity,
    caller: MaybeCalling,
    store: Reading,
    language: AnsweredIn,
    kind: Kind = None,
    dataset_id: OfDataset = None,
    after: Cursor = None,
    limit: PageSize = 50,
) -> Declarations:
    """Of a city, the latest first, without what was taken down. Public; what the pack keeps for the bodies of the city
    is read by their officers alone, a provider's that about its data."""
    await named_dataset(store, dataset_id)
    wanted = wanted_of(city, await store.now(), kind, dataset_id)
    return await declarations_shown(store, Reader(caller, language), wanted, after, limit)


@router.post(
    PATH,
    status_code=201,
    response_model=DeclarationShown,
    responses=problems(400, 401, 403, 422, 503),
    summary="Declare something for a body",
)
async def declare(
    form: DeclarationForm,
    key: RequiredIdempotencyKey,
    runtime: Running,
    store: Reading,
    caller: Reviewer,
    language: AnsweredIn,
) -> DeclarationShown:
    """By a reviewer of a body that the pack of the city names, a provider about data of its own; a system may do it
    with a token of such an account. It is no case and has no period, and what it says never changes."""
    return await shown(store, caller, language, await declare_for_body(runtime, store, caller, form, key))


@router.get(
    f"{PATH}/owed",
    response_model=OwedDeclarations,
    responses=problems(401, 403, 422, 503),
    summary="Of which data a declaration is overdue",
)
async def owed(city: NamedCity, caller: Officer, store: Reading, language: AnsweredIn) -> OwedDeclarations:
    """For an officer of the city; of a provider what is about its data."""
    with refused_before_receipt():
        if not reads_for_a_body(caller, city):
            raise NotYourCity(field="city")
    return await owed_in(store, caller, language, city)


@router.get(
    f"{PATH}/{{declaration_id}}",
    response_model=DeclarationShown,
    responses=problems(401, 404, 503),
    summary="One declaration",
)
async def one(
    declaration_id: DeclarationId, caller: MaybeCalling, store: Reading, language: AnsweredIn
) -> DeclarationShown:
    """Public, where the pack has its kind for everybody. Of one that was taken down, that and why."""
    return await shown(store, caller, language, declaration_id)


@router.post(
    f"{PATH}/{{declaration_id}}/taking-down",
    response_model=DeclarationShown,
    responses=problems(401, 403, 404, 409, 422, 503),
    summary="Take a declaration down",
)
async def taken_down(
    declaration_id: DeclarationId,
    form: TakingDownForm,
    runtime: Running,
    store: Reading,
    caller: Officer,
    language: AnsweredIn,
) -> DeclarationShown:
    """With a reason, by the body that made it or one that the pack names. The same again changes nothing."""
    await take_down_for_body(runtime, store, caller, declaration_id, form)
    return await shown(store, caller, language, declaration_id)


@router.put(
    f"{PATH}/{{declaration_id}}/naming",
    response_model=DeclarationShown,
    responses=problems(401, 403, 404, 422, 503),
    summary="Let oneself be named, or no longer",
)
async def naming(
    declaration_id: DeclarationId,
    form: NamingForm,
    runtime: Running,
    store: Reading,
    caller: Calling,
    language: AnsweredIn,
) -> DeclarationShown:
    """By the holder of the grant that the declaration is about, or the delegate whose use it is, and nobody else; at
    any time. Until then nobody is named."""
    await name_user(runtime, store, caller, declaration_id, form)
    return await shown(store, caller, language, declaration_id)


@router.get(
    "/v1/datasets/{dataset_id}/declarations",
    response_model=DeclaredOfDataset,
    responses=problems(401, 404, 503),
    summary="What is declared of a dataset",
)
async def of_one_dataset(
    dataset_id: DatasetId, caller: MaybeCalling, store: Reading, language: AnsweredIn
) -> DeclaredOfDataset:
    """By kind, the latest three of each, and what is overdue: an open dataset of which a declaration that is owed again
    is too old, or of which there is none."""
    dataset = known(await catalogue.dataset(store, dataset_id))
    return await of_dataset(store, Reader(caller, language), dataset)
