"""The whole graph of a procedure as a drawing: boxes one below the other, and the lines on which a case goes from one
to another. Pure; a template draws it as SVG.

Lines that lead to the same box run together: on the right those that lead on, on the left those that lead back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pages.rails import BOLD, NARROW, lines
from reading.rules.graph_shown import BoxOfGraph, KindOfBox, KindOfRow

BOX = 430
PAD, ROW, GAP, LANE, EDGE = 10, 18, 26, 14, 8
"""Units: inside a box, of a line of text, between boxes, between lines that run beside each other, around it all."""
HEAD = 26


@dataclass(frozen=True)
class Text:
    """A line of text; `kind` as its row's, or `heading`."""

    x: int
    y: int
    text: str
    kind: str


@dataclass(frozen=True)
class Box:
    """Where a case can be."""

    x: int
    y: int
    width: int
    height: int
    kind: KindOfBox


@dataclass(frozen=True)
class Line:
    """All that leads to one box on one side: where the line runs, from where it comes, and where it arrives."""

    x: int
    begins: int
    ends: int
    comes_from: tuple[int, ...]
    arrives: int
    at_box: int
    is_right: bool


@dataclass(frozen=True)
class Graph:
    """The whole drawing, and what it says in words."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    texts: tuple[Text, ...]
    lines: tuple[Line, ...]
    said: tuple[str, ...]


@dataclass(frozen=True)
class _Way:
    """From a row, at this height, of a box to another, each by its place among them."""

    y: int
    begins: int
    target: int


def graph(shown: Sequence[BoxOfGraph]) -> Graph:
    """The drawing of these boxes, in their order."""
    place = {box.key: number for number, box in enumerate(shown)}
    boxes, texts, ways, y = [], [], [], EDGE
    for number, box in enumerate(shown):
        top, inside = y, [Text(PAD, y + HEAD - 8, text, "heading") for text in _lines(box.heading, bold=True)]
        y += HEAD + ROW * (len(inside) - 1)
        texts += [Text(each.x, top + HEAD - 8 + ROW * n, each.text, each.kind) for n, each in enumerate(inside)]
        for row in box.rows:
            ways += [_Way(y + ROW // 2, number, place[key]) for key in row.leads_to]
            for text in _lines(row.text, bold=row.kind is KindOfRow.NAME):
                texts.append(Text(PAD + (PAD if row.kind is KindOfRow.WAY else 0), y + 14, text, row.kind))
                y += ROW
        boxes.append(Box(0, top, BOX, y - top + PAD - 2, box.kind))
        y += PAD + GAP
    return _placed(boxes, texts, ways, tuple(_said(box) for box in shown))


def _lines(text: str, *, bold: bool) -> Iterable[str]:
    return list(lines(text, BOX - 4 * PAD, BOLD if bold else NARROW))


def _said(box: BoxOfGraph) -> str:
    return " ".join((box.heading, *(row.text for row in box.rows)))


def _placed(boxes: Sequence[Box], texts: Sequence[Text], ways: Sequence[_Way], said: tuple[str, ...]) -> Graph:
    left, right = (_together([way for way in ways if (way.target > way.begins) is on]) for on in (False, True))
    lanes_left, lanes_right = _lanes(left, boxes), _lanes(right, boxes)
    x = EDGE + LANE * _count(lanes_left)
    there = [Box(x, box.y, box.width, box.height, box.kind) for box in boxes]
    drawn = [
        *(
            _line(x - LANE * (lane + 1), left[target], there[target], is_right=False)
            for target, lane in lanes_left.items()
        ),
        *(
            _line(x + BOX + LANE * (lane + 1), right[target], there[target], is_right=True)
            for target, lane in lanes_right.items()
        ),
    ]
    return Graph(
        width=x + BOX + LANE * _count(lanes_right) + EDGE,
        height=max(box.y + box.height for box in boxes) + EDGE,
        boxes=tuple(there),
        texts=tuple(Text(each.x + x, each.y, each.text, each.kind) for each in texts),
        lines=tuple(drawn),
        said=said,
    )


def _together(ways: Sequence[_Way]) -> Mapping[int, tuple[int, ...]]:
    """By the box to which they lead: from which heights."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for way in ways:
        found[way.target].append(way.y)
    return {target: tuple(found[target]) for target in found}


def _lanes(ways: Mapping[int, tuple[int, ...]], boxes: Sequence[Box]) -> dict[int, int]:
    """Beside which lane each line runs, so that no two run upon each other; short ones run next to the boxes."""
    spans = {target: _span(heights, boxes[target]) for target, heights in ways.items()}
    taken: list[list[tuple[int, int]]] = []
    found = {}
    for target, (low, high) in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[0])):
        free = (n for n, lane in enumerate(taken) if all(high + ROW < a or b + ROW < low for a, b in lane))
        lane = next(free, len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        found[target] = lane
    return found


def _count(lanes: Mapping[int, int]) -> int:
    return max(lanes.values(), default=-1) + 2


def _span(heights: Iterable[int], box: Box) -> tuple[int, int]:
    ends = (*heights, box.y + HEAD // 2)
    return min(ends), max(ends)


def _line(x: int, heights: tuple[int, ...], box: Box, *, is_right: bool) -> Line:
    low, high = _span(heights, box)
    return Line(x, low, high, heights, box.y + HEAD // 2, box.x + BOX if is_right else box.x, is_right)
