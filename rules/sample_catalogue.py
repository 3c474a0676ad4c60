"""The sample catalogue and the demo accounts: invented entries with every field that the laws demand of a catalogue.

They fill an empty installation so that a case can be filed at once. Each city is a file of `rules.samples`; the
accounts that belong to no city have a file of their own. The files are read strictly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from rules import strict_yaml
from rules.authored import BODY_ID, Authored, Day, Name, Text, Wording
from rules.bounds import LONGEST_CODE
from rules.loading import PackProblem, shape_problems, yaml_problems
from rules.sample_accounts import account_id_of

City = Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]
BodyId = Annotated[str, StringConstraints(pattern=rf"^{BODY_ID}$")]
DatasetId = Annotated[str, StringConstraints(max_length=LONGEST_CODE, pattern=r"^[a-z]+-[a-z_]+(-[a-z0-9]+)+$")]
Login = Annotated[str, StringConstraints(pattern=r"^[a-z]+[0-9]?@[a-z]+(\.[a-z][a-z_]*)?$")]
REAL_TIME, IRREGULAR = "real_time", "irregular"
"""Frequencies that are no period: data that is always as of now (实时), and data that changes when it does (不定期)."""
Frequency = Annotated[
    str, StringConstraints(pattern=r"^(P([1-9][0-9]{0,3}[YMWD]|T[1-9][0-9]{0,3}[HM])|real_time|irregular)$")
]
"""An ISO 8601 duration of one component with a number of at most four digits, such as `P1D`, `P3M` or `PT15M`."""

AccountRole = Literal["applicant", "reviewer", "supervisor", "gateway", "admin"]
Openness = Literal["closed", "conditional", "unconditional"]
SharingClass = Literal["unconditional", "conditional", "none"]
ItemType = Literal["string", "integer", "number", "date", "datetime", "geometry"]
Format = Literal["csv", "docx", "geojson", "jpeg", "json", "pdf", "xlsx", "xml"]


class SampleCatalogueInvalid(ValueError):
    """A sample file breaks rules of its format; each of `problems` names file, line, field and rule."""

    def __init__(self, problems: list[PackProblem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class SampleItem(Authored):
    """One data item (数据项) of a dataset; `item` is the code by which filings, grants and holds name it."""

    item: Name
    name: Wording
    type: ItemType
    note: Wording | None = None


class SampleDataset(Authored):
    """One catalogue entry with the fields that Nanning 16, Yulin 22, Guangzhou 11 and Lianyungang 11 demand.

    A conditional entry names its conditions and no other does. An unconditional entry has no `basis`; whether the
    others need one is for the city's law to say (Guangzhou 9, Nanjing 24).
    """

    dataset_id: DatasetId
    provider: BodyId
    title: Wording
    abstract: Wording
    domain: Wording
    items: Annotated[tuple[SampleItem, ...], Field(min_length=1)]
    formats: Annotated[tuple[Format, ...], Field(min_length=1)]
    openness: Openness
    conditions: Wording | None = None
    basis: Wording | None = None
    grade: Wording | None = None
    supervision: Wording | None = None
    priority: Name | None = None
    """Which of the kinds it is that the city's law has opened first, or `none`."""
    sharing_class: SharingClass | None = None
    """Where the city's law has classes of sharing between departments; null where no draft has named one yet."""
    sharing_reason: Wording | None = None
    sharing_basis: Wording | None = None
    update_frequency: Frequency
    updated_on: Day
    sample: Literal[True]

    @property
    def city(self) -> str:
        """The city of the provider."""
        return self.provider.split(".")[0]

    @field_validator("items")
    @classmethod
    def _each_item_code_names_one_item(cls, items: tuple[SampleItem, ...]) -> tuple[SampleItem, ...]:
        _refuse_duplicates("item", "", (i.item for i in items))
        return items

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if not self.dataset_id.startswith(self.provider.replace(".", "-") + "-"):
            raise disagrees(
                f"dataset_id {self.dataset_id} does not begin with its provider, {self.provider}", "dataset_id"
            )
        if self.openness == "conditional" and self.conditions is None:
            raise disagrees(f"conditions: {self.dataset_id} is conditional and names none", "openness")
        if self.openness != "conditional" and self.conditions is not None:
            raise disagrees(f"conditions: {self.dataset_id} is {self.openness}, so it can have none", "conditions")
        if self.openness == "unconditional" and self.basis is not None:
            raise disagrees(f"basis: {self.dataset_id} is unconditional, so there is nothing to justify", "basis")
        is_limited = self.sharing_class in ("conditional", "none")
        for name, stated in (("sharing_reason", self.sharing_reason), ("sharing_basis", self.sharing_basis)):
            if is_limited and stated is None:
                raise disagrees(f"{name}: {self.dataset_id} is not shared with all, and does not say why", name)
            if not is_limited and stated is not None:
                raise disagrees(f"{name}: the sharing of {self.dataset_id} is not limited: nothing to justify", name)
        return self


class SampleBody(Authored):
    """A body that takes part in a city's procedures, under the name by which people know it."""

    body: BodyId
    role: Name
    """One of the roles that the city's pack has under `bodies`."""
    name: Wording
    county: BodyId | None = None
    """The authority of the county that it belongs to, which is its own."""

    @property
    def city(self) -> str:
        """The city to which the body belongs."""
        return self.body.split(".")[0]

    @model_validator(mode="after")
    def _the_id_of_a_body_that_is_one_in_its_city_is_its_role(self) -> Self:
        is_one_of_many = self.role == "provider" or self.county == self.body
        if not is_one_of_many and self.body != f"{self.city}.{self.role}":
            raise disagrees(f"body {self.body} has the role {self.role}, so its id is {self.city}.{self.role}", "body")
        return self


