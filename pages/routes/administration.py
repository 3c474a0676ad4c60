"""Administration: who has which account, who is invited to one, which rules are in force, and how the system stands.
What only a command can do is named as one."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from starlette.responses import Response

from activities.directory.people import LASTS, LINK_LASTS
from api.acting.inviting import InvitationForm, invite_officer
from api.http.problems import invalid
from pages.calls import Call, deed, page
from pages.forms.attempt import REFUSED, Attempt, attempted
from pages.forms.fields import Field, Option
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.supervising import address, said_of, supervised
from pages.tables import as_table
from reading.administration import shown
from reading.directory import questions as directory
from reading.tables.accounts import account_table
from rules.deadlines import to_shanghai
from rules.loading import cities, load_pack
from rules.pinned import Label

OF_OFFICERS = ("reviewer", "supervisor", "admin")
ROLES = ("applicant", "reviewer", "supervisor", "admin", "gateway")
COMMANDS = ("restore", "reconcile", "refuse", "hand_over", "rules")
PARTS = ("kaifang", "temporalio", "starlette", "fastapi", "pydantic", "sqlalchemy", "asyncpg", "jinja2")
A_PAGE = 100


async def administration(call: Call) -> Response:
    """How the system stands, its versions, and the commands for what no page does."""
    call.must_have("admin")
    system = await shown.system(call.store)
    return supervised(
        call,
        "supervision/administration.html",
        system=system,
        versions=versions(),
        commands=COMMANDS,
        job_names={each.job: call.say(f"job.{each.job}") for each in system.jobs},
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
    sought = accounts_asked(call)
    city, role, q = sought.city, sought.role, sought.q
    roles = {each: call.say(f"role.{each}") for each in ROLES}
    found = await shown.accounts(call.store, call.language, sought, call.asked("cursor"), A_PAGE)
    return supervised(
        call,
        "supervision/accounts.html",
        items=found.items,
        asked={"city": city or "", "role": role or "", "q": q or ""},
        cities=city_options(call),
        roles=[Option(role, label) for role, label in roles.items()],
        role_names=roles,
        city_names={city: said_of(call, load_pack(city).name) for city in cities()},
        as_csv=address(call, "accounts_csv", city=city, role=role, q=q),
        next=address(call, "accounts", city=city, role=role, q=q, cursor=found.next) if found.next else None,
        first=address(call, "accounts", city=city, role=role, q=q) if call.asked("cursor") else None,
    )


def accounts_asked(call: Call) -> shown.AccountsSought:
    """The accounts for which the address asks. Raises a Problem."""
    role = call.asked("role")
    if role is not None and role not in ROLES:
        raise invalid("role", "enum")
    return shown.AccountsSought(call.asked("city"), role, call.asked("q"))


async def accounts_csv(call: Call) -> Response:
    """All accounts that are asked for, as a table."""
    call.must_have("admin")
    return await as_table(call, "accounts", account_table(call.runtime, call.language, accounts_asked(call)))


async def new_account(call: Call) -> Response:
    """The form by which an officer is invited."""
    call.must_have("admin")
    return invitation_page(call, Attempt(await invitation_fields(call)))


async def invitation_fields(call: Call) -> tuple[Field, ...]:
    """The officer, and by what the issuer tells who it is."""
    of_bodies = await directory.bodies(call.store, None)
    bodies = tuple(Option(row.body, f"{said_of(call, Label.model_validate(row.name))} {row.body}") for row in of_bodies)
    roles = tuple(Option(each, call.say(f"role.{each}")) for each in OF_OFFICERS)

    def asked(name: str, kind: Kind, *options: Option, hint: str | None = None, required: bool = False) -> Field:
        return Field(name, kind, call.say(f"invitation.{name}"), options=options, hint=hint, required=required)

    return (
        asked("login", Kind.LINE, hint=call.say("invitation.login_hint"), required=True),
        asked("name", Kind.LINE, required=True),
        asked("english_name", Kind.LINE),
        asked("roles", Kind.ITEMS, *roles, required=True),
        asked("body", Kind.CHOICE, *bodies, hint=call.say("invitation.body_hint")),
        asked("email", Kind.LINE, hint=call.say("invitation.email_hint")),
        asked("subject", Kind.LINE, hint=call.say("invitation.subject_hint")),
        asked("by_link", Kind.YES, hint=call.say("invitation.by_link_hint")),
    )


def invitation_page(call: Call, attempt: Attempt, status: int = 200) -> Response:
    lasts = {"days": LASTS.days, "link_days": LINK_LASTS.days}
    return supervised(call, "supervision/account_new.html", status=status, attempt=attempt, lasts=lasts)


async def invite(call: Call) -> Response:
    """The account is there, and waits for whoever was invited."""
    call.must_have("admin")
    form, asked = await call.request.form(), await invitation_fields(call)
    try:
        invitation = parsed(InvitationForm, stated(form, asked))
        token = await invite_officer(call.runtime, call.by(), invitation)
    except REFUSED as fact:
        return invitation_page(call, attempted(form, asked, fact, call.language), 422)
    if token is not None:
        return link_page(call, invitation.login, token)
    await call.say_once("invitation.done", login=invitation.login)
    return call.go_on_to(address(call, "accounts", q=invitation.login))


def link_page(call: Call, login: str, token: str) -> Response:
    """The link to an account, this once."""
    link = f"{call.runtime.settings.pages_url}{call.path('invitation', token=token)}"
    return supervised(call, "supervision/account_link.html", login=login, link=link, days=LINK_LASTS.days)


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
    page("/admin/accounts.csv", accounts_csv),
    page("/admin/accounts/new", new_account),
    deed("/admin/accounts/new", invite),
    page("/admin/packs", packs),
)
