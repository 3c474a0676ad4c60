"""The catalogue as those keep it who provide the data: what is stale, what is being changed, and the next draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from api.acting.dating_data import DataUpdateForm, say_brought_up_to_date
from api.acting.filing import rules_at
from api.acting.forms.filing import CatalogueUpdateForm
from api.acting.importing import CKAN, LARGEST_FILE, ImportedFile, import_entries, importer_of
from api.acting.refusals import refused_before_receipt
from api.acting.updating import UpdateFiled, receive_update
from api.http.known import known
from api.http.problems import Problem, invalid
from models.classes import OPENNESS
from models.drafting import SHARING, submits
from pages import dossier
from pages.calls import Call, deed, page
from pages.editing import Editing, editing, entry_sent, marked, wanted_of
from pages.forms.deciding import OF_A_DRAFT
from pages.forms.fields import Field, Option, Wanted, condition_of, field_of, rule_of
from pages.forms.filled import parsed, stated
from pages.forms.kinds import Kind
from pages.officers import REFUSED, filer_of, key_of, new_key, page_of_form, text_of, wrong_in
from pages.routes.desk import with_query
from pages.routes.elsewhere import is_filed_in
from reading.cases import lists as case_lists
from reading.cases import sought
from reading.cases.questions import CasesSought
from reading.catalogue import lists
from reading.catalogue import questions as catalogue_questions
from reading.catalogue.search import Search
from reading.catalogue.shapes import DatasetShown
from reading.catalogue.shown import dataset_now
from reading.catalogue.sight import keeper_of, keeps_every_entry, must_keep
from reading.directory import questions as directory
from reading.grants.shown import grant_page
from reading.sight import Caller
from reading.words.law import Law
from reading.words.texts import texts
from rules.deadlines import to_shanghai
from rules.procedure_names import CATALOGUE_UPDATE

A_PAGE = 20
MOST_GRANTS = 50
FILE = "file"


def keeper(call: Call) -> tuple[Caller, str, str]:
    """The officer who looks, of a provider or the authority; its body, and its city. Raises LoginNeeded, Problem."""
    caller = call.must_be_logged_in()
    with refused_before_receipt():
        return caller, *keeper_of(caller)


async def catalogue(call: Call) -> Response:
    """The entries of a provider, of the authority those of its city: whether the data is fresh, and what is changed."""
    return await catalogue_page(call)


async def catalogue_page(call: Call, problem: str | None = None, at: str | None = None, status: int = 200) -> Response:
    """The same, with what is wrong with the day that somebody said of a dataset."""
    caller, body, city = keeper(call)
    provider = body if caller.body_role == "provider" else None
    only_stale = call.asked("stale") == "yes"
    q = call.asked("q")
    wanted = Search(city=city, provider=provider, stale=True if only_stale else None, q=q)
    found = await lists.datasets(call.store, caller, call.language, wanted, call.asked("cursor"), A_PAGE)
    running = CasesSought(city=city, procedure=CATALOGUE_UPDATE, status="open", provider=provider)
    updates = await case_lists.case_page(call.store, caller, running, None, A_PAGE)
    latest = await sought.latest_of_cases(call.store, [each.case_id for each in updates.items])
    titles = await case_lists.titles_of(call.store, call.language, (each.dataset_id for each in updates.items))
    query = f"stale={'yes' if only_stale else ''}"
    return call.page(
        "catalogue.html",
        status=status,
        found=found.items,
        only_stale=only_stale,
        q=q or "",
        running=updates.items,
        titles=titles,
        places={case_id: f"{task.stage}.{task.round}" for case_id, task in latest.items()},
        is_provider=provider is not None,
        files_elsewhere=provider is not None and is_filed_in(city),
        today=to_shanghai(call.now).date().isoformat(),
        problem=problem,
        problem_at=at,
        next=with_query(call.path("catalogue"), f"{query}&cursor={found.next}") if found.next else None,
        first=with_query(call.path("catalogue"), query) if call.asked("cursor") else None,
    )


async def catalogue_updated(call: Call) -> Response:
    """The data of an entry was brought up to date on a day."""
    caller, _, _ = keeper(call)
    form = await call.request.form()
    dataset_id = call.in_part("dataset_id")
    try:
        said = parsed(DataUpdateForm, {"updated_on": text_of(form, "updated_on")})
        await say_brought_up_to_date(call.runtime, call.store, caller, dataset_id, said)
    except REFUSED as fact:
        status, wanted, _ = wrong_in(call, form, fact)
        await call.store.release()
        problem = " ".join(text for found in wanted.problems.values() for text in found)
        return await catalogue_page(call, problem, dataset_id, status)
    await call.say_once("catalogue.said_updated")
    return call.go_on_to(call.path("catalogue"))


@dataclass(frozen=True)
class Draft:
    """What somebody is drafting: of which dataset, by which law, and what is asked for with it."""

    law: Law
    dataset: DatasetShown | None
    entry: Mapping[str, Any]
    openness: str | None
    fields: tuple[Field, ...]
    drafts: bool

    def editor(self, call: Call, wanted: Wanted) -> Editing | None:
        """The editor of the entry, for the body that compiles it."""
        if not self.drafts:
            return None
        return editing(self.law, call.words, self.entry, self.answered, wanted)

    @property
    def answered(self) -> dict[str, str]:
        """The classes and marks that the entry has, which stand in the form before anybody writes."""
        classes = {OPENNESS: self.openness, SHARING: self.entry.get(SHARING)}
        return {name: value for name, value in classes.items() if value} | marked(self.entry)


async def draft_of(call: Call, dataset_id: str | None) -> Draft:
    """What is asked of an update of this dataset, or of a new one. Raises a Problem."""
    caller, _, city = keeper(call)
    law = Law(rules_at(city, CATALOGUE_UPDATE, call.now), call.language)
    row = known(await catalogue_questions.dataset(call.store, dataset_id)) if dataset_id else None
    if row is not None:
        with refused_before_receipt():
            must_keep(caller, row)
    dataset = await dataset_now(call.store, caller, call.language, dataset_id) if dataset_id else None
    fields = list(asked_with(law, call))
    if row is None and keeps_every_entry(caller):
        bodies = await directory.bodies(call.store, city)
        options = tuple(
            Option(each.body, each.name["zh" if call.language == "zh" else "en"])
            for each in bodies
            if each.role == "provider"
        )
        label = law.say(texts().fields["entry.provider"])
        fields.insert(0, Field("provider", Kind.CHOICE, label, required=True, options=options))
    drafts = caller.body_role == "provider"
    return Draft(law, dataset, row.entry if row else {}, row.openness if row else None, tuple(fields), drafts)


def asked_with(law: Law, call: Call) -> list[Field]:
    """What a filing says of what happened, and a draft of why."""
    words = call.words
    trigger = field_of(law, words, "trigger", rule_of(law, "trigger"))
    day = Field("occurred_on", Kind.DAY, words("task.occurred_on"), hint=words("catalogue.occurred_hint"))
    statement = field_of(law, words, "statement", rule_of(law, "statement"))
    fields = {each.name: each for each in (trigger, day, statement)}
    stages = (stage for step in law.rules.steps for stage in step.stages)
    for requirement in (r for stage in stages for o in stage.outcomes if submits(o) for r in o.requires):
        for name in requirement.any_of:
            if name not in fields and name == "basis" and name not in OF_A_DRAFT:
                hint = condition_of(law, words, requirement.when) if requirement.when else None
                label = words("catalogue.basis_of_narrowing")
                fields[name] = Field(name, Kind.PROSE, label, hint=hint, law=law.named(requirement.citation))
    return list(fields.values())


async def catalogue_update(call: Call) -> Response:
    """The editor of an entry that is in the catalogue."""
    return await editor_page(call, await draft_of(call, call.in_part("dataset_id")), Wanted())


async def catalogue_new(call: Call) -> Response:
    """The editor of an entry that is not in the catalogue yet."""
    return await editor_page(call, await draft_of(call, None), Wanted())


async def editor_page(
    call: Call, draft: Draft, wanted: Wanted, *, status: int = 200, looked_at: Mapping[str, Any] | None = None
) -> Response:
    """The editor with what somebody filled in; `looked_at` is the draft whose changes are shown."""
    fields = wanted.in_(draft.fields)
    edited = draft.editor(call, wanted)
    everything = (*fields, *(edited.fields if edited else ()))
    entry = (looked_at or {}).get("entry", {})
    items = dossier.item_differences(call.words, entry, draft.entry)
    dropped = {each.item for each in items if each.how == "dropped"}
    dataset = draft.dataset
    return call.page(
        "catalogue_update.html",
        status=status,
        dataset=dataset,
        fields=fields,
        editing=edited,
        summary=everything,
        elsewhere=wanted.elsewhere(everything),
        looked_at=looked_at is not None,
        differences=dossier.differences(draft.law, call.words, entry, draft.entry),
        items=items,
        losing=await losing(call, dataset.dataset_id, dropped) if dataset and dropped else [],
        names=dossier.names_of_items(dataset),
        law=draft.law,
        action=call.path("catalogue_update_file", dataset_id=dataset.dataset_id)
        if dataset
        else call.path("catalogue_new_file"),
        key=new_key(),
    )


async def losing(call: Call, dataset_id: str, dropped: set[str]) -> list[tuple[Any, list[str]]]:
    """The grants that hold and lose one of these items, each with those that it loses; no items named: all."""
    caller = call.must_be_logged_in()
    found = await grant_page(call.store, caller, dataset_id, None, MOST_GRANTS)
    holding = [each for each in found.items if each.ended is None]
    lost = [(each, sorted(dropped & set(each.data_items)) if each.data_items else sorted(dropped)) for each in holding]
    return [(each, items) for each, items in lost if items]


async def catalogue_update_file(call: Call) -> Response:
    """An update of an entry is filed, with its draft or without; or its changes are looked at first."""
    return await filed(call, call.in_part("dataset_id"))


async def catalogue_new_file(call: Call) -> Response:
    """As `catalogue_update_file`, of an entry that is not in the catalogue yet."""
    return await filed(call, None)


async def filed(call: Call, dataset_id: str | None) -> Response:
    caller, _, city = keeper(call)
    form = await call.request.form()
    draft = await draft_of(call, dataset_id)
    said = entry_sent(form, draft.entry) if draft.drafts else {}
    if text_of(form, "do") == "look":
        wanted = Wanted({name: [str(each) for each in form.getlist(name)] for name in form})
        return await editor_page(call, draft, wanted, looked_at=said)
    if "entry" not in said and dict(said.get("answers", {})).items() <= draft.answered.items():
        said.pop("answers", None)
    content: dict[str, Any] = {"city": city, **stated(form, draft.fields), **said}
    if dataset_id:
        content["dataset_id"] = dataset_id
    try:
        filed = UpdateFiled(call.runtime, call.store, filer_of(call), caller, key_of(form))
        case = await receive_update(filed, parsed(CatalogueUpdateForm, content))
    except REFUSED as fact:
        return await refused(call, form, dataset_id, fact)
    await call.say_once("catalogue.filed", number=case.case_number)
    return call.go_on_to(call.path("catalogue"))


async def refused(call: Call, form: FormData, dataset_id: str | None, fact: Exception) -> Response:
    """The editor once more, with all that was written and what is wrong with it."""
    status, wanted, problem = wrong_in(call, form, fact)
    await call.store.release()
    draft = await draft_of(call, dataset_id)
    if problem.errors and (edited := draft.editor(call, wanted)):
        names = [each.name for each in edited.fields]
        wanted = wanted_of(form, wanted, problem, call.language, names)
    return await editor_page(call, draft, wanted, status=status)


async def catalogue_import(call: Call) -> Response:
    """Where a file of entries is uploaded."""
    keeper(call)
    return call.page("catalogue_import.html", report=None, problems=[], key=new_key())


async def catalogue_import_file(call: Call) -> Response:
    """What became of each row of a file: the good ones are filed, the others are told by line and field."""
    caller, _, city = keeper(call)
    form = await call.request.form()
    sent = form.get(FILE)
    try:
        if not isinstance(sent, UploadFile) or not sent.filename:
            raise invalid(FILE, "missing_here")
        if (sent.size or 0) > LARGEST_FILE:
            raise Problem("EvidenceTooLarge")
        kind = CKAN if sent.filename.lower().endswith(".json") else "text/csv"
        file = ImportedFile(await sent.read(), kind)
        await call.store.release()
        report = await import_entries(call.runtime, importer_of(caller, city), file, call.language)
    except REFUSED as fact:
        status, wanted, _ = wrong_in(call, form, fact)
        problems = [text for found in wanted.problems.values() for text in found]
        return call.page("catalogue_import.html", status=status, report=None, problems=problems, key=new_key())
    rejected_lines = len({each.line for each in report.rejected})
    return call.page("catalogue_import.html", report=report, rejected_lines=rejected_lines, problems=[], key=new_key())


ROUTES = (
    page("/catalogue", catalogue),
    page("/catalogue/new", catalogue_new),
    deed("/catalogue/new", catalogue_new_file),
    page("/catalogue/import", catalogue_import),
    deed("/catalogue/import", catalogue_import_file),
    page("/catalogue/{dataset_id}/update", catalogue_update),
    deed("/catalogue/{dataset_id}/update", catalogue_update_file),
    deed("/catalogue/{dataset_id}/updated", catalogue_updated),
    page_of_form("/catalogue/{dataset_id}/updated", "catalogue"),
)
