"""What people and files send has a bound that PostgreSQL takes: the longest is stored, one more is refused by name."""

from __future__ import annotations

import itertools
import json
import random
import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from activities.database import Pool
from activities.settings import Settings
from api.acting.forms.deciding import DecisionForm
from api.acting.forms.entries import EntryDraft
from api.acting.forms.form import Form
from api.app import create_app
from api.gate import EXCHANGE
from api.gate import PATH as GATE
from rules.bounds import LONGEST_HEADING, LONGEST_PROSE, MOST_FORMATS, MOST_ITEMS
from tests.api.calling import Caller, Service
from tests.api.importing import AUTHORITY, HEAD, send, told
from tests.api.updating import UPDATES, answers, drafting, filing, law, recorded, walked
from tests.owning import by_owner

WIDEST = random.Random(20201223)
SHAPES = {"date", "date-time"}
LINE = {"zh": "一", "en": "one"}
PARTS = {
    "items": {"item": "x", "name": LINE, "type": "date"},
    "lists": "overdue",
    "formats": "csv",
    "roles": "reviewer",
}
PARTS |= dict.fromkeys(("days_off", "days_worked"), "2026-01-05")
"""A part of each list whose parts are no codes."""


def wide(length: int) -> str:
    """A text of that many characters of four bytes, no two texts alike."""
    return "".join(chr(WIDEST.randrange(0x20000, 0x2A6DF)) for _ in range(length))


def forms(of: type[Form] = Form) -> Iterator[type[Form]]:
    """Every form that a call takes, and every part of one; not the outline that one was made of."""
    for form in of.__subclasses__():
        if getattr(sys.modules[form.__module__], form.__qualname__, None) is form:
            yield form
        yield from forms(form)


