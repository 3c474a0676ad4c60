"""Import into the catalogue: each row of a file is a draft, judged by itself, and files a catalogue update.

Nothing is published and nothing opened by an import: no data is open without a recorded review (Nanning 29, Yulin 32),
so what a row becomes is a case, in which the reviews of its city take place.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from activities.catalogue.folding import folded
from activities.filing.files import Row, Sheet
from activities.idempotency import digest, id_from_key
from activities.record.inbox import Filing, Inbox
from activities.record.opening import law_of
from activities.record.receipt_facts import DatasetOfAnotherProvider
from models.refusals import CannotBeStored
from rules.bounds import MOST_FORMATS, MOST_ITEMS, Heading, ItemCode, Something
from rules.deadlines import to_shanghai
from rules.pack import CATALOGUE_UPDATE
from rules.pinned import Citation
from rules.procedure_rules import ProcedureRules
from rules.sample_catalogue import IRREGULAR, REAL_TIME, DatasetId, Format, Frequency, ItemType, Openness

if TYPE_CHECKING:
    from activities.database import Connection, Pool

PATH = "/v1/catalogue/imports"
PROVIDER = "provider"
OTHER = "other"
"""The trigger of an update for a reason that no law lists."""
BILINGUAL = ("title", "abstract", "domain", "conditions", "basis")

OPENNESS = {"无条件开放": "unconditional", "有条件开放": "conditional", "不予开放": "closed", "非开放": "closed"}
FREQUENCIES = {
    **dict.fromkeys(("每小时", "小时", "hourly"), "PT1H"),
    **dict.fromkeys(("每日", "每天", "日", "天", "daily"), "P1D"),
    **dict.fromkeys(("每周", "周", "weekly"), "P1W"),
    **dict.fromkeys(("每月", "月", "monthly"), "P1M"),
    **dict.fromkeys(("每季度", "每季", "季度", "季", "quarterly"), "P3M"),
    **dict.fromkeys(("每半年", "半年", "annual_2", "semiannual"), "P6M"),
    **dict.fromkeys(("每年", "年", "annual", "annually", "yearly"), "P1Y"),
    **dict.fromkeys(("实时", "实时更新", "realtime", "real-time", "continuous", "cont", "update_cont"), REAL_TIME),
    **dict.fromkeys(("不定期", "不定期更新", "按需", "irreg", "as_needed"), IRREGULAR),
}
"""Words for a frequency. What names none is refused: nothing could be called stale by it."""


OWNERS = """
select dataset_id, provider from cases
where dataset_id = any($1) and procedure = 'catalogue_update' and closed_at is null
union select dataset_id, provider from datasets where dataset_id = any($1)
"""
"""Whose an entry is, or will be by the update that is under way."""


class Text(BaseModel):
    """A text in both languages; one that the file has in Chinese alone stands for both until somebody translates it."""

    model_config = ConfigDict(frozen=True)
    zh: Something
    en: Something


class Line(BaseModel):
    """As `Text`, of one line."""

    model_config = ConfigDict(frozen=True)
    zh: Heading
    en: Heading


class ImportedItem(BaseModel):
    model_config = ConfigDict(frozen=True)
    item: ItemCode
    name: Line
    type: ItemType


class ImportedEntry(BaseModel):
    """What a row states of an entry, as the catalogue writes it."""

    model_config = ConfigDict(frozen=True)
    dataset_id: DatasetId | None = None
    source_id: Something | None = None
    """By which the catalogue that it comes from knows it, whatever it is called there today."""
    provider: Heading
    title: Line
    abstract: Text | None = None
    domain: Line | None = None
    items: Annotated[tuple[ImportedItem, ...], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    formats: Annotated[tuple[Format, ...], Field(min_length=1, max_length=MOST_FORMATS)] | None = None
    openness: Openness
    conditions: Text | None = None
    basis: Text | None = None
    update_frequency: Frequency | None = None

    def draft(self) -> dict[str, Any]:
        """The draft of the entry."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"dataset_id", "source_id", PROVIDER})


@dataclass(frozen=True)
class Rejected:
    """Why a row is no draft: a field, the rule that it breaks, and where the law says so. `name` is what the file calls
    the row, where it does."""

    line: int
    last_line: int
    name: str | None
    field: str | None
    rule: str
    params: Mapping[str, object] = member(default_factory=dict)
    citation: Citation | None = None


