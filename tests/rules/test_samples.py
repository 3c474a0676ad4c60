"""The sample catalogue: what the laws demand of an entry, what the contract promises of the demo, strict reading."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from models.reporting import FINDER
from models.sharing import REQUESTER
from rules.loading import cities, load_pack
from rules.posts import posts_on
from rules.sample_catalogue import (
    SampleCatalogueInvalid,
    SampleDataset,
    accounts,
    bodies,
    datasets,
    posts,
    read_samples,
)
from tests.five_cities import FIVE_CITIES

PROVIDERS_WITH_OFFICERS_IN_EACH_OF_THE_FIVE = ("transport", "health")

A_FILE = """
bodies:
  - {body: nanning.transport, role: provider, name: {zh: 交通, en: Transport}}
accounts:
  - {login: reviewer@nanning.transport, name: {zh: 甲, en: A}, roles: [reviewer], city: nanning,
     body: nanning.transport}
datasets:
  - dataset_id: nanning-transport-bus-lines
    sample: true
    provider: nanning.transport
    title: {zh: 线路, en: Lines}
    abstract: {zh: 线路, en: Lines}
    domain: {zh: 交通, en: Transport}
    items:
      - {item: line_code, name: {zh: 编号, en: Code}, type: string}
    formats: [csv]
    openness: unconditional
    update_frequency: P1M
    updated_on: 2025-12-05
