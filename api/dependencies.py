"""What calls need, handed to them: the runtime, the caller, the store, the key that makes a call repeatable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from activities.directory.account_record import By
from api.http.problems import Problem, invalid
from api.http.provider import IssuerAway
from api.http.rating import FROM, is_called_by, sent_no_token
from api.http.tokens import TokenRefused
from api.runtime import Runtime
from reading.cases import questions as cases
from reading.directory import questions as directory
from reading.sight import Caller
from reading.store import Store
from reading.supervision.sight import Sight, sight_of
from rules.deadlines import to_shanghai
from rules.loading import CityUnknown, cities, load_pack
from rules.pack import Pack

BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of the issuer: `kaifang token ACCOUNT`.")
ID = r"^[A-Za-z0-9._-]{1,200}$"

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,255}$",
        description="The same key with the same body is the same call: it does nothing twice and answers as before.",
    ),
]
RequiredIdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,255}$",
        description="The same key with the same body is the same filing: it files nothing twice.",
    ),
]
CaseId = Annotated[str, Path(pattern=ID)]
TaskId = Annotated[str, Path(pattern=ID)]
ActId = Annotated[str, Path(pattern=ID)]
DatasetId = Annotated[str, Path(pattern=ID)]
City = Annotated[str, Path(pattern=ID)]
Cursor = Annotated[str | None, Query(alias="cursor", max_length=1000, description="`next` of the page before")]
PageSize = Annotated[int, Query(ge=1, le=200)]
Word = Annotated[str | None, Query(pattern=r"^[^\x00]{1,200}$")]


# Dependencies that do not wait are coroutines too: the framework runs plain functions in a thread.


async def runtime_of(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


Running = Annotated[Runtime, Depends(runtime_of)]


async def store_of(runtime: Running) -> AsyncIterator[Store]:
    async with runtime.store() as store:
        yield store


# The connection goes back before the answer is sent: a caller that reads slowly holds none.
Reading = Annotated[Store, Depends(store_of, scope="function")]


async def caller_of(
    request: Request,
    runtime: Running,
    store: Reading,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Caller:
    """The account for which the token was issued, as the directory has it now."""
    challenge = {"WWW-Authenticate": "Bearer"}
    if credentials is None:
        raise Problem("Unauthenticated", more_headers=challenge)
    try:
        bearer = await runtime.bearers.believed(credentials.credentials)
    except IssuerAway as away:
        raise Problem("IssuerAway", more_headers={"Retry-After": "5"}) from away
    except TokenRefused as reason:
        sent_no_token(request, runtime.rates)
        runtime.refused.count("token_refused", address_of(request))
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise Problem("Unauthenticated", more_headers=challenge) from reason
    caller = await directory.bearer(store, bearer)
    if caller is None:
        runtime.refused.count("token_refused", address_of(request))
        raise Problem("Unauthenticated", more_headers=challenge)
    is_called_by(request, runtime.rates, caller.account_id)
    return caller


Calling = Annotated[Caller, Depends(caller_of)]


async def by_of(request: Request, caller: Calling) -> By:
    """The caller as the record of accounts names it, with the address from which it calls."""
    return By(account=caller.account_id, address=address_of(request))


def address_of(request: Request) -> str | None:
    """The network address from which a call comes; behind a proxy that is trusted, as that says it."""
    known: str | None = request.scope.get("state", {}).get(FROM)
    return known


ByCaller = Annotated[By, Depends(by_of)]


async def caller_if_any(
    request: Request,
    runtime: Running,
    store: Reading,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Caller | None:
    """As `caller_of`; nobody, where no token was sent to a call that is open to everybody."""
    return None if credentials is None else await caller_of(request, runtime, store, credentials)


MaybeCalling = Annotated[Caller | None, Depends(caller_if_any)]


def with_role(*roles: str) -> Callable[[Caller], Awaitable[Caller]]:
    """A caller that has one of these roles, or a problem."""

    async def checked(caller: Calling) -> Caller:
        if not caller.has(*roles):
            raise Problem("RoleRequired", params={"roles": roles})
        return caller

    return checked


Applicant = Annotated[Caller, Depends(with_role("applicant"))]
Reviewer = Annotated[Caller, Depends(with_role("reviewer"))]
Officer = Annotated[Caller, Depends(with_role("reviewer", "supervisor"))]
Actor = Annotated[Caller, Depends(with_role("applicant", "reviewer", "supervisor"))]


async def as_the_party(case_id: CaseId, caller: Calling, store: Reading) -> Caller:
    """Whoever can be the party of this case: an applicant, or a reviewer of the body for which it was filed. Whether it
    is, the judge says. Raises a Problem."""
    if not caller.has("applicant"):
        row = await cases.case(store, caller, case_id) if caller.has("reviewer") else None
        if row is None or row.for_body is None or row.for_body != caller.body:
            raise Problem("RoleRequired", params={"roles": ("applicant",)})
    return caller


Party = Annotated[Caller, Depends(as_the_party)]


WHO_SUPERVISES = ("reviewer", "supervisor", "admin")


async def seeing(caller: Calling, runtime: Running) -> Sight:
    """What the caller supervises, or a problem."""
    sight = sight_of(caller, to_shanghai(await runtime.now()).date())
    if sight is None:
        raise Problem("RoleRequired", params={"roles": WHO_SUPERVISES})
    return sight


Seeing = Annotated[Sight, Depends(seeing)]
OfCounty = Annotated[Word, Query(description="a county, by its authority")]


async def officer_id(store: Store, officer: str | None) -> str | None:
    """The id of the account of that login or id. Raises a Problem on `officer`."""
    if officer is None:
        return None
    account = await directory.account(store, officer)
    if account is None:
        raise invalid("officer", "account_unknown", given=officer)
    return account.account_id


def pack_of(city: str) -> Pack:
    """The law of a city through time. Raises a Problem."""
    try:
        return load_pack(city)
    except CityUnknown as fact:
        raise invalid("city", "city_unknown", given=city, known=tuple(cities())) from fact