def leaves(schema: Any, defs: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What a schema holds that holds nothing itself, and where."""
    if "$ref" in schema:
        schema = {**defs[schema["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in schema.items() if k != "$ref"}}
    options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if options:
        for option in options:
            yield from leaves(option, defs, place)
    elif schema.get("type") == "object" or "properties" in schema:
        for name, part in schema.get("properties", {}).items():
            yield from leaves(part, defs, (*place, name))
    elif schema.get("type") == "array":
        yield place, schema
        for part in [schema["items"]] if "items" in schema else schema["prefixItems"]:
            yield from leaves(part, defs, (*place, "0"))
    else:
        yield place, schema


def is_bounded(leaf: Any) -> bool:
    match leaf.get("type"):
        case "array":
            return "maxItems" in leaf
        case "integer" | "number":
            return "maximum" in leaf and leaf["maximum"] < 2**31
        case "string" if "enum" in leaf or "const" in leaf or leaf.get("format") in SHAPES:
            return True
        case "string" if "maxLength" in leaf:
            return True
        case "string":
            return "pattern" in leaf and not any(sign in leaf["pattern"] for sign in ("*", "+"))
        case _:
            return True


def test_whatever_a_call_takes_has_a_bound(tmp_path: Path) -> None:
    spec = create_app(Settings(home=tmp_path, database_url="postgresql://nowhere")).openapi()
    defs, unbounded = spec["components"]["schemas"], []
    for path, calls in spec["paths"].items():
        # The gate stands before the framework and judges what it is asked itself (models/gate.py).
        for method, call in calls.items() if path not in (GATE, EXCHANGE) else ():
            for parameter in call.get("parameters", ()):
                if parameter["in"] != "path":
                    unbounded += [
                        (method, path, parameter["name"])
                        for _, leaf in leaves(parameter["schema"], defs)
                        if not is_bounded(leaf)
                        and leaf.get("type") != "array"
                        and "{1,2" not in leaf.get("pattern", "")
                    ]
            body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            unbounded += [(method, path, ".".join(at)) for at, leaf in leaves(body, defs) if not is_bounded(leaf)]
    assert unbounded == []


def body_of(place: tuple[str, ...], value: Any) -> Any:
    for name in reversed(place):
        value = [value] if name == "0" else {name: value}
    return value


def refused(form: type[BaseModel], body: Any) -> list[tuple[str, str]]:
    """Where the form refuses a body and why, as a problem document places it."""
    try:
        form.model_validate_json(json.dumps(body))
    except ValidationError as error:
        return [(".".join(str(part) for part in each["loc"]), each["type"]) for each in error.errors()]
    return []


BY_NAME = {form.__name__: form for form in sorted(set(forms()), key=str)}


@pytest.mark.parametrize("form", BY_NAME.values(), ids=BY_NAME)
def test_one_character_or_part_too_many_is_refused_with_the_field_named(form: type[Form]) -> None:
    schema = form.model_json_schema()
    for place, leaf in leaves(schema, schema.get("$defs", {})):
        if "maxLength" in leaf and "^[!-~]" not in leaf.get("pattern", ""):
            most = leaf["maxLength"]
            assert (".".join(place), "string_too_long") in refused(form, body_of(place, wide(most + 1)))
            assert (".".join(place), "string_too_long") not in refused(form, body_of(place, wide(most)))
        if "maxItems" in leaf and place[-1] != "0":
            parts = [PARTS.get(place[-1], "x")] * (leaf["maxItems"] + 1)
            assert (".".join(place), "too_long") in refused(form, body_of(place, parts))
        if leaf.get("type") == "string" and "format" not in leaf:
            assert any(at == ".".join(place) for at, _ in refused(form, body_of(place, "a\0b")))
        if leaf.get("format") == "date":
            for day in ("0001-01-01", "9999-12-31"):
                assert any(at == ".".join(place) for at, _ in refused(form, body_of(place, day)))


def line() -> dict[str, str]:
    return {"zh": wide(LONGEST_HEADING), "en": wide(LONGEST_HEADING)}


def prose() -> dict[str, str]:
    return {"zh": wide(LONGEST_PROSE), "en": wide(LONGEST_PROSE)}


def draft() -> dict[str, Any]:
    """A draft with every field at its longest, as far as one body may hold it: items are many or long."""
    codes = [f"{'x' * 96}{n:04}" for n in range(MOST_ITEMS)]
    long = [{"item": code, "name": line(), "type": "datetime"} for code in codes[:5]]
    many = [{"item": code, "name": {"zh": wide(9), "en": wide(9)}, "type": "datetime"} for code in codes[5:]]
    formats = (["geojson"] * MOST_FORMATS)[:MOST_FORMATS]
    return {
        **{"title": line(), "abstract": prose(), "domain": line(), "conditions": prose(), "basis": prose()},
        **{"items": [*long, *many], "formats": formats, "update_frequency": "P9999D"},
    }


async def test_an_entry_of_the_longest_texts_of_the_widest_characters_is_published_whole(
    working: Service, pool: Pool
) -> None:
    provider = working.as_("reviewer@lianyungang.transport")
    rules = await law(provider, "lianyungang")
    longest = draft()
    form = await drafting(provider, "lianyungang", entry=longest, answers=answers(rules, "conditional"))
    await walked(working, await recorded(provider, form))
    entry = json.loads(await pool.fetchval("select entry from datasets where dataset_id = $1", form["dataset_id"]))
    assert {name: entry[name] for name in longest} == longest


async def test_a_request_and_a_decision_of_the_longest_texts_are_stored_whole(working: Service) -> None:
    texts = {name: wide(LONGEST_PROSE) for name in ("purpose", "scenario", "safeguards")}
    case = await working.as_("applicant@demo").file("nanning", **texts)
    kept = await written(working, case["case_id"], "file")
    assert {name: kept[name] for name in texts} == texts
    said = {
        name: wide(LONGEST_PROSE)
        for name, field in DecisionForm.model_fields.items()
        if name in ("reason", "basis", "reference", "text", "answer")
    }
    await working.decide(case, "formal_review", "return", **said)
    kept = await written(working, case["case_id"], "decide")
    assert {name: kept[name] for name in said} == said


async def written(service: Service, case_id: str, kind: str) -> dict[str, Any]:
    """What was written with the one act of that kind, as the record has it."""
    runtime = service.app.state.runtime
    row = await runtime.pool.fetchrow(
        "select act_id, content from acts where case_id = $1 and kind = $2", case_id, kind
    )
    opened: dict[str, Any] = runtime.seals.opened(row["act_id"], json.loads(row["content"]))
    return opened


@pytest.mark.parametrize("field", ["title", "domain"])
async def test_a_draft_with_a_line_that_is_too_long_files_nothing(service: Service, pool: Pool, field: str) -> None:
    provider = service.as_("reviewer@nanning.transport")
    before = await pool.fetchval("select count(*) from cases")
    too_long = {field: {"zh": "数" * (LONGEST_HEADING + 1), "en": "x"}}
    answer = await provider.post(UPDATES, await filing(provider, "nanning", entry=too_long), str(uuid.uuid4()))
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [f"entry.{field}.zh"]
    assert await pool.fetchval("select count(*) from cases") == before


async def test_a_kept_draft_from_before_the_bound_is_named_when_it_is_to_be_submitted(
    service: Service, pool: Pool
) -> None:
    row = f"transport,新的条目,New,摘要,领域,{'code|编号|string'},csv,无条件开放,,,每月"
    report = (await send(service.as_(AUTHORITY), f"{HEAD}\n{row}")).json()
    case_id = report["filed"][0]["case_id"]
    await by_owner(
        pool,
        "update acts set content = jsonb_set(content, '{entry,domain,zh}', to_jsonb(repeat('域', 683))) "
        "where case_id = $1",
        case_id,
    )
    case = await service.as_(AUTHORITY).read(f"/v1/cases/{case_id}")
    (task,) = case["tasks"]
    officer = service.as_(f"reviewer@{task['body']}")
    answer = await officer.post(f"/v1/tasks/{task['task_id']}/decision", {"outcome": "submit"})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["entry.domain.zh"]


COLUMNS = {
    "title_zh": LONGEST_HEADING,
    "title_en": LONGEST_HEADING,
    "domain_zh": LONGEST_HEADING,
    "domain_en": LONGEST_HEADING,
    "abstract_zh": LONGEST_PROSE,
    "abstract_en": LONGEST_PROSE,
    "conditions_zh": LONGEST_PROSE,
    "conditions_en": LONGEST_PROSE,
    "basis_zh": LONGEST_PROSE,
    "basis_en": LONGEST_PROSE,
}
"""Of a file of CSV, and the most characters of a cell."""


def sheet(**more: str) -> str:
    cells = {
        **{"provider": "transport", "openness": "有条件开放", "items": "code|编号|string", "formats": "csv"},
        **{"update_frequency": "P1M", **{name: wide(5) for name in COLUMNS}, **more},
    }
    return f"{','.join(cells)}\n{','.join(cells.values())}"


async def test_a_row_of_the_longest_texts_is_kept_whole(service: Service, pool: Pool) -> None:
    cells = {name: wide(most) for name, most in COLUMNS.items()}
    cells["items"] = ";".join(f"{'x' * 96}{n:04}|{wide(LONGEST_HEADING)}|{wide(9)}|string" for n in range(MOST_ITEMS))
    cells["dataset_id"] = f"nanning-transport-{'y' * 82}"
    answer = await send(service.as_(AUTHORITY), sheet(**cells))
    assert told(answer.json()) == []
    case_id = answer.json()["filed"][0]["case_id"]
    kept = json.loads(await pool.fetchval("select content from acts where case_id = $1", case_id))["entry"]
    assert all(kept[name.rsplit("_", 1)[0]][name[-2:]] == cell for name, cell in cells.items() if name in COLUMNS)
    assert len(kept["items"]) == MOST_ITEMS


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        *((name, wide(most + 1)) for name, most in COLUMNS.items()),
        ("items", f"{'x' * 101}|编号|string"),
        ("items", f"code|{wide(LONGEST_HEADING + 1)}|string"),
        ("items", ";".join(f"x{n}|编号|string" for n in range(MOST_ITEMS + 1))),
        ("dataset_id", f"nanning-transport-{'y' * 83}"),
        ("provider", wide(LONGEST_HEADING + 1)),
        ("update_frequency", f"P1{'0' * 5000}D"),
        ("title_zh", "标题\0"),
        ("items", "code|编\0号|string"),
    ],
)
async def test_a_row_with_one_character_too_many_is_reported_by_its_column(
    service: Service, column: str, cell: str
) -> None:
    answer = await send(service.as_(AUTHORITY), sheet(**{column: cell}))
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 0
    assert {each["field"] for each in answer.json()["rejected"]} == {column}


async def test_a_package_with_half_a_character_is_reported_and_stops_nothing(service: Service) -> None:
    odd = {"title": "标题\ud800", "organization": {"title": "transport"}, "extras": []}
    broken_only_here = {"title": "标题", "notes": "\udfff"}
    body = json.dumps({"result": {"results": [odd, broken_only_here, {"title": "标题"}]}})
    answer = await send(service.as_(AUTHORITY), body, kind="application/json")
    assert answer.status_code == 200, answer.text
    told = [(each["line"], each["field"], each["code"]) for each in answer.json()["rejected"]]
    assert told == [
        (1, "title", "string_unicode"),
        (1, "notes", "string_unicode"),
        (1, "provider", "missing"),
        (1, "openness", "missing"),
    ]


HOSTILE = {
    "string": ["\0", "\ufdfa" * 50, "\ufdfa" * 200, "\U0002a6d6" * 200, "\U0010ffff" * 2000],
    "date": ["0001-01-01", "1900-01-01", "2999-12-31", "9999-12-31"],
    "date-time": ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
    "integer": ["0", "-1", str(2**31), str(2**63), "1" + "0" * 5000],
}


async def test_no_parameter_of_any_question_makes_the_service_fail(service: Service, applicant: Caller) -> None:
    admin = service.as_("admin@kaifang")
    spec = service.app.openapi()
    dataset = await applicant.conditional_dataset("nanning")
    known = {"city": "nanning", "dataset_id": dataset["dataset_id"], "received_at": "2026-05-09T00:00:00+08:00"}
    for path, calls in spec["paths"].items():
        if "get" not in calls:
            continue
        asked = [each for each in calls["get"].get("parameters", ()) if each["in"] == "query"]
        place = path.format_map({**dict.fromkeys(re.findall(r"{(\w+)}", path), "x"), **known})
        demanded = {
            each["name"]: known.get(each["name"], "5wd")
            for each in asked
            if each.get("required") or each["name"] == "city"
        }
        for parameter in asked:
            kinds = [leaf for _, leaf in leaves(parameter["schema"], spec["components"]["schemas"])]
            wanted = {leaf.get("format") or leaf.get("type") for leaf in kinds}
            for value in itertools.chain.from_iterable(HOSTILE.get(str(kind), ()) for kind in wanted):
                answer = await admin.get(place, **{**demanded, parameter["name"]: value})
                assert answer.status_code < 500, (path, parameter["name"], value[:40], answer.text)


def test_an_entry_draft_knows_every_bound_by_name() -> None:
    """The shapes of a draft and of a row say the same of the same field."""
    schema = EntryDraft.model_json_schema()
    most = {".".join(at): leaf.get("maxLength") for at, leaf in leaves(schema, schema["$defs"])}
    assert {name: most[name.replace("_", ".")] for name in COLUMNS} == COLUMNS