@dataclass(frozen=True)
class Accepted:
    """The case that a row filed."""

    line: int
    last_line: int
    dataset_id: str
    case_id: str


@dataclass(frozen=True)
class Report:
    """What became of a file."""

    rules: ProcedureRules
    accepted: list[Accepted]
    rejected: list[Rejected]
    ignored_columns: tuple[str, ...]


@dataclass(frozen=True)
class Importer:
    """Who imports into which city. Officers of a provider import its own entries, of the authority those of all."""

    account: str
    city: str
    provider: str | None = None


@dataclass(frozen=True)
class City:
    """What rows are judged by: providers by all that they are called, folded, and the entries that are there."""

    providers: Mapping[str, str]
    bodies: Mapping[str, str]
    entries: Mapping[str, tuple[str, Mapping[str, Any]]]
    """Dataset to its provider and entry."""
    known_by_title: Mapping[str, str] = member(default_factory=dict)
    """New dataset of a source's id to the one that the provider has by the same title, from before ids were told."""

    def provider_called(self, name: str) -> str | None:
        """The provider of this name, whatever its width, case and form of characters."""
        return self.providers.get(folded(name))

    def dataset_of(self, entry: ImportedEntry) -> str:
        """The dataset that a draft is about: the one it names, or a new one of its provider: one for each entry of the
        catalogue that it comes from, or where that tells no id, for each title. What the provider has by its title from
        before an id was told stays what it is."""
        if entry.dataset_id:
            return entry.dataset_id
        if not entry.source_id:
            return self.by_title(entry)
        by_source = self.by_source(entry)
        return self.known_by_title.get(by_source, by_source)

    def by_title(self, entry: ImportedEntry) -> str:
        """The dataset of a provider that is known by its title."""
        return self._id(entry, {"title": entry.title.zh})

    def by_source(self, entry: ImportedEntry) -> str:
        """The dataset of a provider that is known by the id of its source."""
        return self._id(entry, {"source_id": entry.source_id})

    def _id(self, entry: ImportedEntry, known_by: Mapping[str, str | None]) -> str:
        return f"{self.providers[folded(entry.provider)].replace('.', '-')}-{digest(known_by)[:10]}"


async def import_sheet(pool: Pool, inbox: Inbox, importer: Importer, sheet: Sheet, at: datetime) -> Report:
    """Each good row files an update, each bad one is told; none stops another. The same draft again files nothing
    twice, by the same account. Raises CityUnknown, NotInForce, ProcedureUnknown."""
    rules = law_of(importer.city, CATALOGUE_UPDATE, to_shanghai(at).date())
    report = Report(rules, [], [], sheet.ignored_columns)
    read = [(row, entry_of(row)) for row in sheet.rows]
    async with pool.acquire() as connection:
        city = await city_of(connection, importer.city, [each for _, each in read if isinstance(each, ImportedEntry)])
    named: set[str] = set()
    for row, entry in read:
        if not isinstance(entry, ImportedEntry):
            report.rejected.extend(entry)
        elif broken := [rejected(row, *found) for found in broken_rules(entry, rules, city, importer)]:
            report.rejected.extend(broken)
        elif (dataset_id := city.dataset_of(entry)) in named:
            report.rejected.append(rejected(row, "dataset_id", "named_twice", {"dataset_id": dataset_id}))
        else:
            named.add(dataset_id)
            try:
                case_id = await file_update(pool, inbox, importer, city, dataset_id, entry)
            except CannotBeStored as fact:
                report.rejected.append(rejected(row, None, fact.code, {}))
            except DatasetOfAnotherProvider:
                taken = {"dataset_id": dataset_id}
                report.rejected.append(rejected(row, "dataset_id", "dataset_of_another_provider", taken))
            else:
                report.accepted.append(Accepted(row.line, row.last_line, dataset_id, case_id))
    return report


def rejected(
    row: Row, field: str | None, rule: str, params: Mapping[str, object], citation: Citation | None = None
) -> Rejected:
    """What is the matter with a row."""
    return Rejected(row.line, row.last_line, row.name, field, rule, params, citation)


