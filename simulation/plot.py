"""The reports as a picture: lateness by stage, load by body, and the requests that lie open, each beside the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rules.pinned import Label
from simulation.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (".svg", ".png")
HAN_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
)
SIZE = (11.0, 10.0)
"""Inches."""


class PlotImpossible(ValueError):
    """The picture cannot be drawn, or not in that form; the message says what to do."""


@dataclass(frozen=True)
class Captions:
    """The texts of the picture."""

    title: str
    late: str
    load: str
    open: str
    day: str
    base: str


def check(file: Path) -> None:
    """Raises PlotImpossible before a long run would have been for nothing."""
    if file.suffix.lower() not in SUFFIXES:
        raise PlotImpossible(f"{file.name}: the name of the plot ends with {' or '.join(SUFFIXES)}")
    if not file.parent.is_dir():
        raise PlotImpossible(f"{file}: there is no folder {file.parent}")
    if find_spec("matplotlib") is None:
        raise PlotImpossible("a plot needs matplotlib: pip install 'kaifang[simulate]'")


def has_han_font() -> bool:
    """Whether Chinese can be drawn on this machine."""
    return bool(_han_fonts())


def draw(
    file: Path, reports: Sequence[Report], captions: Captions, label: Callable[[Label], str], body: Callable[[str], str]
) -> None:
    """Writes the picture; SVG or PNG by the name of the file."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.family": [*_han_fonts(), "DejaVu Sans"], "svg.fonttype": "none"}):
        figure = Figure(figsize=SIZE, layout="constrained")
        figure.suptitle(captions.title)
        late, load, waiting = figure.subplots(3, 1, height_ratios=(1.3, 1.0, 1.0))
        stages = [line for line in reports[0].by_stage if line.share is not None]
        shares = [{line.stage: line.share or 0.0 for line in report.by_stage} for report in reports]
        _bars(
            late, [label(line.label) for line in stages], [[s.get(line.stage, 0.0) for line in stages] for s in shares]
        )
        late.set_title(captions.late)
        bodies = reports[0].bodies
        _bars(load, [body(line.body) for line in bodies], [[line.load for line in each.bodies] for each in reports])
        load.set_title(captions.load)
        for report in reports:
            waiting.plot(
                range(1, len(report.open_by_day) + 1), report.open_by_day, label=report.scenario or captions.base
            )
        waiting.set(title=captions.open, xlabel=captions.day, ylim=(0, None))
        waiting.legend()
        figure.savefig(file, format=file.suffix.lower().removeprefix("."), dpi=120, metadata=_without_date(file))


def _bars(axes: Axes, names: Sequence[str], series: Sequence[Sequence[float]]) -> None:
    """Groups of bars, a group for each name and a bar for each series, from the top."""
    height = 0.8 / len(series)
    for number, values in enumerate(series):
        places = [place + (number - (len(series) - 1) / 2) * height for place in range(len(names))]
        axes.bar_label(axes.barh(places, values, height), [f"{value:.0%}" for value in values], padding=2)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(0, 1.1)
    axes.invert_yaxis()
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")


def _han_fonts() -> list[str]:
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [name for name in HAN_FONTS if name in installed]


def _without_date(file: Path) -> dict[str, None] | None:
    """The same run draws the same file."""
    return {"Date": None} if file.suffix.lower() == ".svg" else None
