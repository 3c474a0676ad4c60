"""The ordinary way of a procedure as a line with its stations: where each lies and what is written beside it. Pure;
templates draw it as SVG.

A drawing never stands alone: its description says the same, and the page of the procedure has all of it in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reading.rules.procedure_shown import StageShown, WayShown

WIDTH = 250
LINE, SPUR, TEXT = 8, 20, 18
"""Units: the middle of the line, how far a station beside it lies off, and from there to the texts."""
ROW, GAP = 18, 12
"""Units: of a line of text, and below what is written beside a station."""
WIDE, NARROW, BOLD = 13.0, 7.2, 8.0
"""Of a Chinese character, a letter and a bold one, as wide as any usual one: what is written has to find room."""


@dataclass(frozen=True)
class Written:
    """A line of text."""

    y: int
    text: str
    is_name: bool


@dataclass(frozen=True)
class Station:
    """A stage, or the ending, which `is_end`. One of several side by side lies off the line."""

    x: int
    y: int
    is_end: bool = False


@dataclass(frozen=True)
class Rail:
    """The whole drawing, and what it says in words; the line runs between the first and the last of its stations."""

    width: int
    height: int
    line: int
    text_at: int
    begins: int
    ends: int
    stations: tuple[Station, ...]
    written: tuple[Written, ...]
    said: tuple[str, ...]


def rail(way: WayShown, side_by_side: str) -> Rail:
    """The stages one below the other; what lies side by side stands on spurs of the line, under that word and the
    periods that most of it has."""
    is_comb = any(len(step.stages) > 1 for step in way.steps)
    text_at = LINE + SPUR * is_comb + TEXT
    drawing = _Drawing(WIDTH - text_at)
    for step in way.steps:
        if len(step.stages) == 1:
            drawing.stage(step.stages[0], LINE)
        else:
            drawing.together(step.stages, side_by_side)
    if way.ending:
        drawing.end(way.ending)
    ends = drawing.stations[-1].y if drawing.stations else 0
    return Rail(
        width=WIDTH,
        height=drawing.y - GAP + 4,
        line=LINE,
        text_at=text_at,
        begins=drawing.stations[0].y if drawing.stations else 0,
        ends=ends,
        stations=tuple(drawing.stations),
        written=tuple(drawing.written),
        said=tuple(drawing.said),
    )


class _Drawing:
    def __init__(self, room: float) -> None:
        self.room = room
        self.y = 2
        self.stations: list[Station] = []
        self.written: list[Written] = []
        self.said: list[str] = []

    def together(self, stages: Sequence[StageShown], side_by_side: str) -> None:
        ((most, times),) = Counter(stage.periods for stage in stages).most_common(1)
        shared = most if times > 1 else ()
        for text in (side_by_side, *shared):
            self.write(text)
        self.said.append(" ".join((side_by_side, *shared)))
        self.y += GAP // 2
        for stage in stages:
            self.stage(stage, LINE + SPUR, () if stage.periods == shared else stage.periods)

    def stage(self, stage: StageShown, x: int, periods: Sequence[str] | None = None) -> None:
        own = stage.periods if periods is None else periods
        self.station(x)
        self.write(stage.label, is_name=True)
        for text in (stage.body, *own):
            self.write(text)
        self.said.append(" ".join((stage.label, stage.body, *own)))
        self.y += GAP

    def end(self, ending: str) -> None:
        self.station(LINE, is_end=True)
        self.write(ending, is_name=True)
        self.said.append(ending)
        self.y += GAP

    def station(self, x: int, *, is_end: bool = False) -> None:
        self.stations.append(Station(x, self.y + 9, is_end))

    def write(self, text: str, *, is_name: bool = False) -> None:
        for line in lines(text, self.room, BOLD if is_name else NARROW):
            self.written.append(Written(self.y + 14, line, is_name))
            self.y += ROW


def lines(text: str, room: float, letter: float) -> Iterator[str]:
    """The text in lines that find room: broken between words, and anywhere between Chinese characters."""
    line = ""
    for part in parts(text):
        if line and wide(line + part.rstrip(), letter) > room:
            yield line.rstrip()
            line = ""
        line += part
    if line.strip():
        yield line.rstrip()


def parts(text: str) -> Iterator[str]:
    """What cannot be broken: a word with the blank behind it, a Chinese character with the punctuation behind it."""
    word = ""
    for character in text:
        if word and is_wide(character) and character not in NOT_FIRST:
            yield word
            word = ""
        word += character
        if character == " ":
            yield word
            word = ""
    if word:
        yield word


NOT_FIRST = frozenset("，。；：、）》”")


def wide(text: str, letter: float) -> float:
    return sum(WIDE if is_wide(character) else letter for character in text)


def is_wide(character: str) -> bool:
    return character >= "\u2e80"
