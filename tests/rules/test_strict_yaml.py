"""YAML is read strictly: what is ambiguous or impossible is refused with its file, line and key path."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from rules.calendar import CalendarRecord
from rules.seed_notices import NoticesRefused, read_record
from rules.strict_yaml import YamlRefused, load, top_level_scalar

SCOPES = "scopes:\n  - {scope: CN, name: {zh: 全国, en: national}}\n"


def test_yaml_is_read_as_plain_values_of_yaml_1_2() -> None:
    text = "answer: no\non: 2026-03-02\nat: 2026-03-02T00:00:00Z\nhour: 12:30\nhow_many: 1_000\nnumber: 010\nnone: ~\n"
    assert load(text, "x.yaml") == {
        "answer": "no",
        "on": date(2026, 3, 2),
        "at": datetime(2026, 3, 2, tzinfo=UTC),
        "hour": "12:30",
        "how_many": "1_000",
        "number": 10,
        "none": None,
    }


def test_a_mapping_may_take_over_another_and_change_it() -> None:
    assert load("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n", "x.yaml")["b"] == {"x": 1, "y": 3}


def test_a_file_is_read_as_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: 三月三", encoding="utf-8")
    assert load(file, file.name) == {"a": "三月三"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3: a: the key is written twice, first in line 1"),
        ("a:\n  - b: 1\n  - c: 1\n    c: 2\n", "x.yaml:4: a[1].c: the key is written twice, first in line 3"),
        ("1: x\n'1': y\n", "x.yaml:2: 1: the key is written twice"),
        ("a:\n  - on: 2019-02-30\n", "x.yaml:2: a[0].on: '2019-02-30' is impossible"),
        ("? [1, 2]\n: 3\n", "x.yaml:1: a key must be a scalar"),
        ("a: !!python/object x\n", "x.yaml:1: could not determine a constructor"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: expected a single document"),
        ("a: [1\n", "x.yaml:"),
        ("a: *nowhere\n", "x.yaml:1: found undefined alias"),
        ("a: \x00\n", "x.yaml: unacceptable character"),
        ("[" * 101 + "]" * 101, "x.yaml: is nested too deeply"),
        ("[" * 500_000, "x.yaml: is nested too deeply"),
    ],
)
def test_a_text_that_is_ambiguous_or_malformed_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(YamlRefused) as refused:
        load(text, "x.yaml")
    assert str(refused.value).startswith(place)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"a: \xb9\xe3")
    with pytest.raises(YamlRefused, match="is not UTF-8"):
        load(file, file.name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("city: nanning\n'calendar': CN-GX\nsteps: [", "CN-GX"),
        ("a: calendar\nb: [calendar, x]\nc: {calendar: y}\ncalendar: z\n", "z"),
        ("a: &x 1\nb: *x\ncalendar: z\n", "z"),
        ("a: {calendar: CN}\n", None),
        ("calendar: {a: b}\n", None),
        ("", None),
    ],
)
def test_a_scalar_at_the_top_is_found_without_reading_further(text: str, value: str | None) -> None:
    assert top_level_scalar(text, "x.yaml", "calendar") == value


def seeded(folder: Path, *batches: str) -> CalendarRecord:
    (folder / "scopes.yaml").write_text(SCOPES, encoding="utf-8")
    for number, batch in enumerate(batches, start=1):
        (folder / f"{number:04}.yaml").write_text(
            f"recorded_at: 2026-01-01T00:00:00Z\nnotices:\n{batch}", encoding="utf-8"
        )
    return read_record(folder)


def test_files_seed_the_record_in_the_order_of_their_names(tmp_path: Path) -> None:
    one = "  - {scope: CN, document: one, published_on: 2026-02-01, days_worked: [2026-03-01]}\n"
    two = "  - {scope: CN, document: two, published_on: 2026-01-01, days_worked: [2026-03-07]}\n"
    assert [notice.document for notice in seeded(tmp_path, one, two).notices] == ["one", "two"]


def test_a_seed_of_the_wrong_shape_is_refused_with_file_and_key_path(tmp_path: Path) -> None:
    wrong = "  - {scope: CN, document: one, published_on: soon, days_worked: [2026-03-01]}\n"
    with pytest.raises(NoticesRefused, match=r"^0001\.yaml: notices\[0\]\.published_on: "):
        seeded(tmp_path, wrong)