async def file_update(
    pool: Pool, inbox: Inbox, importer: Importer, city: City, dataset_id: str, entry: ImportedEntry
) -> str:
    """The catalogue update that a row files, with its draft kept in the filing; its case id.

    An import is no event from which the law lets a clock run, so it is an other reason, on the day of its receipt. Who
    compiles entries in that city reads the draft there and submits it, with the answers that the law asks for: a file
    gives none but the class. Raises DatasetOfAnotherProvider.
    """
    provider = city.providers[folded(entry.provider)]
    content = {"entry": entry.draft(), "dataset_id": dataset_id, "imported": True}
    case_id = await case_of(pool, importer, content)

    def received(at: datetime) -> Filing:
        on: date = to_shanghai(at).date()
        rules = law_of(importer.city, CATALOGUE_UPDATE, on)
        return Filing(
            rules=rules,
            party=importer.account,
            dataset_id=dataset_id,
            bodies={**city.bodies, PROVIDER: provider},
            data_items=(),
            choices={"trigger": OTHER} if rules.choice("trigger", OTHER) else {},
            given=frozenset({"trigger", "entry"}),
            occurred_on=on,
        )

    await inbox.receive_filing(case_id, CATALOGUE_UPDATE, content, received)
    return case_id


async def case_of(pool: Pool, importer: Importer, content: Mapping[str, Any]) -> str:
    """The id of the case for a draft: the same each time, until it is over.

    A row that is judged good would change the entry, so one that was published or given up before is meant anew.
    """
    key = digest(content)
    for times in itertools.count():
        case_id = id_from_key(importer.account, PATH, f"{key}/{times}" if times else key)
        if not await pool.fetchval("select closed_at is not null from cases where case_id = $1", case_id):
            return case_id
    raise AssertionError("numbers do not end")


def entry_of(row: Row) -> ImportedEntry | list[Rejected]:
    """What a row states, if it has the form of an entry; else every reason why it has not."""
    if row.faults:
        return [rejected(row, fault.field, fault.rule, fault.params) for fault in row.faults]
    try:
        return ImportedEntry.model_validate(stated(row.fields))
    except ValidationError as error:
        # Of a list one fault is told: that it is too short, because a part of it is none, says nothing more.
        found: dict[str, Rejected] = {}
        for each in error.errors(include_url=False):
            column = column_of(each["loc"])
            params = {**each.get("ctx", {}), "message": each["msg"]}
            found.setdefault(column, rejected(row, column, each["type"], params))
        return list(found.values())


Found = tuple[str, str, Mapping[str, object], Citation | None]


def broken_rules(entry: ImportedEntry, rules: ProcedureRules, city: City, importer: Importer) -> Iterator[Found]:
    """What is the matter with a draft beyond its form."""
    provider = city.provider_called(entry.provider)
    if provider is None:
        yield PROVIDER, "no_provider_of_that_name", {"given": entry.provider}, None
        return
    if importer.provider not in (None, provider):
        yield PROVIDER, "not_your_body", {"given": entry.provider}, None
    dataset_id = city.dataset_of(entry)
    owner, known = city.entries.get(dataset_id, (provider, {}))
    if owner != provider:
        yield "dataset_id", "dataset_of_another_provider", {"dataset_id": dataset_id}, None
    elif not dataset_id.startswith(provider.replace(".", "-") + "-"):
        yield "dataset_id", "id_not_of_its_provider", {"provider": provider.replace(".", "-")}, None
    draft = entry.draft()
    if entry.conditions and entry.openness != "conditional":
        yield "conditions_zh", "entry_conditions_out_of_place", {}, None
    if entry.basis and entry.openness == "unconditional":
        yield "basis_zh", "entry_basis_out_of_place", {}, None
    codes = [item.item for item in entry.items or ()]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        yield "items", "item_twice", {"items": ", ".join(twice)}, None
    whole = {**known, **draft, PROVIDER: provider}
    for rule in rules.entry:
        applies = all(whole.get(name) in values for name, values in rule.when.items())
        if rule.required and applies and not whole.get(rule.field):
            yield column_of((rule.field,)), "field_required", {"label": rule.label}, rule.citation
    if known and {**known, **draft} == dict(known):
        yield "dataset_id", "nothing_changes", {"dataset_id": dataset_id}, None


