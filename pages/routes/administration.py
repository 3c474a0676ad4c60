"""Administration: who has which account, which rules are in force, and how the system stands. Nothing here changes
anything; what only a command can do is named as one."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from starlette.responses import Response

from api.http.problems import invalid
from pages.calls import Call, page
from pages.forms.fields import Option
from pages.supervising import address, said_of, supervised
from reading.administration import shown
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack

ROLES = ("applicant", "reviewer", "supervisor", "admin", "gateway")
COMMANDS = ("restore", "reconcile", "refuse", "hand_over", "rules")
JOBS = ("lapses", "recusals", "reminders", "reviews", "sender", "sweeper")
PARTS = ("kaifang", "temporalio", "starlette", "fastapi", "pydantic", "sqlalchemy", "asyncpg", "jinja2")
A_PAGE = 100


async def administration(call: Call) -> Response:
    """How the system stands, its versions, and the commands for what no page does."""
    call.must_have("admin")
    return supervised(
        call,
        "supervision/administration.html",
        system=await shown.system(call.store),
        versions=versions(),
        commands=COMMANDS,
        job_names={each: call.say(f"job.{each}") for each in JOBS},
    )


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """The versions of what the system is made of, as they are installed."""
    found = []
    for part in PARTS:
        try:
            found.append((part, version(part)))
        except PackageNotFoundError:
            continue
    return tuple(found)


async def accounts(call: Call) -> Response:
    """The accounts of a city, by role."""
    call.must_have("admin")
    city, role = call.asked("city"), call.asked("role")
    if role is not None and role not in ROLES:
        raise invalid("role", "enum")
    roles = {each: call.say(f"role.{each}") for each in ROLES}
    found = await shown.accounts(call.store, call.language, city, role, call.asked("cursor"), A_PAGE)
    return supervised(
        call,
        "supervision/accounts.html",
        items=found.items,
        asked={"city": city or "", "role": role or ""},
        cities=city_options(call),
        roles=[Option(role, label) for role, label in roles.items()],
        role_names=roles,
        city_names={city: said_of(call, load_pack(city).name) for city in cities()},
        next=address(call, "accounts", city=city, role=role, cursor=found.next) if found.next else None,
        first=address(call, "accounts", city=city, role=role) if call.asked("cursor") else None,
    )


def city_options(call: Call) -> list[Option]:
    """Every city that has a pack."""
    return [Option(city, said_of(call, load_pack(city).name)) for city in cities()]


async def packs(call: Call) -> Response:
    """The rules of a city that are in force, and those that its cases keep, by day and digest."""
    call.must_have("admin")
    city = call.asked("city") or cities()[0]
    if city not in cities():
        raise invalid("city", "city_unknown", given=city, known=tuple(cities()))
    today = to_shanghai(call.now).date()
    return supervised(
        call,
        "supervision/packs.html",
        items=await shown.rules_kept(call.store, call.language, city, today),
        asked={"city": city},
        cities=city_options(call),
        today=today,
    )


ROUTES = (
    page("/admin", administration),
    page("/admin/accounts", accounts),
    page("/admin/packs", packs),
)
