"""An answer of CKAN from elsewhere: an odd package is the problem of itself alone, whatever it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.filing.ckan_file import DEEPEST, read_ckan
from activities.filing.files import FileUnreadable

PARKING = {
    "name": "parking",
    "title": "停车场泊位",
    "organization": {"name": "transport", "title": "Transport"},
    "isopen": True,
    "resources": [
        {"format": "CSV", "schema": {"fields": [{"name": "spaces", "title": "泊位|数;", "type": "integer"}]}},
        {"format": "JSON", "schema": "https://example.cn/schema.json"},
    ],
}


def answer_of(*packages: str) -> str:
    """The text of an answer with these packages, each between two good ones."""
    good = json.dumps(PARKING, ensure_ascii=False)
    return f'{{"success": true, "result": {{"results": [{good},\n{",".join([*packages, good])}]}}}}'


def faults_of(package: str) -> list[tuple[str | None, str]]:
    """Place and rule of each fault of a package, while those around it are read."""
    first, *odd, last = read_ckan(answer_of(package)).rows
    assert first.fields == last.fields
    assert (first.faults, last.faults) == ((), ())
    (row,) = odd
    assert bool(row.faults) != bool(row.fields)
    return [(fault.field, fault.rule) for fault in row.faults]


def test_an_answer_may_be_its_result_alone() -> None:
    (row,) = read_ckan(json.dumps({"results": [PARKING]})).rows

    assert (row.name, row.fields["title_zh"], row.fields["openness"]) == ("parking", "停车场泊位", "unconditional")


def test_the_fields_of_a_schema_are_items_whatever_signs_their_names_hold() -> None:
    (row,) = read_ckan(json.dumps({"results": [PARKING]})).rows

    assert row.fields["items"] == ({"item": "spaces", "name": {"zh": "泊位|数;", "en": "泊位|数;"}, "type": "integer"},)


@pytest.mark.parametrize(
    ("package", "faults"),
    [
        ('{"extras": true}', [("extras", "list_type")]),
        ('{"resources": 5, "isopen": "yes"}', [("resources", "list_type"), ("isopen", "bool_type")]),
        ('{"extras": [5, {"value": "x"}]}', [("extras.0", "model_type"), ("extras.1.key", "missing")]),
        ('{"extras": [{"key": "title", "value": {"a": 1}}]}', [("extras.0.value", "string_type")]),
        ('{"extras": [{"key": "openness", "value": "\\udc00"}]}', [("extras.0.value", "string_unicode")]),
        ('{"organization": "transport"}', [("organization", "model_type")]),
        ('{"organization": {"name": 5}}', [("organization.name", "string_type")]),
        ('{"groups": {"title": "x"}}', [("groups", "list_type")]),
        ('{"resources": [{"format": ["CSV"]}]}', [("resources.0.format", "string_type")]),
        (
            '{"resources": [{"schema": {"fields": [{"title": "x"}]}}]}',
            [("resources.0.schema.fields.0.name", "missing")],
        ),
        ('{"title": 5}', [("title", "string_type")]),
        ('{"title": "\\ud800"}', [("title", "string_unicode")]),
        ('{"title": "a", "title": "b"}', [("title", "key_twice")]),
        ('{"extras": [{"key": "x", "k\\ud800": 1, "k\\ud800": 2}]}', [("k?", "key_twice")]),
        ('{"score": NaN}', [(None, "no_number")]),
        ('{"score": -Infinity}', [(None, "no_number")]),
        (f'{{"x": {"[" * DEEPEST}{"]" * DEEPEST}}}', [(None, "json_too_deep")]),
        (f'{{"x": {"[" * 100_000}{"]" * 100_000}}}', [(None, "json_too_deep")]),
        ('{"title" "a"}', [(None, "package_broken")]),
        ('{"title": "a\tb"}', [(None, "package_broken")]),
        ('{"score": 01}', [(None, "package_broken")]),
        ("[]", [(None, "model_type")]),
        ("null", [(None, "model_type")]),
        ("5", [(None, "model_type")]),
        ('"text"', [(None, "model_type")]),
        ("nonsense", [(None, "package_broken")]),
    ],
)
def test_an_odd_package_is_reported_by_place_and_rule_and_stops_no_other(
    package: str, faults: list[tuple[str | None, str]]
) -> None:
    assert faults_of(package) == faults


@pytest.mark.parametrize("number", ["1" * 5000, "-" + "9" * 400, "1e999", "-1E-999", "0.1"])
def test_a_number_of_any_size_that_nobody_asks_for_is_no_fault(number: str) -> None:
    assert faults_of(f'{{"title": "a", "score": {number}}}') == []


def test_a_package_is_named_however_odd_the_rest_of_it_is() -> None:
    row = read_ckan(answer_of('{"name": "bus\\ud800", "extras": true}')).rows[1]

    assert (row.name, row.line, row.last_line) == ("bus?", 2, 2)


def test_no_more_than_twenty_faults_are_told_of_one_package() -> None:
    assert len(faults_of(f'{{"extras": [{", ".join("5" * 1000)}]}}')) == 20


@pytest.mark.parametrize(
    ("text", "rule", "params"),
    [
        ("", "json_broken", {"line": 1}),
        ("{", "json_broken", {"line": 1}),
        ("\n[", "json_broken", {"line": 2}),
        ('{"results": [}]', "json_broken", {"line": 1}),
        ('{"results": [1 2]}', "json_broken", {"line": 1}),
        ('{"results": [1,]}', "json_broken", {"line": 1}),
        ('{"results": [],}', "json_broken", {"line": 1}),
        ('{"results": ["a]}', "json_broken", {"line": 1}),
        ('{"results": []}\nx', "json_broken", {"line": 2}),
        ("{results: []}", "json_broken", {"line": 1}),
        ('{"\\x": 1}', "json_broken", {"line": 1}),
        ("[" * 100_000, "json_broken", {"line": 1}),
        ("[" * 100_000 + "]" * 100_000, "no_results", {}),
        ("[]", "no_results", {}),
        ("null", "no_results", {}),
        ('"results"', "no_results", {}),
        ('{"success": false, "error": {}}', "no_results", {}),
        ('{"result": null}', "no_results", {}),
        ('{"result": []}', "no_results", {}),
        ('{"result": {"results": {}}}', "no_results", {}),
        ('{"results": [], "results": [{}]}', "key_twice_in_answer", {"key": "results"}),
    ],
)
def test_an_answer_without_a_list_of_packages_is_refused_as_a_whole(
    text: str, rule: str, params: dict[str, object]
) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read_ckan(text)

    assert (refused.value.rule, refused.value.params) == (rule, params)


TEXTS = st.text(st.characters(), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)
KNOWN = st.sampled_from(
    ["name", "title", "notes", "organization", "groups", "resources", "extras", "frequency", "isopen", "key", "value"]
)
ODDLY = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KNOWN, inner, max_size=5), max_leaves=20
)
PACKAGES = st.lists(ANYTHING | ODDLY | st.just(PARKING), max_size=6)


@given(packages=PACKAGES, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_each_package_is_read_or_reported_on_its_own_lines(
    packages: list[Any], indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps({"help": "x", "result": {"results": packages}}, indent=indent, ensure_ascii=ascii_only)

    rows = read_ckan(text).rows

    assert len(rows) == len(packages)
    lines = text.split("\n")
    for row, package in zip(rows, packages, strict=True):
        taken = "\n".join(lines[row.line - 1 : row.last_line])
        if indent:
            assert json.dumps(json.loads(taken.strip().rstrip(","))) == json.dumps(package)
        if package == PARKING:
            assert not row.faults
        "".join(str(value) for value in [row.name, row.fields, row.faults]).encode()


@given(text=st.text(st.sampled_from('{}[]",:\\ntrue1.e- \n') | st.characters(), max_size=60))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        read_ckan(text)
    except FileUnreadable as refused:
        assert refused.rule in {"json_broken", "no_results", "key_twice_in_answer"}


def test_no_more_packages_are_read_than_are_asked_for() -> None:
    text = json.dumps({"results": [{"title": "甲"}] * 5})
    assert [len(read_ckan(text, most).rows) for most in (None, 0, 3, 9)] == [5, 0, 3, 5]


@pytest.mark.timeout(60)
def test_a_key_does_not_look_at_all_others() -> None:
    keys = ",".join(f'"k{n}":0' for n in range(200_000))
    (row,) = read_ckan(f'{{"results":[{{{keys},"z":0,"z":0}}]}}').rows
    assert (row.faults[0].rule, row.faults[0].field) == ("key_twice", "z")
