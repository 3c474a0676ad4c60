"""Officers who change the catalogue: they file updates, draft, review and publish, by what the law of the city asks."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from models import acts as a
from models.act_contents import Amendment, Measure
from models.drafting import change_of
from models.task_state import TaskState
from rules.procedure_names import CATALOGUE_UPDATE
from rules.procedure_rules import ProcedureRules
from rules.resolving import resolve
from tests.breaking.people import ITEMS, Deed, Place, Wish, chosen, patiently
from tests.breaking.worlds import PUBLISHING, Draft, Entry, Update, World
from tests.driving import AT, WHATEVER_IS_ASKED
from tests.models.reviews_by_city import BY_ANSWER
from tests.models.updates import EVERY_FIELD, answers_for

CLASSES = ("conditional", "unconditional", "conditional", "closed", "unconditional", "conditional")


class Officers:
    """Officers of the departments and of the authorities, in catalogue updates."""

    def __init__(self, place: Place) -> None:
        self.place = place

    async def begin(self, wish: Wish) -> Deed:
        """Something happened on a day, for some reason, because of which the entry has to change."""
        dataset = chosen(self.place.datasets, wish.which)
        assert dataset
        city = self.place.cities[dataset]
        today = await self.place.today()
        choices = resolve(self.place.driver.pack(city), CATALOGUE_UPDATE, today).choices["trigger"]
        trigger = chosen([each for each in choices if each.on_request], wish.how)
        assert trigger
        it = Update(str(uuid.uuid4()), city, dataset, reopens=trigger.reopens)
        body = f"{city}.{('transport', 'authority')[wish.how % 2]}"

        async def do() -> str:
            await self.place.driver.file(
                city,
                procedure=CATALOGUE_UPDATE,
                party=f"acc_{body}_1",
                case_id=it.case_id,
                dataset_id=dataset,
                choices={"trigger": trigger.value},
                given=("trigger",),
                content={"statement": "to be read by people only"},
                occurred_on=today - timedelta(days=wish.how),
                hand_over=wish.which % 3 > 0,
            )
            return "filed"

        def then(world: World, answer: str) -> World:
            return world.updated(it)

        return Deed(f"update of {dataset} because of {trigger.value} ({it.case_id})", do, then)

    async def first_in_turn(self, wish: Wish) -> Update | None:
        """The update of a dataset that goes before others of it."""
        dataset = chosen(self.place.datasets, wish.which)
        for it in [it for it in self.place.updates if it.dataset == dataset and it.stands == "open"]:
            state = await self.place.state(it.case_id)
            if state.open_tasks() and not state.behind:
                return it
        return None

    async def is_at_its_last_word(self, it: Update) -> bool:
        return any(PUBLISHING & set(task.outcomes) for task in (await self.place.state(it.case_id)).open_tasks())

    async def carry_on(self, it: Update | None, wish: Wish, outcome: str | None = None) -> Deed | None:
        """One decision on an update, by the body before which it lies: mostly for it, or as the wish has it.

        A class or items of a draft are what the wish says.
        """
        if it is None or not (tasks := (await self.place.state(it.case_id)).open_tasks()):
            return None
        task = tasks[wish.how % len(tasks)]
        named = task.outcomes[0 if wish.flag else (wish.how // len(tasks)) % len(task.outcomes)]
        outcome = outcome if outcome in task.outcomes else named
        today = await self.place.today()
        draft = self.drafted(it, wish) if outcome == "submit" else None
        rules = await patiently(lambda: self.place.driver.rules_of(it.case_id))
        answers = self.answers(it, rules, draft) if draft else {}
        act = a.Decide(
            id=str(uuid.uuid4()),
            case_id=it.case_id,
            by=self.place.driver.officer_of(task, "1"),
            received_at=AT,
            task_id=task.task_id,
            outcome=outcome,
            given=WHATEVER_IS_ASKED | {"reference"} | set(answers),
            amends=Amendment(choices=answers, given=frozenset(answers)) if draft else None,
            measure=measured(rules, task, outcome, draft, today),
        )
        content = {"entry": {"items": items_of(sorted(draft.entry.items))}} if draft else None
        hand_over = wish.which % 3 > 0

        def then(world: World, answer: str) -> World | None:
            return world.update_decided(it.case_id, task.task_id, outcome, answer, draft)

        said = f"{act.by.account} decides {task.task_id}: {outcome}{f' {draft}' if draft else ''}"
        return Deed(said, lambda: self.place.driver.do(act, content=content, hand_over=hand_over), then)

    @staticmethod
    def drafted(it: Update, wish: Wish) -> Draft:
        questions = sorted(BY_ANSWER[it.city])
        applies = frozenset(name for n, name in enumerate(questions) if wish.how % 6 == n)
        items = wish.items if wish.items and wish.how % 3 == 0 else ITEMS
        openness = CLASSES[wish.how % len(CLASSES)]
        if it.city == "guangzhou" and openness == "unconditional":
            # What touches secrets is open to everybody by 10.1 and 10.2 alone.
            applies -= {"secrets_or_privacy"}
        return Draft(Entry(openness, frozenset(items)), applies)

    def answers(self, it: Update, rules: ProcedureRules, draft: Draft) -> dict[str, str]:
        """An answer to each question of the city's law."""
        said = answers_for(rules, {"openness": draft.entry.openness, **dict.fromkeys(draft.applies, "applies")})
        if "subjects_consent" in rules.choices:
            said["subjects_consent"] = "given"
        if "change" in rules.choices:
            said["change"] = change_of(self.place.worlds[0].entry(it.dataset).openness, draft.entry.openness)
        return said


def measured(rules: ProcedureRules, task: TaskState, outcome: str, draft: Draft | None, today: date) -> Measure | None:
    """What a decision says of the entry, and of the days on which things were done."""
    if draft:
        return Measure(entry_fields=EVERY_FIELD, entry_items=tuple(sorted(draft.entry.items)))
    stage = rules.stage(task.stage)
    known = stage.outcome(outcome) if stage else None
    demanded = {field for requirement in known.requires for field in requirement.any_of} if known else set()
    if "named_class" in demanded:
        return Measure(named_class="closed")
    if "processed_on" in demanded:
        return Measure(processed_on=today)
    if "held_until" in demanded:
        return Measure(held_from=today - timedelta(days=9), held_until=today - timedelta(days=1))
    return None


def items_of(items: Iterable[str]) -> list[dict[str, str]]:
    """Items as an entry has them."""
    return [{"item": item, "type": "string"} for item in items]
