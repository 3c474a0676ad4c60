"""Statements whose parameters have names: each value goes to the column of its name."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from activities.record.task_rows import UPSERT_TASK, TaskKept
from activities.statements import insert, numbered, upsert


class Kept(NamedTuple):
    """A row."""

    case_id: str
    kind: str
    since: str


def test_a_name_is_the_place_of_its_field_wherever_it_stands_and_a_cast_is_none() -> None:
    sql = numbered("select :since::text from t where kind = any(:kind::text[]) and since > :since", Kept._fields)

    assert sql == "select $3::text from t where kind = any($2::text[]) and since > $3"


def test_a_name_that_the_record_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="the record has no until"):
        numbered("select :until", Kept._fields)


def test_a_record_is_inserted_into_the_columns_of_its_fields() -> None:
    assert insert("t", Kept._fields, "on conflict do nothing") == (
        "insert into t (case_id, kind, since) values ($1, $2, $3) on conflict do nothing"
    )


def test_a_row_that_is_there_keeps_its_key_and_what_is_fixed() -> None:
    assert upsert("t", Kept._fields, ("case_id",), ("kind",)).endswith(
        "on conflict (case_id) do update set since = excluded.since"
    )


def test_how_a_task_opened_never_moves() -> None:
    moving = UPSERT_TASK.partition("do update set")[2]

    fixed = {name for name in TaskKept._fields if f"{name} = excluded" not in moving}
    # The body before which it lies is another once it was entrusted to one (回避).
    assert fixed == {"task_id", "case_id", "city", "procedure", "party", "step", "stage", "round"} | {
        "opened_at",
        "at_once",
        "case_received_at",
    }
