"""Which cities there are, by which law, and which bodies act in them. Public."""

from __future__ import annotations

from fastapi import APIRouter

from api.dependencies import Reading
from api.http.language import AnsweredIn
from api.http.openapi import problems
from api.http.vocabularies import NamedCity
from reading.cities.shapes import BodyOfCity, CityShown
from reading.cities.shown import bodies_of_city, every_city
from reading.shape import Page

router = APIRouter(prefix="/v1", tags=["cities"])


@router.get("/cities", response_model=Page[CityShown], responses=problems(503), summary="The cities and their law")
async def list_cities(store: Reading, language: AnsweredIn) -> Page[CityShown]:
    """Each city with the regulation in force, its procedures, and how many datasets its catalogue has of each class.
    All of them in one answer."""
    return await every_city(store, language)


@router.get("/bodies", response_model=Page[BodyOfCity], responses=problems(422, 503), summary="The bodies of a city")
async def list_bodies(store: Reading, language: AnsweredIn, city: NamedCity) -> Page[BodyOfCity]:
    """Each body with the rule by which it is in charge, the stages that lie before it and the posts that it fills; who
    holds a post is told to officers alone. All of them in one answer."""
    return await bodies_of_city(store, language, city)
