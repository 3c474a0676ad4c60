"""Who has a part in a case, and whose it is: one rule each, whether it is asked of a folded case or of PostgreSQL."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import Text, cast, literal, null, select, union_all
from sqlalchemy.dialects import postgresql
from sqlmodel import col

from activities.database import Pool
from activities.tables.cases import CaseRow
from models.procedures import BY_NAME
from models.state import CaseState
from reading.sight import Caller, filed_for_a_body
from tests.models.bench import CITIES, Bench, objected


def caller(account: str, *roles: str, body: str | None = None, city: str = "nanning") -> Caller:
    role = body.split(".")[1] if body else None
    return Caller(account, account, city if body or "supervisor" in roles else None, body, role, frozenset(roles))


async def test_postgresql_and_the_folded_case_agree_whose_a_case_is(pool: Pool) -> None:
    cases = list(product(BY_NAME, ("", "some-dataset"), (None, "some-body")))
    rows = union_all(
        *(
            select(
                literal(procedure).label("procedure"),
                literal(dataset).label("dataset_id"),
                cast(literal(body) if body else null(), Text).label("for_body"),
            )
            for procedure, dataset, body in cases
        )
    ).cte("cases")
    asked = select(col(CaseRow.procedure), col(CaseRow.dataset_id), col(CaseRow.for_body), filed_for_a_body()).add_cte(
        rows
    )
    statement = str(asked.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))  # type: ignore[no-untyped-call]  # of SQLAlchemy

    found = {(row[0], row[1], row[2]): not row[3] for row in await pool.fetch(statement)}

    assert found == {
        (procedure, dataset, body): BY_NAME[procedure].is_the_partys_own(CaseState(dataset_id=dataset, for_body=body))
        for procedure, dataset, body in cases
    }


@pytest.fixture(params=CITIES)
def objection(request: pytest.FixtureRequest) -> Bench:
    return objected(request.param, "privacy", evidence=("file-1",))


def test_a_body_that_has_a_task_in_a_case_has_a_part_in_it_and_no_other_has(objection: Bench) -> None:
    state, rules = objection.state, objection.rules
    bodies = {task.body for task in state.tasks.values()}

    for body in {*bodies, *state.bodies.values(), f"{state.city}.health"}:
        reviewer = caller("acc_officer", "reviewer", body=body, city=state.city)
        assert reviewer.has_part(state, rules) == (body in bodies), body
    assert not caller("acc_officer", "reader", body=min(bodies), city=state.city).has_part(state, rules)


def test_a_supervisor_has_a_part_in_the_cases_of_its_city_alone(objection: Bench) -> None:
    for city in CITIES:
        supervisor = caller("acc_supervisor", "supervisor", city=city)
        assert supervisor.has_part(objection.state, objection.rules) == (city == objection.state.city)


def test_who_objects_for_itself_has_no_part_as_an_officer(objection: Bench) -> None:
    body = next(task.body for task in objection.state.tasks.values())

    both = caller(objection.state.party, "applicant", "reviewer", body=body, city=objection.state.city)

    assert not both.has_part(objection.state, objection.rules)


def test_a_body_that_has_found_a_leak_has_a_part_in_what_it_files() -> None:
    bench = objected("lianyungang", "leak")
    bodies = {bench.state.bodies[role] for role in bench.rules.filed_by if role in bench.state.bodies}
    officers = [
        caller(bench.state.party, "reviewer", body=body, city="lianyungang")
        for body in bodies & {task.body for task in bench.state.tasks.values()}
    ]

    assert officers
    assert all(officer.has_part(bench.state, bench.rules) for officer in officers)
