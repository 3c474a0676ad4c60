"""How many hosts a number of cities needs: what was measured, times what is assumed. The tables of docs/capacity.md are
printed by `python -m benchmarks.capacity`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

CITIES = (5, 50, 300)


@dataclass(frozen=True)
class Load:
    """What a city asks for, which is assumed. Whoever knows better puts in other figures and reads other tables."""

    name: str
    gate_calls: float
    """A second, on the average of the year, day and night."""
    cases: int = 20_000
    """A year, each as long as a granted request."""
    pages: int = 40
    """That are looked at for a case, by all who have to do with it."""
    hours: int = 250 * 8
    """Of work in a year."""
    peak: float = 5
    """How much more the worst hour has than the average one."""
    gate_peak: float = 10
    years_of_cases: int = 10
    years_of_calls: int = 3
    """So long the packs keep the log of accesses."""

    @property
    def cases_at_peak(self) -> float:
        """A second."""
        return self.cases / (self.hours * 3600) * self.peak

    @property
    def calls_at_peak(self) -> float:
        """A second."""
        return self.gate_calls * self.gate_peak


QUIET = Load("a call of the gate every five seconds", 0.2)
BUSY = Load("two calls of the gate a second", 2)

CASE_SECONDS: Mapping[str, float] = {"PostgreSQL": 0.037, "Temporal": 0.078, "worker": 0.074, "API": 0.033}
"""Of one core for a granted request, its tasks claimed first (`benchmarks/growth.py`). The caller stands for an API."""
PAGE_SECONDS: Mapping[str, float] = {"pages": 0.026, "PostgreSQL": 0.004}
"""Of one core for a page of a work list; the statement's time stands for PostgreSQL's."""
GATE_SECONDS: Mapping[str, float] = {"API": 1 / 21_263}
"""Of one core for a decision with its log."""
CASE_STORED, CASE_LOGGED, CASE_OF_THE_ENGINE = 56e3, 124e3, 83e3
"""Bytes of a granted request: rows and indexes, log of PostgreSQL, the engine's own database."""
CALL_STORED, CALL_LOGGED = 420, 580
"""Bytes of a decision on conditional data in the gate's log, by 150 at a time."""

MOST_STORED = 1e12
"""Bytes of one primary, which at 200 MB a second is copied or restored in an hour and a half."""
BUSY_AT_MOST = 0.3
"""Of the cores, at the peak: half of the hosts can be away, and what was measured was measured on a machine at rest."""
CORES_OF_A_DATABASE, CORES_OF_OTHERS = 8, 4


@dataclass(frozen=True)
class Need:
    """What so many cities need."""

    cities: int
    load: Load

    @property
    def cells(self) -> int:
        """Installations that share nothing, each with a PostgreSQL and a Temporal."""
        return ceil(self.cities * stored(self.load) / MOST_STORED)

    def cores(self, *roles: str) -> float:
        """Cores at work at the peak, in all cells."""
        cases = self.cities * self.load.cases_at_peak
        of_pages = cases * self.load.pages
        calls = self.cities * self.load.calls_at_peak
        return sum(
            cases * CASE_SECONDS.get(role, 0) + of_pages * PAGE_SECONDS.get(role, 0) + calls * GATE_SECONDS.get(role, 0)
            for role in roles
        )

    @property
    def hosts(self) -> dict[str, int]:
        """In each cell a primary and two standbys, so that a commit waits for one of two, and two of all else."""
        return {
            "databases": 3 * self._of_a_cell(self.cores("PostgreSQL"), CORES_OF_A_DATABASE, at_least=1),
            "engine": self._of_a_cell(self.cores("Temporal"), CORES_OF_OTHERS, at_least=2),
            "programs": self._of_a_cell(self.cores("API", "pages", "worker"), CORES_OF_OTHERS, at_least=2),
        }

    def _of_a_cell(self, cores: float, of_a_host: int, *, at_least: int) -> int:
        return self.cells * max(at_least, ceil(cores / self.cells / BUSY_AT_MOST / of_a_host))


def stored(load: Load) -> float:
    """Bytes of a city in PostgreSQL, once as much goes as comes."""
    calls = load.gate_calls * 365 * 86_400
    return load.cases * load.years_of_cases * CASE_STORED + calls * load.years_of_calls * CALL_STORED


def logged_a_day(load: Load) -> float:
    """Bytes of PostgreSQL's log that a city's day of work writes, which an archive takes."""
    return load.cases / 250 * CASE_LOGGED + load.gate_calls * 86_400 * CALL_LOGGED


def rows(load: Load) -> Iterator[str]:
    """The table of a load, line by line."""
    kept, written = stored(load) / 1e9, logged_a_day(load) / 1e9
    yield f"With {load.name}, each city ({kept:.0f} GB of a city in the end, {written:.2g} GB of log a day):"
    yield ""
    yield (
        "| cities | cases/s, peak | gate/s, peak | cores at work: PostgreSQL, Temporal, workers, API, pages | cells "
        "| hosts of databases, engine, programs |"
    )
    yield "| ---: | ---: | ---: | --- | ---: | --- |"
    for cities in CITIES:
        need = Need(cities, load)
        cores = ", ".join(f"{need.cores(role):.2g}" for role in ("PostgreSQL", "Temporal", "worker", "API", "pages"))
        hosts = " + ".join(str(count) for count in need.hosts.values())
        cases, calls = cities * load.cases_at_peak, cities * load.calls_at_peak
        yield f"| {cities} | {cases:.2g} | {calls:,.0f} | {cores} | {need.cells} | {hosts} |"


def main() -> None:
    for load in (QUIET, BUSY):
        print("\n".join(rows(load)), end="\n\n")


if __name__ == "__main__":
    main()
