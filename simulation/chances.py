"""What is left to chance: when requests come, how long work takes, what is decided. The same seed draws the same.

Each draw names what it is for, so that a run under other rules or with other staff meets the same requests, and the
same task takes as long.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from rules.deadlines import SHANGHAI
from simulation.working_hours import WorkingHours

QUANTUM = timedelta(minutes=15)
"""Every instant is a multiple of it: what falls on one instant is done side by side."""
MINUTES = int(QUANTUM.total_seconds()) // 60
EVERYTHING = ""
"""In a mapping of stages or bodies: all that are not named."""
EARLIEST, LATEST, BUSIEST = 7.0, 23.0, 11.0
"""Hours of the day at which people file."""
ON_A_DAY_OFF = 0.2
"""How many file then, to one on a working day."""


@dataclass(frozen=True)
class Habits:
    """How people behave. Times are medians of log-normal distributions."""

    hours: Mapping[str, float] = field(default_factory=lambda: {EVERYTHING: 1.0})
    """Stage to the working hours that an officer needs for one task of it."""
    spread: float = 0.6
    """Standard deviation of the logarithm of those times."""
    pace: float = 0.15
    """The same of the speeds of officers."""
    positive: float = 0.9
    """Share of decisions by which the request goes on; the other outcomes share the rest."""
    urgency: Mapping[str, float] = field(default_factory=lambda: {"normal": 0.8, "expedited": 0.15, "urgent": 0.05})
    """Share of requests of each urgency, among those that the city's law knows."""
    answer_days: float = 1.5
    """Natural days after which an applicant signs or resubmits."""
    answer_spread: float = 0.8


@dataclass(frozen=True)
class Arrival:
    """A request that somebody will file."""

    number: int
    at: datetime
    dataset: int
    """Position in the list of datasets that can be asked for."""
    urgency: float
    """Between 0 and 1: which urgency it has, by the shares of those that the law knows then."""


def chance(seed: int, *what: object) -> Random:
    """The chance of one thing; other things have others, whatever was drawn before."""
    return Random("/".join(str(part) for part in (seed, *what)))


def arrivals(seed: int, requests: int, datasets: int, days: Sequence[date], hours: WorkingHours) -> list[Arrival]:
    """So many requests on these days, in the order in which they come."""
    drawn = chance(seed, "arrivals")
    weights = [1.0 if hours.is_working_day(day) else ON_A_DAY_OFF for day in days]
    instants = sorted(
        quantised(datetime.combine(day, time(), SHANGHAI), 60 * drawn.triangular(EARLIEST, LATEST, BUSIEST))
        for day in drawn.choices(days, weights, k=requests)
    )
    return [
        Arrival(number, at, drawn.randrange(datasets), drawn.random()) for number, at in enumerate(instants, start=1)
    ]


def quantised(midnight: datetime, minutes: float) -> datetime:
    """The multiple of QUANTUM at or before so many minutes after a midnight."""
    return midnight + int(minutes) // MINUTES * QUANTUM


def working_minutes(habits: Habits, seed: int, request: int, task: str, stage: str, officer: str) -> int:
    """How long this officer needs for this task, a multiple of QUANTUM and not nothing."""
    median = habits.hours.get(stage, habits.hours[EVERYTHING])
    hours = median * math.exp(chance(seed, "work", request, task).gauss(0, habits.spread))
    pace = math.exp(chance(seed, "pace", officer).gauss(0, habits.pace))
    return max(1, round(60 * hours / pace / MINUTES)) * MINUTES


def answers_after(habits: Habits, seed: int, request: int, task: str) -> timedelta:
    """After how long the applicant does what is asked, a multiple of QUANTUM and not at once."""
    days = habits.answer_days * math.exp(chance(seed, "answer", request, task).gauss(0, habits.answer_spread))
    return max(1, round(timedelta(days=days) / QUANTUM)) * QUANTUM


def outcome(habits: Habits, seed: int, request: int, task: str, outcomes: Sequence[str]) -> str:
    """What is decided; the first outcome is the one by which the request goes on."""
    drawn = chance(seed, "outcome", request, task)
    if len(outcomes) == 1 or drawn.random() < habits.positive:
        return outcomes[0]
    return drawn.choice(outcomes[1:])


def urgency(habits: Habits, arrival: Arrival, known: Sequence[str]) -> str | None:
    """The urgency of a request, of those that the law knows."""
    shares = [(name, habits.urgency.get(name, 0.0)) for name in known]
    left = arrival.urgency * sum(share for _, share in shares)
    for name, share in shares:
        if left < share:
            return name
        left -= share
    return known[0] if known else None