class SampleAccount(Authored):
    """A demo account. Officers act for a body; applicants and administrators belong to no city. `kind`: as whom an
    issuer would have told that somebody uses data, a person or an organisation (实名); null where none has."""

    login: Login
    name: Wording
    city: City | None = None
    body: BodyId | None = None
    roles: Annotated[frozenset[AccountRole], Field(min_length=1)]
    kind: Literal["person", "organisation"] | None = None

    @property
    def account_id(self) -> str:
        """Says nothing about the person: `acc_` and the first 16 hex digits of the SHA-256 of the login."""
        return account_id_of(self.login)

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if self.body is not None and self.city != self.body.split(".")[0]:
            raise disagrees(f"city: {self.login} acts for {self.body}, so it belongs to that city", "city")
        if self.body is None and not self.roles.isdisjoint({"reviewer", "supervisor"}):
            raise disagrees(f"body: {self.login} is an officer and names no body", "login")
        return self


class SamplePost(Authored):
    """A post of a body, and the account that holds it."""

    body: BodyId
    post: Name
    login: Login
    department: Text | None = None

    @property
    def account_id(self) -> str:
        return account_id_of(self.login)


class SampleCatalogue(Authored):
    """What one file states, or all of them together: ids are unique, and whatever is referred to exists."""

    bodies: tuple[SampleBody, ...] = ()
    accounts: tuple[SampleAccount, ...] = ()
    posts: tuple[SamplePost, ...] = ()
    datasets: tuple[SampleDataset, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique_and_references_hold(self) -> Self:
        _refuse_duplicates("body", "bodies", (b.body for b in self.bodies))
        _refuse_duplicates("login", "accounts", (a.login for a in self.accounts))
        _refuse_duplicates("dataset_id", "datasets", (d.dataset_id for d in self.datasets))
        roles = {b.body: b.role for b in self.bodies}
        for i, dataset in enumerate(self.datasets):
            if roles.get(dataset.provider) != "provider":
                fact = f"provider: {dataset.dataset_id} names {dataset.provider}, which is no provider here"
                raise disagrees(fact, "datasets", i, "provider")
        for i, account in enumerate(self.accounts):
            if account.body is not None and account.body not in roles:
                fact = f"body: {account.login} acts for {account.body}, which is no body here"
                raise disagrees(fact, "accounts", i, "body")
        _refuse_duplicates("post", "posts", (f"{p.body}/{p.post}" for p in self.posts))
        serves = {account.login: account.body for account in self.accounts}
        for i, post in enumerate(self.posts):
            if serves.get(post.login) != post.body:
                fact = f"login: {post.login} holds a post of {post.body} and does not serve it"
                raise disagrees(fact, "posts", i, "login")
        return self


def read_samples(source: str, text: str) -> SampleCatalogue:
    """The content of one sample file, checked by itself; `source` names it in errors.

    Raises `SampleCatalogueInvalid` with every problem where the text is no YAML, has an unknown or duplicate key, or
    breaks a rule.
    """
    try:
        return SampleCatalogue.model_validate(strict_yaml.load(text, source))
    except strict_yaml.YamlRefused as refused:
        raise SampleCatalogueInvalid(yaml_problems(source, text, refused)) from refused
    except ValidationError as error:
        found = shape_problems(source, text, error.errors(include_url=False), SampleCatalogue)
        raise SampleCatalogueInvalid([*found]) from error


def are_samples(text: str, source: str) -> bool:
    """Whether a text is one of samples, and not a pack, which names its schema."""
    try:
        return strict_yaml.top_level_scalar(text, source, "schema_version") is None
    except strict_yaml.YamlRefused:
        return False


def sample_files() -> tuple[Path, ...]:
    """The files of samples that are shipped, by their names."""
    found = (Path(str(each)) for each in files("rules.samples").iterdir() if each.name.endswith(".yaml"))
    return tuple(sorted(found))


def bodies() -> tuple[SampleBody, ...]:
    """Every body of every city."""
    return _catalogue().bodies


def accounts() -> tuple[SampleAccount, ...]:
    """Every demo account; its body is one of `bodies()`."""
    return _catalogue().accounts


def posts() -> tuple[SamplePost, ...]:
    """Who holds which post of `bodies()`."""
    return _catalogue().posts


def datasets() -> tuple[SampleDataset, ...]:
    """Every sample dataset; its provider is one of `bodies()`."""
    return _catalogue().datasets


@cache
def _catalogue() -> SampleCatalogue:
    found = sorted((f for f in files("rules.samples").iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    parts = [read_samples(f.name, f.read_text(encoding="utf-8")) for f in found]
    return SampleCatalogue(
        bodies=tuple(b for part in parts for b in part.bodies),
        accounts=tuple(a for part in parts for a in part.accounts),
        posts=tuple(p for part in parts for p in part.posts),
        datasets=tuple(d for part in parts for d in part.datasets),
    )


def _refuse_duplicates(field: str, among: str, values: Iterable[str]) -> None:
    listed = [*values]
    twice = sorted(value for value, count in Counter(listed).items() if count > 1)
    if twice:
        place = max(i for i, value in enumerate(listed) if value == twice[0])
        raise disagrees(f"{field}: named more than once: {', '.join(twice)}", *([among] if among else []), place)


def disagrees(fact: str, *path: str | int) -> PydanticCustomError:
    """What does not agree with the rest of a file, with the place of it."""
    return PydanticCustomError("does_not_agree", "{fact}", {"fact": fact, "path": path})