def stated(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row in the shape of an entry, not judged yet."""
    found: dict[str, Any] = {name: fields[name] for name in ("dataset_id", "source_id", PROVIDER) if name in fields}
    for name in BILINGUAL:
        zh, en = fields.get(f"{name}_zh"), fields.get(f"{name}_en")
        if zh or en:
            found[name] = {"zh": zh, "en": en or zh}
    if openness := fields.get("openness"):
        found["openness"] = OPENNESS.get(openness, openness.lower())
    if frequency := fields.get("update_frequency"):
        found["update_frequency"] = period_of(frequency)
    if formats := fields.get("formats"):
        found["formats"] = tuple(dict.fromkeys(each.lower() for each in re.split(r"[\s,;；，、/|]+", formats) if each))
    if items := fields.get("items"):
        found["items"] = items_of(items) if isinstance(items, str) else items
    return found


def period_of(frequency: str) -> str:
    """The period of a word, of an address in the EU's vocabulary or of a repeated interval; anything else as it is."""
    word = frequency.rsplit("/", 1)[-1].strip()
    return FREQUENCIES.get(word.lower(), word)


def items_of(cell: str) -> tuple[dict[str, Any], ...]:
    """The data items of a cell, one on each line or between semicolons."""
    return tuple(item_of(each) for each in re.split(r"[\n;；]+", cell) if each.strip())


def item_of(text: str) -> dict[str, Any]:
    """A data item from `code|name|type` or `code|name|English name|type`."""
    parts = [part.strip() for part in text.split("|")]
    code, name, kind = parts[0], parts[1] if len(parts) > 1 else "", parts[-1] if len(parts) > 2 else ""
    english = parts[2] if len(parts) > 3 else name
    return {"item": code, "name": {"zh": name, "en": english}, "type": kind}


def column_of(place: tuple[int | str, ...]) -> str:
    """The column of a file that an entry's field comes from."""
    name = str(place[0])
    if name in BILINGUAL:
        return f"{name}_{place[1] if len(place) > 1 else 'zh'}"
    return name


async def city_of(connection: Connection, city: str, drafts: list[ImportedEntry]) -> City:
    """What these drafts are judged by."""
    bodies = await connection.fetch("select body, role, name from bodies where city = $1", city)
    providers: dict[str, str] = {}
    for row in bodies:
        if row["role"] == PROVIDER:
            names = json.loads(row["name"])
            called = (row["body"], row["body"].split(".")[-1], names["zh"], names["en"])
            providers.update(dict.fromkeys(map(folded, called), row["body"]))
    others = {row["role"]: row["body"] for row in bodies if row["role"] != PROVIDER}
    nothing_there = City(providers, others, {})
    of_providers = [draft for draft in drafts if folded(draft.provider) in providers]
    known_by_title = await known_by_title_of(connection, nothing_there, of_providers)
    known = City(providers, others, {}, known_by_title)
    entries = await connection.fetch(
        "select dataset_id, provider, entry from datasets where dataset_id = any($1)",
        [known.dataset_of(draft) for draft in of_providers],
    )
    there = {row["dataset_id"]: (row["provider"], json.loads(row["entry"])) for row in entries}
    return City(providers, others, there, known_by_title)


async def known_by_title_of(connection: Connection, city: City, drafts: list[ImportedEntry]) -> dict[str, str]:
    """As `City.known_by_title`. Of several new drafts of one title, nobody can tell which is the one that is there."""
    of_sources = [draft for draft in drafts if draft.source_id and not draft.dataset_id]
    asked = [name(draft) for draft in of_sources for name in (city.by_source, city.by_title)]
    owners = {row["dataset_id"]: row["provider"] for row in await connection.fetch(OWNERS, asked)}
    new = [draft for draft in of_sources if city.by_source(draft) not in owners]
    titles = Counter(city.by_title(draft) for draft in new)
    return {
        city.by_source(draft): city.by_title(draft)
        for draft in new
        if titles[city.by_title(draft)] == 1
        and owners.get(city.by_title(draft)) == city.providers[folded(draft.provider)]
    }
