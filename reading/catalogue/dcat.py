"""The catalogue as DCAT 3 in JSON-LD, by the profile DCAT-AP 3; `docs/dcat.md` says what our own terms mean.

Every page is whole in itself: publishers, themes and the place are described wherever they are named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from activities.tables.catalogue import DatasetRow
from models.restrictions import RestrictionKind, all_gone
from reading.catalogue.questions import DatasetStanding, VersionNamed
from rules.deadlines import to_shanghai
from rules.pinned import Label
from rules.sample_catalogue import IRREGULAR, REAL_TIME

MEDIA_TYPE = "application/ld+json"
EU = "http://publications.europa.eu/resource/authority"
OURS = "urn:kaifang:"

CONTEXT: dict[str, Any] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "kaifang": f"{OURS}terms:",
    "locn": "http://www.w3.org/ns/locn#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    **{
        name: {"@id": term, "@container": "@language"}
        for name, term in {
            "title": "dct:title",
            "description": "dct:description",
            "keyword": "dcat:keyword",
            "name": "foaf:name",
            "fn": "vcard:fn",
            "prefLabel": "skos:prefLabel",
            "label": "rdfs:label",
            "geographicName": "locn:geographicName",
            "basis": "kaifang:basis",
        }.items()
    },
    **{
        name: {"@id": term, "@type": "@id"}
        for name, term in {
            "publisher": "dct:publisher",
            "language": "dct:language",
            "spatial": "dct:spatial",
            "type": "dct:type",
            "accrualPeriodicity": "dct:accrualPeriodicity",
            "accessRights": "dct:accessRights",
            "rights": "dct:rights",
            "license": "dct:license",
            "format": "dct:format",
            "mediaType": "dcat:mediaType",
            "accessURL": "dcat:accessURL",
            "availability": "dcatap:availability",
            "theme": "dcat:theme",
            "themeTaxonomy": "dcat:themeTaxonomy",
            "inScheme": "skos:inScheme",
            "contactPoint": "dcat:contactPoint",
            "dataset": "dcat:dataset",
            "distribution": "dcat:distribution",
            "status": "adms:status",
            "restriction": "kaifang:restriction",
            "view": "hydra:view",
            "first": "hydra:first",
            "next": "hydra:next",
        }.items()
    },
    "identifier": "dct:identifier",
    "version": "dcat:version",
    "versionNotes": "adms:versionNotes",
    "totalItems": {"@id": "hydra:totalItems", "@type": "xsd:integer"},
    "modified": {"@id": "dct:modified", "@type": "xsd:date"},
    "disputed": {"@id": "kaifang:disputed", "@type": "xsd:boolean"},
    "openness": "kaifang:openness",
    "dataItem": "kaifang:dataItem",
    "updatePeriod": {"@id": "kaifang:updatePeriod", "@type": "xsd:duration"},
    "since": {"@id": "kaifang:since", "@type": "xsd:dateTime"},
}

ACCESS_RIGHTS = {"unconditional": "PUBLIC", "conditional": "RESTRICTED", "closed": "NON_PUBLIC"}
FREQUENCIES = {
    **{"PT1M": "1MIN", "PT5M": "5MIN", "PT10M": "10MIN", "PT15M": "15MIN", "PT30M": "30MIN", "PT60M": "HOURLY"},
    **{"PT1H": "HOURLY", "PT2H": "BIHOURLY", "PT3H": "TRIHOURLY", "PT12H": "12HRS", "PT24H": "DAILY", "P1D": "DAILY"},
    **{"P7D": "WEEKLY", "P1W": "WEEKLY", "P14D": "BIWEEKLY", "P2W": "BIWEEKLY", "P1M": "MONTHLY", "P2M": "BIMONTHLY"},
    **{"P3M": "QUARTERLY", "P4M": "ANNUAL_3", "P6M": "ANNUAL_2", "P12M": "ANNUAL", "P1Y": "ANNUAL", "P2Y": "BIENNIAL"},
    **{"P3Y": "TRIENNIAL", "P4Y": "QUADRENNIAL", "P5Y": "QUINQUENNIAL", "P10Y": "DECENNIAL"},
    **{REAL_TIME: "UPDATE_CONT", IRREGULAR: "IRREG"},
}
"""Frequencies for which the EU's vocabulary has a word; any other is OTHER there, with the period in
`kaifang:updatePeriod`."""
MEDIA_TYPES = {
    "csv": "text/csv",
    "geojson": "application/geo+json",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
}
RESTRICTIONS = {
    RestrictionKind.HOLD: "kaifang:Hold",
    RestrictionKind.SUSPENSION: "kaifang:Suspension",
    RestrictionKind.WITHDRAWAL_UNTIL_PROCESSED: "kaifang:WithdrawalOfData",
    RestrictionKind.WITHDRAWAL: "kaifang:WithdrawalOfData",
}
LANGUAGES = [f"{EU}/language/ZHO", f"{EU}/language/ENG"]
THEMES = {
    "@id": f"{OURS}themes",
    "@type": "skos:ConceptScheme",
    "title": {"zh": "数据领域", "en": "Domains of data"},
}


@dataclass(frozen=True)
class Described:
    """A dataset with what its row does not have: provider, place, standing and version."""

    row: DatasetRow
    provider: Label
    place: Label
    standing: DatasetStanding
    version: VersionNamed
    agreement: str | None = None
    """Where the API has the text under which data of its class is used."""

    @property
    def is_open(self) -> bool:
        return self.row.openness != "closed"

    @property
    def gone(self) -> bool:
        """Whether nothing of it is left to be served."""
        return all_gone((each.restricted for each in self.standing.restrictions), self.row.items)

    @property
    def status(self) -> str:
        """One of the statuses that `docs/dcat.md` describes."""
        if not self.is_open:
            return "Closed"
        if self.gone:
            return "NotServed"
        return "PartlyServed" if self.standing.restrictions else "Served"


@dataclass(frozen=True)
class Catalogue:
    """What a catalogue says of itself; `city` is None for all cities together."""

    base: str
    city: str | None
    place: Label
    publisher: str
    publisher_name: Label

    @property
    def path(self) -> str:
        return f"{self.base}/v1/catalogue.jsonld"

    @property
    def iri(self) -> str:
        """The catalogue itself, which is none of its pages."""
        return f"{self.page()}#catalogue"

    def page(self, **more: str | int) -> str:
        """The address of a page; of the first one without more."""
        asked = {**({"city": self.city} if self.city else {}), **more}
        return f"{self.path}?{urlencode(asked)}" if asked else self.path

    def document(self, datasets: list[dict[str, Any]], total: int, view: Mapping[str, str]) -> dict[str, Any]:
        """A page of the catalogue."""
        return {
            "@context": CONTEXT,
            "@id": self.iri,
            "@type": ["dcat:Catalog", "hydra:Collection"],
            "title": {
                "zh": f"{self.place.zh}公共数据开放目录",
                "en": f"Catalogue of open public data, {self.place.en}",
            },
            "description": {
                "zh": "无条件开放、有条件开放和不予开放的公共数据，含异议标注和中止开放情况。",
                "en": "Public data that is open, open on conditions, or closed, with disputed marks and suspensions.",
            },
            "publisher": agent(self.publisher, self.publisher_name),
            "language": LANGUAGES,
            "spatial": location(self.city or "", self.place),
            "themeTaxonomy": THEMES,
            "totalItems": total,
            "view": {"@type": ["hydra:PartialCollectionView", "hydra:PagedCollection"], **view},
            "dataset": datasets,
        }


def in_languages(label: Mapping[str, str]) -> dict[str, str]:
    """The text in each language in which somebody wrote it: a text that is only Chinese is not shown as English."""
    return {"zh": label["zh"], **({"en": label["en"]} if label["en"] != label["zh"] else {})}


def agent(body: str, name: Label) -> dict[str, Any]:
    return {
        "@id": f"{OURS}body:{body}",
        "@type": "foaf:Agent",
        "name": {"zh": name.zh, "en": name.en},
        "type": "http://purl.org/adms/publishertype/LocalAuthority",
    }


def location(city: str, name: Label) -> dict[str, Any]:
    node = {"@type": "dct:Location", "geographicName": {"zh": name.zh, "en": name.en}}
    return {"@id": f"{OURS}city:{city}", **node} if city else node


def dataset(base: str, described: Described) -> dict[str, Any]:
    """A dataset, whether anything of it is served or not: what is closed, held, suspended or withdrawn stays listed,
    with its reason, and has no distribution."""
    row, provider, standing, version = described.row, described.provider, described.standing, described.version
    entry = row.entry
    iri = f"{base}/v1/datasets/{row.dataset_id}"
    node: dict[str, Any] = {
        "@id": iri,
        "@type": "dcat:Dataset",
        "identifier": row.dataset_id,
        "title": in_languages(entry["title"]),
        "description": in_languages(entry["abstract"]),
        "publisher": agent(row.provider, provider),
        "contactPoint": {"@type": "vcard:Organization", "fn": {"zh": provider.zh, "en": provider.en}},
        "spatial": location(row.city, described.place),
        "theme": theme(entry["domain"]),
        "keyword": keywords(entry.get("items", ())),
        "accessRights": f"{EU}/access-right/{ACCESS_RIGHTS[row.openness]}",
        "openness": row.openness,
        "version": str(version.number),
        "disputed": standing.disputed,
        "status": f"kaifang:{described.status}",
    }
    if version.case_number:
        node["versionNotes"] = version.case_number
    if row.updated_on:
        node["modified"] = row.updated_on.isoformat()
    if frequency := entry.get("update_frequency"):
        node["accrualPeriodicity"] = f"{EU}/frequency/{FREQUENCIES.get(frequency, 'OTHER')}"
        if frequency not in (REAL_TIME, IRREGULAR):
            # Weeks are ISO 8601 but no lexical form of xsd:duration.
            node["updatePeriod"] = f"P{int(frequency[1:-1]) * 7}D" if frequency.endswith("W") else frequency
    if entry.get("basis"):
        node["basis"] = in_languages(entry["basis"])
    if standing.restrictions:
        node["restriction"] = [
            {
                "@type": RESTRICTIONS[RestrictionKind(each.kind)],
                "dataItem": [item for item in row.items if item in each.restricted]
                if each.except_items
                else each.data_items,
                "since": to_shanghai(each.since).isoformat(),
            }
            for each in standing.restrictions
        ]
    if described.is_open and not described.gone:
        licence = {"license": f"{base}{described.agreement}"} if described.agreement else {}
        node["distribution"] = [distribution(iri, each, entry) | licence for each in entry.get("formats", ())]
    return node


def theme(domain: Mapping[str, str]) -> dict[str, Any]:
    return {
        "@id": f"{OURS}theme:{quote(domain['zh'], safe='')}",
        "@type": "skos:Concept",
        "prefLabel": in_languages(domain),
        "inScheme": THEMES["@id"],
    }


def keywords(items: Any) -> dict[str, list[str]]:
    """What the data items are called."""
    found: dict[str, dict[str, None]] = {}
    for item in items:
        for language, name in in_languages(item["name"]).items():
            found.setdefault(language, {})[name] = None
    return {language: list(names) for language, names in found.items()}


def distribution(iri: str, form: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """One format of the data, to be had where its entry says how."""
    node: dict[str, Any] = {
        "@id": f"{iri}#{form}",
        "@type": "dcat:Distribution",
        "title": {language: f"{text} ({form})" for language, text in in_languages(entry["title"]).items()},
        "accessURL": iri,
        "format": f"{EU}/file-type/{form.upper()}",
        "availability": f"{EU}/planned-availability/AVAILABLE",
    }
    if form in MEDIA_TYPES:
        node["mediaType"] = f"https://www.iana.org/assignments/media-types/{MEDIA_TYPES[form]}"
    if entry.get("conditions"):
        node["rights"] = {"@type": "dct:RightsStatement", "label": in_languages(entry["conditions"])}
    return node
