"""A robot that follows links and fills in what the pages ask for, by what they say is missing, without scripts.

It knows which way a case shall go and whom to be. Where each page stands it finds by links; what a form needs it learns
from what the page says is wrong, as anybody would. How a case stands it asks the API, as who watches from beside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from rules.procedure_names import CATALOGUE_UPDATE
from rules.procedure_rules import ProcedureRules
from tests.api.calling import Service, open_stages, open_task
from tests.api.supervising import set_to
from tests.api.updating import NEW_ENTRY, SAID, law
from tests.pages.reviewing import LANGUAGE_OF, before_the_task
from tests.pages.supervising import Timed
from tests.pages.visiting import Form, Visitor, text_of
from tests.pages.ways import Move, Way, to_each_ending

NUMBER = re.compile(r"[A-Z]{2,4}-[A-Z]{2}-\d{4}-\d{6}")
HARMLESS = ("does_not_apply", "own", "given", "strains_resources")
SIGN = "sign"
TRIES = 8
A_SECOND = timedelta(seconds=1)
ONE_WORKING_DAY = "1"


@dataclass
class Robot:
    """Somebody who walks cases of one city on the pages, as whoever it has to be."""

    at: Timed
    city: str
    answers: dict[str, str] = field(default_factory=dict)
    """What it says where a page asks for it, by the name of the field; else something that fits."""
    today: date = field(init=False)
    _visitors: dict[str, Visitor] = field(default_factory=dict)
    _walked: int = 0

    @property
    def service(self) -> Service:
        return self.at.service

    async def as_(self, login: str) -> Visitor:
        """That account before its first page, logged in."""
        language = LANGUAGE_OF.get(self.city, "en")
        if login not in self._visitors:
            self._visitors[login] = await self.at.front.logged_in(login, language)
        return self._visitors[login]

    async def case(self, number: str) -> Any:
        """How the case stands."""
        return await self.service.as_("admin@kaifang").read(f"/v1/cases/{await self._id_of(number)}")

    async def _id_of(self, number: str) -> str:
        pool = self.service.app.state.runtime.pool
        return str(await pool.fetchval("select case_id from cases where case_number = $1", number))

    async def walk(self, rules: ProcedureRules, number: str, way: Way) -> Any:
        """The case at its ending, after the bodies have decided all of the way on their pages."""
        for move in way.moves:
            await self._make(rules, number, move, way)
        case = await self.case(number)
        assert (case["status"], case["outcome"]) == ("closed", way.ending), f"{number}: {way}"
        return case

    async def _make(self, rules: ProcedureRules, number: str, move: Move, way: Way) -> None:
        if move.waits:
            await self._wait_for_the_limit(number)
        if move.by_publication:
            await self._publish_what_was_ordered_by(number)
            return
        at = rules.stage(move.stage)
        if at and at.of_county and at.stage not in open_stages(await self.case(number)):
            return  # the case is one of the city, which passes over what lies before a county
        if move.goes_on_alone:
            await self.decide(number, move.stage, move.outcome, way.choices)
            return
        for task in (await self.case(number))["tasks"]:
            if task["state"] in ("open", "claimed"):
                stage = rules.stage(task["stage"])
                assert stage
                usual = next((each.outcome for each in stage.outcomes if each.leads_to is None), None)
                others = move.others or usual or stage.outcomes[0].outcome
                outcome = move.outcome if stage.stage == move.stage else others
                await self.decide(number, stage.stage, outcome, way.choices)

    async def decide(self, number: str, stage: str, outcome: str, choices: Mapping[str, str]) -> None:
        """An officer of the body before which the stage lies decides it, on the page to which the work list leads."""
        task = open_task(await self.case(number), stage)
        visitor = await before_the_task(await self.as_(f"reviewer@{task['body']}"), number, stage)
        assert outcome in visitor.form("outcome").options("outcome"), f"{stage} of {number} offers no {outcome}"
        await self.fill(visitor, "outcome", "decide", choices, outcome=outcome)
        if outcome == SIGN:
            # The page shows the whole text first; what was read is signed.
            await visitor.send("outcome", button="decide")
            assert visitor.answer.status_code == 200, visitor.text()
        decided = await self.case(number)
        assert all(each["state"] == "done" for each in decided["tasks"] if each["task_id"] == task["task_id"])

    async def fill(
        self, visitor: Visitor, which: str, button: str | None, choices: Mapping[str, str], **said: Any
    ) -> None:
        """The form is sent until the page finds nothing wrong; each time with what it said was missing, and no more."""
        given = dict(said)
        await visitor.send(which, button=button, **said)
        for _ in range(TRIES):
            if visitor.answer.status_code == 200:
                return
            assert visitor.answer.status_code == 422, f"{visitor.answer.status_code}: {visitor.text()[:2000]}"
            form = visitor.form(which)
            wrong = [each for name in wrong_in(visitor) for each in with_those_beside(name, form)]
            more = {name: self.value_of(form, name, choices) for name in wrong if name not in given}
            assert more, f"nothing says what to do about it: {visitor.text()[:3000]}"
            given |= more
            await visitor.send(which, button=button, **more)
        assert visitor.answer.status_code == 200, f"after {TRIES} tries: {visitor.text()[:3000]}"

    def value_of(self, form: Form, name: str, choices: Mapping[str, str]) -> Any:
        """Something that fits into the field, as the page has it."""
        short = name.removeprefix("answers.")
        known = {**self.days(), **entry_of(self._walked), **self.answers, **choices}
        options = [each for each in form.options(name) if each]
        if options:
            wanted = (known.get(short), *HARMLESS)
            return next((each for each in wanted if each in options), options[0])
        kinds = {each.get("name"): each.get("type") for each in form.fields()}
        if kinds[name] == "number":
            return known.get(short, ONE_WORKING_DAY)
        return known.get(short, SAID)

    def days(self) -> dict[str, str]:
        today = self.today
        return {
            "occurred_on": str(today),
            "processed_on": str(today),
            "held_from": str(today - timedelta(days=31)),
            "held_until": str(today - timedelta(days=1)),
        }

    async def begin(self) -> None:
        """The next case: what it says of an entry differs from what the last one published."""
        self.today = await self.at.today()
        self._walked += 1

    async def _wait_for_the_limit(self, number: str) -> None:
        """Until the limit that a decision set is over; so are sessions by then."""
        due_at = open_task(await self.case(number), "remedy")["clock"]["due_at"]
        await set_to(self.service, self.at.clock, datetime.fromisoformat(due_at) + A_SECOND)
        self._visitors.clear()

    async def _publish_what_was_ordered_by(self, number: str) -> None:
        """The catalogue update that a decision on that case has ordered is walked until it is published."""
        update = (await self.case(number))["catalogue_update"]["case_number"]
        rules = await law(self.service.nobody(), self.city, CATALOGUE_UPDATE)
        way = next(each for each in to_each_ending(rules) if each.ending == "published")
        await self.walk(rules, update, way)
        await self.at.front.app.state.runtime.courier.finish()


def wrong_in(visitor: Visitor) -> list[str]:
    """The fields with which something is wrong as the page says, one for each thing that is."""
    found: dict[str, str] = {}
    for each in visitor.document.iter():
        if "wrong" not in (each.get("class") or "").split():
            continue
        inside = [e.get("name", "") for e in each.iter() if e.get("name")]
        if len(inside) > 1 and any("wrong" in (e.get("class") or "").split() for e in each.iter() if e is not each):
            continue
        says = " ".join(text_of(e) for e in each.iter("p") if e.get("class") == "error")
        if inside:
            found.setdefault(says, inside[0])
    return list(found.values())


def with_those_beside(name: str, form: Form) -> list[str]:
    """With a text of an entry that in the other language, with a cell of an item its row."""
    together, _, _ = name.rpartition(".")
    if not name.startswith("entry.") or together == "entry":
        return [name]
    together = ".".join(name.split(".")[:3]) if name.startswith("entry.items.") else together
    fitting = [each for each in form.names() if each.startswith(f"{together}.") and ".note" not in each]
    return sorted(each for each in fitting if not each.endswith(".drop"))


def entry_of(number: int) -> dict[str, str]:
    """All that an entry can be asked for, by the names that the fields of the editor have."""
    flat: dict[str, str] = {"entry.update_frequency": "P1M", "entry.formats": "csv"}
    for name in ("title", "abstract", "domain"):
        flat |= {f"entry.{name}.{language}": f"{text} {number}" for language, text in NEW_ENTRY[name].items()}
    for language, text in {"zh": "某法第一条", "en": "Some law, article 1"}.items():
        flat |= {f"entry.basis.{language}": text, f"entry.conditions.{language}": text}
    item = NEW_ENTRY["items"][0]
    flat |= {"entry.items.0.item": item["item"], "entry.items.0.type": item["type"]}
    flat |= {f"entry.items.0.name.{language}": text for language, text in item["name"].items()}
    return flat
