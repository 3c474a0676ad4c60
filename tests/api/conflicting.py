"""Officers who have an affair of their own, for tests of conflicts of interest (回避)."""

from __future__ import annotations

from activities.record.entrusting import Entrusting
from tests.api.calling import Caller, Service

PARTY_TO_THE_CASE = "urn:kaifang:problem:party-to-the-case"


async def also_applies(service: Service, login: str, *more: str) -> Caller:
    """The officer, who may apply for data too as anybody known by name may, and has these roles beside."""
    await service.app.state.runtime.pool.execute(
        "update accounts set kind = 'person', roles = array_cat(array['reviewer', 'applicant'], $2::text[])"
        " where login = $1",
        login,
        list(more),
    )
    return service.as_(login)


async def leaves(service: Service, login: str) -> Caller:
    """Whoever was an officer, and is nothing but an applicant by now."""
    await service.app.state.runtime.pool.execute(
        "update accounts set roles = array['applicant'], body = null where login = $1", login
    )
    return service.as_(login)


async def serves_alone(service: Service, login: str) -> None:
    """Nobody else decides the tasks of the officer's body."""
    await service.app.state.runtime.pool.execute(
        "update accounts set roles = array_remove(accounts.roles, 'reviewer') from accounts as alone "
        "where alone.login = $1 and accounts.body = alone.body and accounts.login <> alone.login",
        login,
    )


async def look(service: Service) -> int:
    """What the worker does from time to time."""
    runtime = service.app.state.runtime
    return await Entrusting(runtime.pool, runtime.inbox).look()