"""


def of_city(city: str) -> list[SampleDataset]:
    return [d for d in datasets() if d.city == city]


def test_every_city_that_has_a_pack_has_samples_and_no_other() -> None:
    assert {d.city for d in datasets()} == set(cities())
    assert {b.city for b in bodies()} == set(cities())


@pytest.mark.parametrize("city", cities())
def test_a_city_has_a_dataset_of_each_class_for_each_procedure_to_be_filed(city: str) -> None:
    assert {d.openness for d in of_city(city)} == {"closed", "conditional", "unconditional"}


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_each_of_the_five_has_at_least_eight_datasets(city: str) -> None:
    assert len(of_city(city)) >= 8


@pytest.mark.parametrize("city", FIVE_CITIES)
@pytest.mark.parametrize("provider", PROVIDERS_WITH_OFFICERS_IN_EACH_OF_THE_FIVE)
def test_transport_and_health_each_have_a_conditional_and_an_unconditional_dataset(city: str, provider: str) -> None:
    openness = {d.openness for d in of_city(city) if d.provider == f"{city}.{provider}"}
    assert {"conditional", "unconditional"} <= openness


@pytest.mark.parametrize("city", FIVE_CITIES)
def test_each_of_the_five_has_datasets_of_more_providers_than_transport_and_health(city: str) -> None:
    assert len({d.provider for d in of_city(city)}) >= 5


def test_every_dataset_is_marked_as_a_sample() -> None:
    assert all(d.sample for d in datasets())
    with pytest.raises(SampleCatalogueInvalid, match=r"datasets\[0\]\.sample"):
        read_samples("a.yaml", A_FILE.replace("sample: true", "sample: false"))
    with pytest.raises(SampleCatalogueInvalid, match=r"datasets\[0\]\.sample"):
        read_samples("a.yaml", A_FILE.replace("    sample: true\n", ""))


@pytest.mark.parametrize("line", [line for line in A_FILE.splitlines() if line.startswith("    ") and line[4] != " "])
def test_an_entry_that_lacks_a_field_of_the_catalogue_is_refused(line: str) -> None:
    field = line.strip().split(":")[0]
    lacking = A_FILE.replace(line + "\n", "")
    if field == "items":
        lacking = lacking.replace("      - {item: line_code, name: {zh: 编号, en: Code}, type: string}\n", "")
    with pytest.raises(SampleCatalogueInvalid, match=rf"a\.yaml:\d+: datasets\[0\]\.{field}: \w+: "):
        read_samples("a.yaml", lacking)


def test_every_provider_of_a_dataset_is_a_body_with_the_role_of_provider() -> None:
    providers = {b.body for b in bodies() if b.role == "provider"}
    assert {d.provider for d in datasets()} <= providers


def test_a_dataset_of_a_provider_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SampleCatalogueInvalid, match=r"names nanning\.transport, which is no provider here"):
        read_samples("a.yaml", A_FILE.replace("body: nanning.transport, role", "body: nanning.health, role"))


def test_an_account_of_a_body_that_does_not_exist_is_refused() -> None:
    unknown = A_FILE.replace("city: nanning,\n     body: nanning.transport", "city: nanning, body: nanning.health")
    with pytest.raises(SampleCatalogueInvalid, match=r"acts for nanning\.health, which is no body here"):
        read_samples("a.yaml", unknown)


def test_ids_are_unique() -> None:
    for ids in (
        [d.dataset_id for d in datasets()],
        [b.body for b in bodies()],
        [a.login for a in accounts()],
        [a.account_id for a in accounts()],
    ):
        assert [i for i, count in Counter(ids).items() if count > 1] == []


def test_an_id_that_is_named_twice_is_refused() -> None:
    body = "  - {body: nanning.transport, role: provider, name: {zh: 交通, en: Transport}}\n"
    with pytest.raises(SampleCatalogueInvalid, match=r"body: named more than once: nanning\.transport"):
        read_samples("a.yaml", A_FILE.replace(body, body * 2))


def test_an_item_code_that_is_named_twice_is_refused() -> None:
    item = "      - {item: line_code, name: {zh: 编号, en: Code}, type: string}\n"
    with pytest.raises(SampleCatalogueInvalid, match=r"item: named more than once: line_code"):
        read_samples("a.yaml", A_FILE.replace(item, item * 2))


def test_a_dataset_names_its_conditions_if_and_only_if_it_is_conditional() -> None:
    assert all((d.conditions is not None) == (d.openness == "conditional") for d in datasets())


def test_a_conditional_dataset_without_conditions_is_refused() -> None:
    with pytest.raises(SampleCatalogueInvalid, match="is conditional and names none"):
        read_samples("a.yaml", A_FILE.replace("openness: unconditional", "openness: conditional"))


@pytest.mark.parametrize("openness", ["closed", "unconditional"])
def test_conditions_of_a_dataset_that_is_not_conditional_are_refused(openness: str) -> None:
    text = A_FILE.replace("openness: unconditional", f"openness: {openness}\n    conditions: {{zh: 限, en: Limits}}")
    with pytest.raises(SampleCatalogueInvalid, match=f"is {openness}, so it can have none"):
        read_samples("a.yaml", text)


@pytest.mark.parametrize("city", ["guangzhou", "nanjing"])
def test_where_the_law_wants_a_basis_every_conditional_or_closed_dataset_has_one(city: str) -> None:
    assert [d.dataset_id for d in of_city(city) if d.openness != "unconditional" and d.basis is None] == []


def test_a_closed_dataset_tells_why_it_is_closed_in_every_city() -> None:
    assert [d.dataset_id for d in datasets() if d.openness == "closed" and d.basis is None] == []


def test_an_unconditional_dataset_needs_no_basis() -> None:
    text = A_FILE.replace("openness: unconditional", "openness: unconditional\n    basis: {zh: 法, en: Law}")
    with pytest.raises(SampleCatalogueInvalid, match="basis: nanning-transport-bus-lines is unconditional"):
        read_samples("a.yaml", text)


@pytest.mark.parametrize("frequency", ["real_time", "irregular", "P1D", "PT5M"])
def test_data_is_updated_in_periods_or_always_or_irregularly(frequency: str) -> None:
    (dataset,) = read_samples("a.yaml", A_FILE.replace("P1M", frequency)).datasets
    assert dataset.update_frequency == frequency


@pytest.mark.parametrize(
    "frequency", ["daily", "REAL_TIME", "irregular_", "P1Dirregular", "P", "P0D", "PT", "P1H", "1M"]
)
def test_an_update_frequency_that_is_no_duration_is_refused(frequency: str) -> None:
    with pytest.raises(SampleCatalogueInvalid, match=r"datasets\[0\]\.update_frequency"):
        read_samples("a.yaml", A_FILE.replace("P1M", frequency))


@pytest.mark.parametrize(
    ("known", "unknown", "where"),
    [
        ("bodies:", "cities: []\nbodies:", "cities"),
        ("sample: true", "sample: true\n    colour: red", r"datasets\[0\]\.colour"),
        ("title: {zh: 线路,", "title: {de: Linien, zh: 线路,", r"datasets\[0\]\.title\.de"),
        ("{item: line_code,", "{item: line_code, unit: m,", r"datasets\[0\]\.items\[0\]\.unit"),
        ("roles: [reviewer]", "roles: [reviewer], account_id: acc_1", r"accounts\[0\]\.account_id"),
    ],
)
def test_an_unknown_key_is_refused(known: str, unknown: str, where: str) -> None:
    with pytest.raises(SampleCatalogueInvalid, match=rf"^a\.yaml:\d+: {where}: unknown_key: "):
        read_samples("a.yaml", A_FILE.replace(known, unknown))


def test_a_duplicate_key_is_refused_with_its_line() -> None:
    with pytest.raises(SampleCatalogueInvalid, match=r"^a\.yaml:10: datasets\[0\]\.sample: duplicate_key: "):
        read_samples("a.yaml", A_FILE.replace("sample: true", "sample: true\n    sample: true"))


def test_a_file_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(SampleCatalogueInvalid, match=r"^a\.yaml:1: "):
        read_samples("a.yaml", "bodies: [")


def test_the_file_that_these_tests_break_is_sound() -> None:
    assert len(read_samples("a.yaml", A_FILE).datasets) == 1


@pytest.mark.parametrize("city", cities())
def test_a_city_has_one_operator_and_one_authority_and_a_government(city: str) -> None:
    roles = Counter(b.role for b in bodies() if b.city == city)
    assert (roles["operator"], roles["authority"], roles["government"]) == (1, 1, 1)


def test_a_body_that_the_law_names_is_called_so_in_the_samples() -> None:
    """With the name of its city, which the law may leave out; those of counties have their own."""
    for body in bodies():
        pack = load_pack(body.city)
        if body.role == "provider" or body.county is not None:
            continue
        version = pack.bodies[body.role][-1]
        assert version.value is not None
        zh, en = version.value.zh.removeprefix("市"), version.value.en.removeprefix("Municipal ")
        assert body.name.zh in (zh, f"{pack.name.zh}市{zh}")
        assert body.name.en in (en, f"{pack.name.en} {en}", f"{pack.name.en} Municipal {en}")


def test_experts_exist_exactly_where_the_law_knows_them() -> None:
    knowing = {city for city in cities() if "experts" in load_pack(city).bodies}
    assert {b.city for b in bodies() if b.role == "experts"} == knowing
    assert knowing & set(FIVE_CITIES) == {"nanning", "yulin", "lianyungang"}


def test_a_role_has_a_body_exactly_where_the_law_of_the_city_knows_it() -> None:
    # Any body may find misuse, and any department ask another for data: neither is a body of its own.
    for city in cities():
        assert {b.role for b in bodies() if b.city == city} == set(load_pack(city).bodies) - {FINDER, REQUESTER}


def test_the_demo_accounts_of_the_contract_exist() -> None:
    promised = {"applicant@demo", "applicant2@demo", "objector@demo", "admin@kaifang", "admin2@kaifang"}
    for city in FIVE_CITIES:
        promised |= {f"reviewer@{city}.{b}" for b in ("operator", "authority", "transport", "health", "government")}
        promised |= {f"supervisor@{city}.authority", f"gateway@{city}"}
    promised |= {f"reviewer@{city}.experts" for city in ("nanning", "yulin", "lianyungang")}
    promised |= {"reviewer@guangzhou.establishment", "reviewer@guangzhou.legal"}
    assert promised - {a.login for a in accounts()} == set()


@pytest.mark.parametrize("city", FIVE_CITIES)
@pytest.mark.parametrize("body", ["operator", "authority", "transport", "health"])
def test_two_officers_can_act_for_the_body_at_once(city: str, body: str) -> None:
    assert sum(a.body == f"{city}.{body}" and "reviewer" in a.roles for a in accounts()) == 2


def test_every_body_has_an_officer_so_that_no_task_waits_for_nobody() -> None:
    assert {b.body for b in bodies()} - {a.body for a in accounts() if "reviewer" in a.roles} == set()


def test_a_login_tells_its_role_and_its_body() -> None:
    for account in accounts():
        who, where = account.login.split("@")
        assert account.roles == {"applicant" if who == "objector" else who.rstrip("2")}
        assert where in (account.body, account.city, "demo", "kaifang")


def test_an_account_id_is_derived_from_the_login_alone() -> None:
    assert {a.login: a.account_id for a in accounts()}["applicant@demo"] == "acc_a544c8df63191a7a"


def test_an_account_id_shows_nothing_of_the_login() -> None:
    assert [a.login for a in accounts() if not re.fullmatch("acc_[0-9a-f]{16}", a.account_id)] == []


def test_an_officer_without_a_body_is_refused() -> None:
    with pytest.raises(SampleCatalogueInvalid, match=r"reviewer@nanning\.transport is an officer and names no body"):
        read_samples("a.yaml", A_FILE.replace("city: nanning,\n     body: nanning.transport", "city: nanning"))


def test_an_officer_of_another_citys_body_is_refused() -> None:
    with pytest.raises(SampleCatalogueInvalid, match=r"acts for nanning\.transport, so it belongs to that city"):
        read_samples("a.yaml", A_FILE.replace("city: nanning,", "city: yulin,"))


@pytest.mark.parametrize("city", cities())
def test_the_sample_posts_are_such_as_the_rules_of_the_city_know(city: str) -> None:
    known = {rule.post for rule in posts_on(load_pack(city), date(2026, 11, 21))}
    filled = {post.post for post in posts() if post.body.startswith(f"{city}.")}
    assert filled and filled <= known


def test_a_post_is_held_by_somebody_who_serves_the_body() -> None:
    wrong = A_FILE + "posts:\n  - {body: nanning.transport, post: leader, login: reviewer@nanning.health}\n"
    with pytest.raises(SampleCatalogueInvalid, match=r"reviewer@nanning\.health holds a post of nanning\.transport"):
        read_samples("nanning.yaml", wrong)
