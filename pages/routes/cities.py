"""A city as everybody sees it: what there is, what can be begun, who acts in it, and when it is interrupted."""

from __future__ import annotations

from starlette.responses import Response

from api.http.known import known
from models.finding import publishes
from pages.calls import Call, page
from pages.cities import CITY
from pages.offers import offers_of_city
from pages.routes.declarations import has_declarations
from pages.routes.elsewhere import is_filed_in
from pages.routes.feedback import has_feedback
from pages.tables import as_table
from reading.cities.shown import bodies_of_city, last_rules, one_city, rules_received
from reading.grants.shown import holder_page
from reading.maintenance import shown as maintenance_shown
from reading.misuse.shown import published_measures
from reading.rules.procedure_shown import ordinary_way
from reading.tables.city import body_table
from reading.tables.lists import holder_table
from reading.words.clocks import last_day
from reading.words.language import maybe
from reading.words.law import Law
from rules.deadlines import to_shanghai
from rules.loading import load_pack
from rules.maintenance import maintenance_rule
from rules.procedure_names import ACCESS_REQUEST, MISUSE
from rules.procedure_rules import PROVIDER

MOST = 50
"""Interruptions on one page."""


async def city(call: Call) -> Response:
    """A city: its catalogue by class, how a request runs, what can be begun, and where its law stands."""
    pack, on = load_pack(call.in_part("city")), to_shanghai(call.now).date()
    shown = known(await one_city(call.store, call.language, pack.city))
    received = rules_received(pack, on)
    request = received.get(ACCESS_REQUEST)
    ahead = await maintenance_shown.to_come(call.store, call.language, pack.city, MOST)
    return call.page(
        "city.html",
        city=shown,
        way=ordinary_way(request, call.language) if request else (),
        has_declarations=has_declarations(pack.city),
        has_feedback=has_feedback(call, pack.city),
        files_elsewhere=is_filed_in(pack.city),
        offers=list(offers_of_city(call, received)),
        has_ended=pack.in_force_until is not None and pack.in_force_until <= on,
        interruptions=[each for each in ahead.items if each.cancelled_at is None],
    )


async def bodies(call: Call) -> Response:
    """The bodies of a city: which rule puts each in charge, what lies before it, and its posts."""
    pack = load_pack(call.in_part("city"))
    found = await bodies_of_city(call.store, call.language, pack.city)
    rules = next(iter(last_rules(pack, to_shanghai(call.now).date()).values()), None)
    label = rules.bodies.get(PROVIDER) if rules else None
    return call.page("bodies.html", pack=pack, bodies=found.items, provider_label=maybe(label, call.language) or "")


async def bodies_csv(call: Call) -> Response:
    """The bodies of a city, as a table."""
    pack = load_pack(call.in_part("city"))
    return await as_table(call, "bodies", body_table(call.runtime, call.language, pack.city))


async def holders(call: Call) -> Response:
    """Who holds conditional data, where the law of the city makes that public; else that it does not."""
    pack, on = load_pack(call.in_part("city")), to_shanghai(call.now).date()
    found = await holder_page(call.store, call.language, pack, call.asked("cursor"), MOST)
    rules = last_rules(pack, on).get(ACCESS_REQUEST)
    law = Law(rules, call.language) if rules else None

    def label(name: str, value: str | None) -> str:
        choice = law.rules.choice(name, value) if law and value else None
        return law.say(choice.label) if law and choice else "—"

    return call.page(
        "holders.html",
        pack=pack,
        holders=found,
        label=label,
        last_day=last_day,
        next=f"{call.path('holders', city=pack.city)}?cursor={found.next}" if found and found.next else None,
        first=call.path("holders", city=pack.city) if call.asked("cursor") else None,
    )


async def holders_csv(call: Call) -> Response:
    """All who hold conditional data, as a table, where the law of the city makes that public."""
    pack = load_pack(call.in_part("city"))
    known(await holder_page(call.store, call.language, pack, None, 1))
    return await as_table(call, "holders", holder_table(call.runtime, call.language, pack))


async def measures(call: Call) -> Response:
    """Misuse and measures that the city has published, in codes alone."""
    pack, on = load_pack(call.in_part("city")), to_shanghai(call.now).date()
    found = await published_measures(call.store, call.language, pack.city, call.asked("cursor"), MOST)
    here = call.path("measures", city=pack.city)
    return call.page(
        "measures.html",
        pack=pack,
        found=found.items,
        publishes=publishes(last_rules(pack, on).get(MISUSE)),
        next=f"{here}?cursor={found.next}" if found.next else None,
        first=here if call.asked("cursor") else None,
    )


async def maintenance(call: Call) -> Response:
    """Interruptions of the service: those announced, and those that are over."""
    pack, on = load_pack(call.in_part("city")), to_shanghai(call.now).date()
    every = await maintenance_shown.of_any_time(call.store, call.language, pack.city, MOST)
    rule = maintenance_rule(pack, on)
    known_rules = last_rules(pack, on)
    law = Law(next(iter(known_rules.values())), call.language) if known_rules else None
    return call.page(
        "maintenance.html",
        pack=pack,
        ahead=sorted((each for each in every.items if each.ends_at > call.now), key=lambda each: each.starts_at),
        over=[each for each in every.items if each.ends_at <= call.now],
        rule=rule,
        law=law.named(rule.citation) if law and rule else None,
    )


ROUTES = (
    page(CITY, city),
    page(f"{CITY}/bodies", bodies),
    page(f"{CITY}/bodies.csv", bodies_csv),
    page(f"{CITY}/holders", holders),
    page(f"{CITY}/holders.csv", holders_csv),
    page(f"{CITY}/measures", measures),
    page(f"{CITY}/maintenance", maintenance),
)
