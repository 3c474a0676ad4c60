"""Whether an entry that a row states may be drafted: by who imports it, the rules of its city, and what is there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from typing import TYPE_CHECKING, Any

from activities.catalogue.folding import folded
from activities.filing.files import Fault
from activities.filing.row_entries import PROVIDER, ImportedEntry, column_of
from activities.idempotency import digest
from rules.procedure_names import CATALOGUE_UPDATE
from rules.procedure_rules import ProcedureRules

if TYPE_CHECKING:
    from activities.database import Connection

OWNERS = f"""
select dataset_id, provider from cases
where dataset_id = any($1) and procedure = '{CATALOGUE_UPDATE}' and closed_at is null
union select dataset_id, provider from datasets where dataset_id = any($1)
"""  # noqa: S608  # a constant of ours
"""Whose an entry is, or will be by the update that is under way."""


@dataclass(frozen=True)
class Importer:
    """Who imports into which city. Officers of a provider import its own entries, of the authority those of all."""

    account: str
    city: str
    provider: str | None = None
    county: str | None = None
    """The authority of the county whose entries alone are imported."""


@dataclass(frozen=True)
class Known:
    """What rows are judged by: providers by all that they are called, folded, and the entries that are there."""

    providers: Mapping[str, str]
    bodies: Mapping[str, str]
    counties: Mapping[str, str]
    """Provider to the authority of the county that it belongs to."""
    entries: Mapping[str, tuple[str, Mapping[str, Any]]]
    """Dataset to its provider and entry."""
    known_by_title: Mapping[str, str] = member(default_factory=dict)
    """New dataset of a source's id to the one that the provider has under the same title, from before files named
    ids."""

    def provider_called(self, name: str) -> str | None:
        """The provider of this name, whatever its width, case and form of characters."""
        return self.providers.get(folded(name))

    def provider_of(self, entry: ImportedEntry) -> str:
        """The provider whose entry it is; a name that means none was asked about before."""
        return self.providers[folded(entry.provider)]

    def dataset_of(self, entry: ImportedEntry) -> str:
        """The dataset that a draft is about: the one it names, or a new one of its provider. There is one new dataset
        for each entry of the catalogue that it comes from, or for each title where that catalogue names no id. A
        dataset that the provider has under its title, from before an id was named, stays the same dataset."""
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
        return f"{prefix_of(self.provider_of(entry))}-{digest(known_by)[:10]}"


def prefix_of(provider: str) -> str:
    """How the id of a dataset of this provider begins."""
    return provider.replace(".", "-")


def broken_rules(entry: ImportedEntry, rules: ProcedureRules, known: Known, importer: Importer) -> Iterator[Fault]:
    """What is the matter with a draft beyond its form, by the rules of its city and what the catalogue has."""
    provider = known.provider_called(entry.provider)
    if provider is None:
        yield Fault("no_provider_of_that_name", PROVIDER, {"given": entry.provider})
        return
    if importer.provider not in (None, provider) or importer.county not in (None, known.counties.get(provider)):
        yield Fault("not_your_body", PROVIDER, {"given": entry.provider})
    dataset_id = known.dataset_of(entry)
    owner, before = known.entries.get(dataset_id, (provider, {}))
    if owner != provider:
        yield Fault("dataset_of_another_provider", "dataset_id", {"dataset_id": dataset_id})
    elif not dataset_id.startswith(f"{prefix_of(provider)}-"):
        yield Fault("id_not_of_its_provider", "dataset_id", {"provider": prefix_of(provider)})
    draft = entry.draft()
    if entry.conditions and entry.openness != "conditional":
        yield Fault("entry_conditions_out_of_place", "conditions_zh")
    if entry.basis and entry.openness == "unconditional":
        yield Fault("entry_basis_out_of_place", "basis_zh")
    if "sharing_class" not in rules.choices:
        named = ("sharing_class", "sharing_reason", "sharing_basis")
        yield from (Fault("sharing_has_no_class_here", column_of((name,))) for name in named if name in draft)
    codes = [item.item for item in entry.items or ()]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        yield Fault("item_twice", "items", {"items": ", ".join(twice)})
    whole = {**before, **draft, PROVIDER: provider}
    for rule in rules.entry:
        applies = all(whole.get(name) in values for name, values in rule.when.items())
        if rule.required and applies and not whole.get(rule.field):
            yield Fault("field_required", column_of((rule.field,)), {"label": rule.label}, rule.citation)
    if before and {**before, **draft} == dict(before):
        yield Fault("nothing_changes", "dataset_id", {"dataset_id": dataset_id})


async def known_there(connection: Connection, city: str, drafts: list[ImportedEntry]) -> Known:
    """What these drafts are judged by."""
    bodies = await connection.fetch("select body, role, name, county from bodies where city = $1", city)
    providers: dict[str, str] = {}
    for row in bodies:
        if row["role"] == PROVIDER:
            names = json.loads(row["name"])
            called = (row["body"], row["body"].split(".")[-1], names["zh"], names["en"])
            providers.update(dict.fromkeys(map(folded, called), row["body"]))
    others = {row["role"]: row["body"] for row in bodies if row["role"] != PROVIDER and row["county"] is None}
    counties = {row["body"]: row["county"] for row in bodies if row["county"]}
    nothing_there = Known(providers, others, counties, {})
    of_providers = [draft for draft in drafts if folded(draft.provider) in providers]
    known_by_title = await known_by_title_of(connection, nothing_there, of_providers)
    known = Known(providers, others, counties, {}, known_by_title)
    entries = await connection.fetch(
        "select dataset_id, provider, entry from datasets where dataset_id = any($1)",
        [known.dataset_of(draft) for draft in of_providers],
    )
    there = {row["dataset_id"]: (row["provider"], json.loads(row["entry"])) for row in entries}
    return replace(known, entries=there)


async def known_by_title_of(connection: Connection, known: Known, drafts: list[ImportedEntry]) -> dict[str, str]:
    """As `Known.known_by_title`. Of several new drafts of one title, nobody can tell which is the one that is there."""
    of_sources = [draft for draft in drafts if draft.source_id and not draft.dataset_id]
    asked = [name(draft) for draft in of_sources for name in (known.by_source, known.by_title)]
    owners = {row["dataset_id"]: row["provider"] for row in await connection.fetch(OWNERS, asked)}
    new = [draft for draft in of_sources if known.by_source(draft) not in owners]
    titles = Counter(known.by_title(draft) for draft in new)
    return {
        known.by_source(draft): known.by_title(draft)
        for draft in new
        if titles[known.by_title(draft)] == 1 and owners.get(known.by_title(draft)) == known.provider_of(draft)
    }
