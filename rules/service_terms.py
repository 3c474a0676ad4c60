"""How the bodies of a city serve, as its pack states it: interruptions, reminders, posts, ratings of data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, Strict, StrictBool, StringConstraints

from rules.authored import Authored, Cite, HoursOrWorkingDays, Name, OneOrMore, Text, Version, Wording


class MaintenanceTerms(Authored):
    """How long before it begins an interruption of the service is announced, and whether it falls, in principle, on
    days off: of the city's own calendar, and where the law means those of another too, of `days_off_of` as well."""

    announced: HoursOrWorkingDays
    on_days_off: StrictBool
    days_off_of: Text | None = None


TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class ReminderTerms(Authored):
    """When those who have a task are reminded of it: before its clock ends, when it ends, and every so often after it.

    A reminder in working days is for clocks in working days, one in hours for clocks in hours; `at_once_every` is for
    what the law wants done promptly. `closes` is exclusive.
    """

    before: tuple[HoursOrWorkingDays, ...]
    overdue_every: tuple[HoursOrWorkingDays, ...]
    at_once_every: HoursOrWorkingDays | None = None
    at_once_within: HoursOrWorkingDays | None = None
    """Our standard for what the law wants done promptly; it is shown as ours, and nothing is late by it."""
    opens: TimeOfDay
    closes: TimeOfDay


class KeepingTerms(Authored):
    """For how many years from the day on which a case has ended its record is kept with all that people wrote in it."""

    years: Annotated[int, Strict(), Field(ge=1)]


class AccessLogTerms(Authored):
    """For how many months from its end each month of the log of accesses is kept: six at least, as the law of the State
    has it for the logs of a network."""

    months: Annotated[int, Strict(), Field(ge=6)]


class DimensionTerms(Authored):
    """What of data is rated, in which words; without a citation of its own, cited as the rating itself."""

    named: Annotated[Mapping[Name, Wording], Field(min_length=1)]
    cite: Cite | None = None


class ScoreTerms(Authored):
    """Each dimension gets a whole number from 1 to `best`."""

    best: Annotated[int, Strict(), Field(ge=2, le=10)]
    cite: Cite


class RatingTerms(Authored):
    """Who rates data (评价), in what, and which bodies get each rating at once, by their roles."""

    by: Literal["who_obtained", "anybody"]
    dimensions: DimensionTerms
    scores: ScoreTerms
    reaches: tuple[Name, ...] = ()


class AnsweredWithinTerms(Authored):
    """Within how many calendar days feedback is answered; what is not shows as overdue until it is."""

    days: Annotated[int, Strict(), Field(ge=1)]
    cite: Cite


class FeedbackTerms(Authored):
    """What people tell those who open data (意见建议) is of these kinds, and reaches the bodies of these roles; the
    provider only where it is about data of its own. Nobody owes an answer where no time is named."""

    kinds: Annotated[Mapping[Name, Wording], Field(min_length=1)]
    reaches: OneOrMore[Name]
    answered_within: AnsweredWithinTerms | None = None


class InChargeTerms(Authored):
    """Roles of the bodies in charge of something of the platform for the whole city. Undated, for whoever is in charge
    is so today, of what is old too."""

    by: OneOrMore[Name]
    cite: Cite


class AskedTerms(Authored):
    """What a declaration says: prose, a line, a day, one that is not in the future, or one of the values that are
    named."""

    label: Wording
    required: StrictBool = True
    as_a: Literal["prose", "line", "day", "past_day"] = "prose"
    one_of: Mapping[Name, Wording] = Field(default_factory=dict)


class AgainTerms(Authored):
    """After how many calendar days, counted from the last that was about it, the next is owed for a dataset. Whoever
    owes it is `reminded` so many days before that day, 0 for the day itself, and once more when it is over; nobody
    where it names none."""

    days: Annotated[int, Strict(), Field(ge=1)]
    reminded: tuple[Annotated[int, Strict(), Field(ge=0)], ...] = ()
    cite: Cite


class TakenDownTerms(Authored):
    """Roles of the bodies that take down what another has declared."""

    by: OneOrMore[Name]
    cite: Cite


class DeclarationTerms(Authored):
    """What bodies of these roles declare (登记) about their city, about one dataset, or about several, a provider with
    data of its own among them; who reads it; and what it says. `names_a_user`: it may be about the use under a
    grant, whose holder alone decides whether he is named. The body that made it takes it down, and those that
    `taken_down` names."""

    by: OneOrMore[Name]
    about: Literal["city", "dataset", "datasets"]
    read_by: Literal["everybody", "bodies"]
    asks: Annotated[Mapping[Name, AskedTerms], Field(min_length=1)]
    names_a_user: StrictBool = False
    taken_down: TakenDownTerms | None = None
    again: AgainTerms | None = None


class DeclarationEntry(Authored):
    """A kind of declaration."""

    label: Wording
    versions: OneOrMore[Version[DeclarationTerms]]


class PostTerms(Authored):
    """The roles of the bodies that have to name somebody for a post, and whether with it the department in charge."""

    required_of: tuple[Name, ...] = ()
    with_department: StrictBool = False


class PostEntry(Authored):
    """A post of a body."""

    label: Wording
    versions: OneOrMore[Version[PostTerms]]
