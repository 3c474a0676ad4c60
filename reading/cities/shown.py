"""Which cities there are, by which law, and which bodies act in them: what everybody may know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from reading.catalogue import questions as catalogue
from reading.cities.shapes import BodyOfCity, CityShown, DatasetsCounted, PostWanted, ProcedureNamed, StageHeld
from reading.directory import questions as directory
from reading.shape import Page
from reading.store import Store
from reading.words.language import Language, said
from reading.words.law import Law
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.pack import Pack
from rules.pinned import Label
from rules.posts import posts_on
from rules.procedure_rules import ProcedureRules
from rules.resolving import NotInForce, as_last_in_force, citation, governing, in_force


async def every_city(store: Store, language: Language) -> Page[CityShown]:
    """The cities that have a law on the day, in the order of their names in the packs."""
    on = to_shanghai(await store.now()).date()
    counted = await catalogue.count_by_openness(store)
    shown = (_city(load_pack(city), on, counted.get(city, {}), language) for city in cities())
    return Page(items=[each for each in shown if each], next=None)


async def one_city(store: Store, language: Language, city: str) -> CityShown | None:
    """A city of that name; None before its law is in force. Raises CityUnknown."""
    on = to_shanghai(await store.now()).date()
    counted = await catalogue.count_by_openness(store, city)
    return _city(load_pack(city), on, counted.get(city, {}), language)


def last_rules(pack: Pack, on: date) -> dict[str, ProcedureRules]:
    """The rules of each procedure that is known on a day; of the last day of the law, once it has ended."""
    found: dict[str, ProcedureRules] = {}
    for procedure in pack.procedures:
        try:
            found[procedure] = as_last_in_force(pack, procedure, on)
        except NotInForce:
            continue
    return found


def rules_received(pack: Pack, on: date) -> dict[str, ProcedureRules]:
    """The rules of each procedure of which the law lets something be received on a day."""
    found: dict[str, ProcedureRules] = {}
    for procedure in pack.procedures:
        try:
            found[procedure] = governing(pack, procedure, on)
        except NotInForce:
            continue
    return found


def _city(pack: Pack, on: date, counted: Mapping[str, int], language: Language) -> CityShown | None:
    known = last_rules(pack, on)
    if not known:
        return None
    law = Law(next(iter(known.values())), language)
    received = rules_received(pack, on)
    holders = in_force(pack.holders or (), on)
    return CityShown(
        city=pack.city,
        name=law.say(law.rules.city_name),
        code=pack.code,
        calendar=pack.calendar,
        regulation=law.regulation(),
        procedures=[
            ProcedureNamed(
                procedure=name,
                label=law.say(rules.label),
                filed_by=[] if rules.every and not rules.every.year_of else list(rules.filed_by),
                received=name in received,
            )
            for name, rules in known.items()
        ],
        holders_public=bool(holders and holders.value),
        datasets=DatasetsCounted(**{each: counted.get(each, 0) for each in ("unconditional", "conditional", "closed")}),
    )


async def bodies_of_city(store: Store, language: Language, city: str) -> Page[BodyOfCity]:
    """The bodies of a city, those that the law names once first, then the providers. Raises CityUnknown."""
    pack = load_pack(city)
    on = to_shanghai(await store.now()).date()
    rows = await directory.bodies(store, city)
    known = last_rules(pack, on)
    order = list(pack.bodies)
    rows = sorted(rows, key=lambda row: (row.role == "provider", order.index(row.role) if row.role in order else 99))
    held = _stages_held(known, language)
    law = Law(next(iter(known.values())), language) if known else None
    return Page(items=[_body(row, pack, on, law, held, language) for row in rows], next=None)


def _stages_held(known: Mapping[str, ProcedureRules], language: Language) -> Mapping[str, list[StageHeld]]:
    """Role to the stages that lie before it."""
    held: defaultdict[str, list[StageHeld]] = defaultdict(list)
    for name, rules in known.items():
        standing = [stage for step in rules.steps for stage in step.stages]
        for stage in [*standing, *rules.opened, *([rules.opinion] if rules.opinion else [])]:
            held[stage.body].append(
                StageHeld(
                    procedure=name,
                    procedure_label=said(rules.label, language),
                    stage=stage.stage,
                    label=said(stage.label, language),
                )
            )
    return held


def _body(
    row: directory.Body, pack: Pack, on: date, law: Law | None, held: Mapping[str, list[StageHeld]], language: Language
) -> BodyOfCity:
    named = in_force(pack.bodies.get(row.role, ()), on)
    return BodyOfCity(
        body=row.body,
        name=said(Label.model_validate(row.name), language),
        city=row.city,
        role=row.role,
        county=row.county,
        rule=law.named(citation(pack, named.cite)) if law and named else None,
        stages=held.get(row.role, []),
        posts=[
            PostWanted(
                post=post.post,
                label=said(post.label, language),
                required=row.role in post.required_of,
                rule=law.named(post.citation),
            )
            for post in posts_on(pack, on)
            if law
        ],
    )
