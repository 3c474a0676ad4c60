"""The catalogue as DCAT: parsed as RDF by rdflib, and held against the shapes of DCAT-AP 3 by pySHACL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyshacl import validate
from rdflib import DCTERMS, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, SH

from activities.database import Pool
from rules.loading import cities
from rules.sample_catalogue import datasets
from tests.api.calling import PUBLIC, Service

# rdflib's parser of JSON-LD and pySHACL still use what rdflib itself calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib", "ignore::DeprecationWarning:pyshacl")

SHAPES = Path(__file__).with_name("shapes.ttl")
ADMS = Namespace("http://www.w3.org/ns/adms#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
KAIFANG = Namespace("urn:kaifang:terms:")
EU = "http://publications.europa.eu/resource/authority"
BUS_LINES = URIRef(f"{PUBLIC}/v1/datasets/nanning-transport-bus-lines")
POSITIONS = URIRef(f"{PUBLIC}/v1/datasets/nanning-transport-bus-positions")
DRIVERS = URIRef(f"{PUBLIC}/v1/datasets/nanning-transport-ride-hailing-drivers")
NOT_KNOWN = {DCTERMS.license, DCTERMS.temporal, DCAT.distribution, DCTERMS.description}
"""Recommended, and not told: no entry names a licence or a span of time, closed data has no distribution, and a
distribution is described by its dataset."""


async def page(service: Service, path: str = "/v1/catalogue.jsonld", **asked: Any) -> Graph:
    """A page as a harvester reads it."""
    answer = await service.nobody().get(path, **asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/ld+json"
    return Graph().parse(data=answer.text, format="json-ld")


async def restricted(service: Service, pool: Pool, kind: str, items: list[str]) -> None:
    """A case keeps the bus lines back."""
    case = await service.as_("applicant@demo").file("nanning")
    await pool.execute(
        "insert into restrictions (case_id, dataset_id, kind, data_items, since) "
        "values ($1, 'nanning-transport-bus-lines', $2, $3, '2026-03-01 00:00+08')",
        case["case_id"],
        kind,
        items,
    )


@pytest.mark.parametrize("city", [*cities(), None])
async def test_the_shapes_of_dcat_ap_hold_for_every_citys_catalogue(
    service: Service, pool: Pool, city: str | None
) -> None:
    await restricted(service, pool, "suspension", ["line_code"])
    graph = await page(service, limit=500, **({"city": city} if city else {}))

    conforms, report, text = validate(graph, shacl_graph=Graph().parse(SHAPES), allow_warnings=True)

    assert conforms, text
    assert set(report.objects(None, SH.resultPath)) <= NOT_KNOWN
    listed = {str(dataset).rpartition("/")[2] for dataset in graph.subjects(RDF.type, DCAT.Dataset)}
    assert listed == {each.dataset_id for each in datasets() if city in (each.city, None)}


async def test_the_shapes_refuse_what_is_no_dcat_ap(service: Service) -> None:
    graph = await page(service, city="nanning")
    graph.remove((BUS_LINES, DCTERMS.title, None))
    graph.add((DRIVERS, DCAT.distribution, URIRef(f"{DRIVERS}#csv")))

    conforms, report, _ = validate(graph, shacl_graph=Graph().parse(SHAPES), allow_warnings=True)

    assert not conforms
    refused = {report.value(result, SH.focusNode) for result in report.subjects(SH.resultSeverity, SH.Violation)}
    assert refused >= {BUS_LINES, DRIVERS}


async def test_a_dataset_says_what_it_is_in_both_languages_and_in_the_words_of_the_eu(service: Service) -> None:
    graph = await page(service, city="nanning")

    assert set(graph.objects(BUS_LINES, DCTERMS.title)) == {
        Literal("公交线路与站点", lang="zh"),
        Literal("Bus lines and stops", lang="en"),
    }
    assert graph.value(BUS_LINES, DCTERMS.accrualPeriodicity) == URIRef(f"{EU}/frequency/MONTHLY")
    assert graph.value(BUS_LINES, KAIFANG.updatePeriod) == Literal("P1M", datatype=XSD.duration)
    rights = [graph.value(each, DCTERMS.accessRights) for each in (BUS_LINES, POSITIONS, DRIVERS)]
    assert rights == [URIRef(f"{EU}/access-right/{each}") for each in ("PUBLIC", "RESTRICTED", "NON_PUBLIC")]
    formats = {graph.value(each, DCTERMS["format"]) for each in graph.objects(BUS_LINES, DCAT.distribution)}
    assert formats == {URIRef(f"{EU}/file-type/{each}") for each in ("CSV", "JSON", "GEOJSON")}
    theme = graph.value(BUS_LINES, DCAT.theme)
    assert Literal("交通出行", lang="zh") in set(graph.objects(theme, SKOS.prefLabel))
    assert graph.value(BUS_LINES, URIRef(f"{DCAT}version")) == Literal("1")  # new in DCAT 3


@pytest.mark.parametrize(("frequency", "word"), [("real_time", "UPDATE_CONT"), ("irregular", "IRREG")])
async def test_a_frequency_that_is_no_period_has_only_the_word_of_the_eu(
    service: Service, pool: Pool, frequency: str, word: str
) -> None:
    await pool.execute(
        "update datasets set entry = entry || jsonb_build_object('update_frequency', $1::text) where dataset_id = $2",
        frequency,
        str(BUS_LINES).rsplit("/", 1)[-1],
    )
    graph = await page(service, city="nanning")
    assert graph.value(BUS_LINES, DCTERMS.accrualPeriodicity) == URIRef(f"{EU}/frequency/{word}")
    assert graph.value(BUS_LINES, KAIFANG.updatePeriod) is None
    conforms, _, text = validate(graph, shacl_graph=Graph().parse(SHAPES), allow_warnings=True)
    assert conforms, text


async def test_conditions_are_rights_of_distributions_and_closed_data_has_none(
    service: Service,
) -> None:
    graph = await page(service, city="nanning")

    (offered,) = graph.objects(POSITIONS, DCAT.distribution)
    said = set(graph.objects(graph.value(offered, DCTERMS.rights), RDFS.label))
    assert {text.language for text in said if isinstance(text, Literal)} == {"zh", "en"}
    assert list(graph.objects(DRIVERS, DCAT.distribution)) == []
    assert graph.value(DRIVERS, ADMS.status) == KAIFANG.Closed
    assert graph.value(DRIVERS, KAIFANG.basis)


@pytest.mark.parametrize(
    ("kind", "items", "status", "told"),
    [
        ("hold", ["line_code"], KAIFANG.PartlyServed, KAIFANG.Hold),
        ("suspension", [], KAIFANG.NotServed, KAIFANG.Suspension),
        ("withdrawal", [], KAIFANG.NotServed, KAIFANG.WithdrawalOfData),
    ],
)
async def test_what_is_kept_back_is_told_and_not_offered(
    service: Service, pool: Pool, kind: str, items: list[str], status: URIRef, told: URIRef
) -> None:
    await restricted(service, pool, kind, items)

    graph = await page(service, city="nanning")

    restriction = graph.value(BUS_LINES, KAIFANG.restriction)
    assert graph.value(restriction, RDF.type) == told
    assert [str(each) for each in graph.objects(restriction, KAIFANG.dataItem)] == items
    assert graph.value(BUS_LINES, ADMS.status) == status
    assert bool(list(graph.objects(BUS_LINES, DCAT.distribution))) is (status == KAIFANG.PartlyServed)


async def test_the_disputed_mark_is_told(service: Service, pool: Pool) -> None:
    case = await service.as_("applicant@demo").file("nanning")
    await pool.execute(
        "insert into objections (case_id, dataset_id, party, ground, disputed) values ($1, $2, 'x', 'privacy', false)",
        case["case_id"],
        "nanning-transport-bus-lines",
    )
    await pool.execute(
        "insert into events (case_id, number, type, at, event) values ($1, 99, 'DisputeMarked', now(), '{}')",
        case["case_id"],
    )

    graph = await page(service, city="nanning")

    assert set(graph.subjects(KAIFANG.disputed, Literal(True))) == {BUS_LINES}


async def test_a_harvester_finds_every_dataset_once_by_going_from_page_to_page(service: Service) -> None:
    found: list[URIRef] = []
    total = None
    address = f"{PUBLIC}/v1/catalogue.jsonld?limit=7"
    while address:
        graph = await page(service, address)
        found += [each for each in graph.subjects(RDF.type, DCAT.Dataset) if isinstance(each, URIRef)]
        (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
        total = graph.value(catalogue, HYDRA.totalItems)
        assert graph.value(catalogue, HYDRA.view) == URIRef(address)
        address = str(graph.value(URIRef(address), HYDRA.next) or "")

    assert len(found) == len(set(found)) == int(str(total)) >= 40


async def test_a_page_that_has_not_changed_is_not_sent_again(service: Service, pool: Pool) -> None:
    nobody = service.nobody()
    first = await nobody.get("/v1/catalogue.jsonld", city="nanning", limit=2)
    tag = {"If-None-Match": f'"other", {first.headers["etag"]}'}

    again = await nobody.get("/v1/catalogue.jsonld", headers=tag, city="nanning", limit=2)
    await pool.execute("update datasets set openness = 'closed' where city = 'nanning'")
    changed = await nobody.get("/v1/catalogue.jsonld", headers=tag, city="nanning", limit=2)

    assert first.headers["link"].endswith('rel="next"')
    assert (again.status_code, again.content) == (304, b"")
    assert (changed.status_code, changed.headers["etag"] == first.headers["etag"]) == (200, False)


async def test_the_catalogue_of_a_city_that_is_none_is_a_problem(service: Service) -> None:
    answer = await service.nobody().get("/v1/catalogue.jsonld", city="atlantis")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "city_unknown")
