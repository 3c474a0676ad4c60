"""The way of a case, as a pack states it: stages with their bodies and periods, their outcomes, the steps in which they
lie open, and the endings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Strict, StrictBool, Tag

from rules.authored import Authored, Cite, Name, OneOrMore, Period, PeriodOrPromptly, Version, Wording


class Required(Authored):
    """At least one of `any_of`, where `when` holds; without a citation of its own, cited as what it belongs to."""

    any_of: OneOrMore[Name]
    when: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)
    cite: Cite | None = None


class PublishedTerms(Authored):
    """The words with which `stage` was decided last are shown to everybody, or to the bodies of the city alone."""

    stage: Name
    to: Literal["everybody", "bodies"]


class OutcomeTerms(Authored):
    """What an outcome demands and where it leads: a step, an ending, or nowhere else (its stage is done)."""

    leads_to: Name | None = None
    period: Period | None = None
    """The time for this outcome, where it is not that of the stage: a refusal may be due before a consent is."""
    at_most: Annotated[int, Strict(), Field(ge=1)] | None = None
    then_to: Name | None = None
    requires: tuple[Required, ...] = ()
    data: Literal["suspend", "withdraw", "withdraw_until_processed", "serve"] | None = None
    """What the outcome does to the data that the case is about."""
    whole_dataset: StrictBool = False
    """It does so to the whole dataset, whatever the case names."""
    marks: StrictBool = False
    """The dataset bears the disputed mark from here on, until the case is closed."""
    answers: StrictBool = False
    """The objector is answered with it."""
    entry: Literal["may_change", "order", "submit", "publish"] | None = None
    """What the outcome does to the entry: it may change or has to, or a draft of it is submitted or published."""
    trigger: Name = "processing"
    """The trigger of the catalogue update that it orders."""
    by_publication: StrictBool = False
    """Nobody decides it: it comes of the publication of the update that the case ordered."""
    when_passed: Literal["deemed", "alone"] | None = None
    """Time decides so by itself when the period passes undecided: it is `deemed` decided so, or nobody but time decides
    it (`alone`)."""
    opens: tuple[Name, ...] = ()
    """Stages that lie open beside the others of the step from here on."""
    when_limit: Literal["kept", "missed", "running", "over"] | None = None
    """It can be decided only if the stage whose time limit a decision set was done in time (`kept`) or was not
    (`missed`), or only while that limit is `running`, or once it is `over`."""
    class_effect: Literal["propose", "accept", "keep", "set"] | None = None
    """It proposes another class than the draft's, or settles which binds: the one proposed (`accept`), that of the
    draft (`keep`), or the one that it names (`set`)."""
    when_class: Literal["open", "settled"] | None = None
    """It can be decided only while the class is open, or once it is settled."""
    when_body: Literal["of_city", "of_county"] | None = None
    """It can be decided only where the body that the case is about is one of the city, or one of a county of it."""
    grant: Literal["close", "restrict", "restore"] | None = None
    """What the outcome does to the grant that the decision names, or gives back what the cause of the case has taken of
    it."""
    orders: Literal["misuse"] | None = None
    """The procedure of which it begins a case, about the same data."""
    record: Literal["publish", "correct"] | None = None
    """What it does to the public record: act and measure are published, or what was published is corrected."""
    publishes: PublishedTerms | None = None
    """What it makes known: the words with which a stage was decided last."""
    pins_figures: StrictBool = False
    """The figures of the year, as they are counted when it is decided, are copied into the log."""


class OutcomeEntry(Authored):
    label: Wording
    versions: OneOrMore[Version[OutcomeTerms]]


PeriodTerms = Annotated[
    Annotated[Mapping[Name, PeriodOrPromptly], Tag("numbers")]
    | Annotated[Literal["promptly", "set_by_decision"], Tag("word")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "numbers"),
]


class ExtensionTerms(Authored):
    """By how much the body of a stage may extend its period altogether, in the unit of the period, before it has ended;
    `by_post` names the post of the body whose holder decides that."""

    at_most: Period
    by_post: Name | None = None


class StageEntry(Authored):
    """A stage; `period` maps each urgency to its period or `promptly`, is `promptly` or `set_by_decision` (whoever puts
    the stage before its body sets it), or is null where the law gives no number."""

    label: Wording
    body: OneOrMore[Version[Name]]
    period: OneOrMore[Version[PeriodTerms]]
    period_by: Name = "urgency"
    """The choice that tells the period; under another than the urgency, a value without one has no number."""
    outcomes: Annotated[Mapping[Name, OutcomeEntry], Field(min_length=1)]
    extension: OneOrMore[Version[ExtensionTerms]] | None = None


class StepTerms(Authored):
    """`data` is what entering the step does to the data."""

    stages: OneOrMore[Name]
    then: Name | None = None
    then_if_all: Mapping[Name, Name] = Field(default_factory=dict)
    """Outcome to where the case goes if every stage was decided so; where they differ, to `then`."""
    data: Literal["suspend", "withdraw"] | None = None
    whole_dataset: StrictBool = False


class OrderTerms(Authored):
    """Which steps there are, which comes first, and which stages run side by side in each.

    `opens_when_passed` names, for a stage with a clock, the stages that lie open beside it by themselves from the
    instant at which that clock passes; they outlast the step, and what is decided of them leads the case on from
    wherever it stands. `only_when` names the choices for which a stage lies open at all; an `outlasting` stage stays
    open when the case goes on to another step; while a `binding` one is open, the case cannot go on by a decision.
    """

    first: Name
    steps: Annotated[Mapping[Name, StepTerms], Field(min_length=1)]
    only_when: Mapping[Name, Mapping[Name, OneOrMore[Name]]] = Field(default_factory=dict)
    clock_from: Mapping[Name, Literal["event", "receipt", "evidence"]] = Field(default_factory=dict)
    """Stages whose clock runs not from their hand-over but from the day of the event that made the case necessary, or
    from the receipt of the case; or which have no clock until there is evidence."""
    clock_from_stage: Mapping[Name, Name] = Field(default_factory=dict)
    """Stages whose clock runs from when an earlier stage, which is named, came before its body last."""
    ahead_of_turn: tuple[Name, ...] = ()
    """Stages that lie open while another update of the same entry goes first, for their clock runs all the same."""
    outlasting: tuple[Name, ...] = ()
    binding: tuple[Name, ...] = ()
    each: tuple[Name, ...] = ()
    """Stages before a provider that are put before every provider of the city, a task each."""
    opens_when_passed: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)


class EndingTerms(Authored):
    """In an objection, `upheld` says whether the ending agrees with the objector."""

    grants: StrictBool = False
    upheld: StrictBool | None = None
    refusal: StrictBool = False
    """It refuses what was asked for: whoever is told so is told of the city's `remedies`."""
    directory: StrictBool = False
    """What was filed stands in the directory from then on, beside the body for which it was."""
    at_once_when: Mapping[Name, OneOrMore[Name]] = Field(default_factory=dict)
    """Choices for which the law itself has decided: a case of all of them ends so at its receipt."""


class EndingEntry(Authored):
    label: Wording
    versions: OneOrMore[Version[EndingTerms]]
