"""What `docker-compose.yml` says of a service, for a process that has no container around it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<how>:[-?+])(?P<word>[^}]*))?\}")
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104  what stands in the file is replaced
HOSTS = frozenset({"PGHOST", "POSTGRES_SEEDS"})
"""Variables that are a host and nothing else; in others a host has a port after it."""


class VariableMissing(LookupError):
    """The compose file asks for a variable without which it starts nothing."""


@dataclass(frozen=True)
class Places:
    """Where things are that the file names: its hosts, the address of the process itself, folders of containers."""

    hosts: Mapping[str, str]
    own: str
    folders: Mapping[str, Path]


@dataclass(frozen=True)
class Compose:
    """The services of the file, with the variables of an `.env`."""

    services: Mapping[str, Any]
    variables: Mapping[str, str]

    @classmethod
    def read(cls, variables: Mapping[str, str], file: Path = FILE) -> Compose:
        return cls(YAML(typ="safe").load(file)["services"], variables)

    def environment(self, service: str, places: Places) -> dict[str, str]:
        """The variables of the service, as its container would get them. Raises VariableMissing."""
        said: Mapping[str, Any] = self.services[service]["environment"]
        # What has no value there comes from the `.env` as it is, or not at all.
        given = {name: self.variables.get(name) if value is None else str(value) for name, value in said.items()}
        found = {name: self._here(value, places) for name, value in given.items() if value is not None}
        return found | {name: places.hosts[found[name]] for name in HOSTS & found.keys()}

    def command(self, service: str, places: Places) -> list[str]:
        """What the service runs, with the files that are mounted for it in their place. Raises VariableMissing."""
        found: Mapping[str, Any] = self.services[service]
        said: Sequence[Any] = [*found.get("entrypoint", ()), *found.get("command", ())]
        mounts = (str(each).split(":") for each in found.get("volumes", ()))
        mounted = {inside: ROOT / ours for ours, inside, *_ in mounts if ours.startswith("./")}
        here = Places(places.hosts, places.own, {**places.folders, **mounted})
        return [self._here(str(part), here) for part in said]

    def _here(self, value: str, places: Places) -> str:
        value = VARIABLE.sub(self._put_in, value)
        for host, address in places.hosts.items():
            value = re.sub(rf"(?<![\w.-]){host}:(?=\d)", f"{address}:", value)
        value = value.replace(EVERY_ADDRESS, places.own)
        for folder, here in places.folders.items():
            value = re.sub(rf"{re.escape(folder)}(?![\w.-])", str(here), value)
        return value

    def _put_in(self, found: re.Match[str]) -> str:
        value, how, word = self.variables.get(found["name"], ""), found["how"], found["word"]
        if how == ":+":
            return word if value else ""
        if how == ":?" and not value:
            raise VariableMissing(f"{found['name']}: {word}")
        return value or (word if how == ":-" else "")
