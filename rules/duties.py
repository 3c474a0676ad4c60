"""The register of duties: what the regulations demand, row by row, and how far it is met, judged by tests that ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from rules import strict_yaml
from rules.authored import ARTICLE, Name, Text, Wording

Status = Literal["open", "met", "excused"]


class Duty(BaseModel):
    """One duty. `article` as in the packs; `period` as the law counts it, empty where it gives no number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-[0-9]+[a-z]?(\.[0-9]+)?$")]
    article: Annotated[str, StringConstraints(pattern=rf"^{ARTICLE}$")]
    procedure: Name
    responsible: Text
    trigger: Text
    period: Text | None = None
    duty: Wording
    status: Status = "open"
    excused: Wording | None = None
    """Why this system does not carry out the duty."""
    lacking: Wording | None = None
    """Of an open duty: what is not there yet."""
    rules: tuple[str, ...] = ()
    """Paths in the city's pack."""
    workflow: Text | None = None
    tests: tuple[str, ...] = ()
    """Node ids of tests that are marked with this duty."""

    @model_validator(mode="after")
    def _status_is_accounted_for(self) -> Duty:
        if self.status == "met" and not (self.tests and (self.rules or self.workflow)):
            raise ValueError(f"{self.id}: a duty that is met names its tests and the rules or workflow that meet it")
        if (self.status == "excused") != (self.excused is not None):
            raise ValueError(f"{self.id}: a duty is excused with a reason, and only an excused duty has one")
        if self.lacking is not None and self.status != "open":
            raise ValueError(f"{self.id}: only an open duty lacks something")
        return self


Register = Mapping[str, tuple[Duty, ...]]
"""City to its duties."""

_REGISTER: TypeAdapter[dict[Name, tuple[Duty, ...]]] = TypeAdapter(
    Annotated[dict[Name, tuple[Duty, ...]], Field(min_length=1)]
)


def read_register() -> Register:
    """The register that this installation was shipped with.

    Raises `ValueError` for a register that is malformed or names a duty twice.
    """
    return parse_register((files("rules") / "duties.yaml").read_text(encoding="utf-8"))


def parse_register(text: str) -> Register:
    """The register in a YAML text. Raises `ValueError` as `read_register` does."""
    register = _REGISTER.validate_python(strict_yaml.load(text, "duties.yaml"))
    ids = [duty.id for duties in register.values() for duty in duties]
    twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
    if twice:
        raise ValueError(f"duties.yaml: named twice: {', '.join(twice)}")
    return register


def unproven(duties: Iterable[Duty], shown: Mapping[str, Mapping[str, bool]]) -> list[str]:
    """Every claim of the register that a full run of the tests did not bear out.

    `shown` maps each duty to the tests that name it, and each test to whether it ran and passed.
    """
    known = {duty.id: duty for duty in duties}
    claims = [
        f"{id_}: {test} names a duty that is not in the register"
        for id_ in shown
        if id_ not in known
        for test in shown[id_]
    ]
    for duty in known.values():
        if duty.status != "met":
            continue
        tests = shown.get(duty.id, {})
        for test in duty.tests:
            if test not in tests:
                claims.append(f"{duty.id}: {test} is said to show it, but did not run or does not name it")
            elif not tests[test]:
                claims.append(f"{duty.id}: {test} is said to show it, but did not pass")
    return claims
