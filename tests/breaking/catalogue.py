"""What the record says of the catalogue: one line of versions, updates one after the other, recorded reviews."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from models import events as e
from models.state import CaseState, fold
from tests.breaking.worlds import Draft, Entry, Update, Version
from tests.driving import Driver
from tests.models.reviews_by_city import AHEAD_OF_TURN, ALWAYS, BY_ANSWER, ONLY_FINDS

if TYPE_CHECKING:
    from activities.database import Pool

VERSIONS = """
select dataset_id, number, case_id, openness, items, entry from dataset_versions where dataset_id = any($1)
union all select dataset_id, 0, null, openness, items, entry from datasets where dataset_id = any($1)
order by dataset_id, number
"""
UPDATES = """
select c.dataset_id, c.case_id, c.city, c.outcome, array_agg(distinct t.stage) as stages,
  count(t.task_id) filter (where t.ended_at is null) as open,
  (select count(*) from events e where e.case_id = c.case_id and e.type = 'EntrySubmitted') as drafts
from cases c left join tasks t on t.case_id = c.case_id
where c.procedure = 'catalogue_update' and c.dataset_id = any($1)
group by c.case_id order by c.dataset_id, c.received_at
"""


async def line_of_versions(pool: Pool, datasets: list[str]) -> dict[str, tuple[Version, ...]]:
    """Dataset to its versions, numbered without a gap, of which the last is in force; with one query."""
    rows = await pool.fetch(VERSIONS, datasets)
    lines = {}
    for dataset in datasets:
        in_force, *line = [row for row in rows if row["dataset_id"] == dataset]
        assert [row["number"] for row in line] == list(range(1, len(line) + 1)), f"a gap in the versions of {dataset}"
        versions = [Version(row["case_id"], Entry(row["openness"], frozenset(row["items"]))) for row in line]
        entry = Entry(in_force["openness"], frozenset(in_force["items"]))
        assert not line or (versions[-1].entry, line[-1]["entry"]) == (entry, in_force["entry"]), dataset
        lines[dataset] = tuple(versions) or (Version(None, entry),)
    return lines


async def outcomes_of_updates(pool: Pool, datasets: list[str]) -> dict[str, str | None]:
    """Update to its outcome, once everything is worked off: the first that is open goes on, and no other has a
    draft before its turn."""
    rows = await pool.fetch(UPDATES, datasets)
    for dataset in datasets:
        for place, row in enumerate(row for row in rows if row["dataset_id"] == dataset and row["outcome"] is None):
            assert row["drafts"] == 0 if place else row["open"] > 0, f"not in its turn: {dict(row)}"
            ahead = AHEAD_OF_TURN.get(row["city"], set()) | {None}
            assert place == 0 or set(row["stages"]) <= ahead, f"went on while another went first: {dict(row)}"
    return {row["case_id"]: row["outcome"] for row in rows}


async def were_reviewed(driver: Driver, updates: Iterable[Update]) -> None:
    """Each was published after every review that its answers call for in its city had found for its draft."""
    for it in updates:
        log = await driver.events(it.case_id)
        state = fold(CaseState(), log)
        assert it.draft
        assert state.published
        assert (state.closed, state.published.openness) == ("published", it.draft.entry.openness)
        assert set(state.published.data_items) == it.draft.entry.items
        found = dict(since_the_draft(log))
        needed = called_for_in_an_emergency(it.draft) if "emergency_review" in found else called_for(it.city, it.draft)
        against = {review for review in needed - ONLY_FINDS.get(it.city, set()) if found.get(review) != "pass"}
        assert not against, f"{it.case_id} was published in spite of {against}: {found}"
        assert needed <= set(found), f"{it.case_id} was published without {needed - set(found)}: {found}"


def called_for(city: str, draft: Draft) -> set[str]:
    """The reviews that a draft and its answers call for, by the tables of the city's law."""
    if draft.entry.openness == "closed":
        return ALWAYS[city] - {"processing_record"}
    return ALWAYS[city] | {BY_ANSWER[city][question] for question in draft.applies}


def called_for_in_an_emergency(draft: Draft) -> set[str]:
    """The record of the processing, and where data is opened the reviews of law and of secrets (Yulin 13 and 15)."""
    by_answer = {"law_in_question": "emergency_legality_review", "secrets_or_privacy": "emergency_committee_review"}
    opens = draft.entry.openness != "closed"
    return {"emergency_processing"} | {by_answer[name] for name in set(by_answer) & draft.applies if opens}


def since_the_draft(log: list[Any]) -> list[tuple[str, str]]:
    """Stage and outcome of each decision since the last draft was submitted, in their order."""
    stages = {event.task_id: event.stage for event in log if isinstance(event, e.TaskOpened)}
    submitted = max(event.number for event in log if isinstance(event, e.EntrySubmitted))
    decided = [event for event in log if isinstance(event, e.TaskDecided) and event.number > submitted]
    return [(stages[event.task_id], event.outcome) for event in decided]
