"""Cities and their bodies, as everybody may know of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from reading.shape import RegulationShown, RuleNamed, Shape


class ProcedureNamed(Shape):
    """A procedure of a city's law. `filed_by` are the roles that begin it, `applicant` for anybody; none where it is
    begun by itself from time to time."""

    procedure: str
    label: str
    filed_by: list[str]
    received: Annotated[bool, Field(description="whether the law lets anything of it be received today")]


class DatasetsCounted(Shape):
    """How many entries the catalogue of a city has, by their openness."""

    unconditional: int
    conditional: int
    closed: int


class CityShown(Shape):
    """A city with the regulation in force today; the last one, once it has ended."""

    city: str
    name: str
    code: Annotated[str, Field(description="with which its case numbers begin")]
    calendar: str
    regulation: RegulationShown
    procedures: list[ProcedureNamed]
    holders_public: Annotated[bool, Field(description="whether its law makes public who holds conditional data")]
    datasets: DatasetsCounted


class PostWanted(Shape):
    """A post that bodies of this role fill; `required` where the law of the city demands it. Who holds it is told to
    officers alone."""

    post: str
    label: str
    required: bool
    rule: RuleNamed


class StageHeld(Shape):
    """A stage that lies before the body, of a procedure."""

    procedure: str
    procedure_label: str
    stage: str
    label: str


class BodyOfCity(Shape):
    """A body, the rule by which it is in charge (null where no rule names its role today), what lies before it, and the
    posts that it fills. `county` is the authority of the county that it belongs to, which is its own; null for a body
    of the city."""

    body: str
    name: str
    city: str
    role: str
    county: str | None
    rule: RuleNamed | None
    stages: list[StageHeld]
    posts: list[PostWanted]
