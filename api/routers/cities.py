"""Which cities there are, by which law, and which bodies act in them. Public."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from api.dependencies import Reading
from api.http.files import AS_TABLE
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.tables import as_table, wants_table
from api.http.vocabularies import NamedCity
from reading.cities.shapes import BodyOfCity, CityShown
from reading.cities.shown import bodies_of_city, every_city
from reading.shape import Page
from reading.tables.city import body_table, city_table

router = APIRouter(prefix="/v1", tags=["cities"])


@router.get(
    "/cities",
    response_model=Page[CityShown],
    responses={**AS_TABLE, **problems(503)},
    summary="The cities and their law",
)
async def list_cities(request: Request, response: Response, store: Reading, language: AnsweredIn) -> Any:
    """Each city with the regulation in force, its procedures, and how many datasets its catalogue has of each class.
    All of them in one answer."""
    if wants_table(request, response):
        await store.release()
        return await as_table("cities", language, city_table(store.archive, language))
    return await every_city(store, language)


@router.get(
    "/bodies",
    response_model=Page[BodyOfCity],
    responses={**AS_TABLE, **problems(422, 503)},
    summary="The bodies of a city",
)
async def list_bodies(
    request: Request, response: Response, store: Reading, language: AnsweredIn, city: NamedCity
) -> Any:
    """Each body with the rule by which it is in charge, the stages that lie before it and the posts that it fills; who
    holds a post is told to officers alone. All of them in one answer."""
    if wants_table(request, response):
        await store.release()
        return await as_table("bodies", language, body_table(store.archive, language, city))
    return await bodies_of_city(store, language, city)
