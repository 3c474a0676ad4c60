"""What a filing, a draft and an entry state, and within which time something is filed, as the law of a procedure stood
on the day of a cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.cut_at import CutAt
from rules.pack import ChoiceEntry, FieldEntry
from rules.pinned import Bar, Choice, FieldRule, FiledWithinRule
from rules.texts_in_force import label, maybe


def fields_at(cut: CutAt, entries: Mapping[str, FieldEntry]) -> Iterator[FieldRule]:
    for name, entry in entries.items():
        version = cut.held(entry.versions)
        if version:
            yield FieldRule(
                field=name,
                label=label(entry.label),
                required=version.value.required,
                when=dict(version.value.when),
                citation=cut.cited(version.cite),
            )


def choices_at(cut: CutAt, entries: Mapping[str, ChoiceEntry]) -> Iterator[Choice]:
    for name, entry in entries.items():
        version = cut.held(entry.versions)
        if version:
            yield Choice(
                value=name,
                label=label(entry.label),
                on_request=version.value.on_request,
                grant_requires=cut.requirements(version.value.grant_requires, version.cite),
                advice=maybe(version.value.advice),
                begins_at=version.value.begins_at,
                reopens=version.value.reopens,
                belongs_elsewhere=maybe(version.value.belongs_elsewhere),
                belongs_to=version.value.belongs_to,
                barred=tuple(
                    Bar(when=dict(bar.when), unless=dict(bar.unless), citation=cut.cited(bar.cite))
                    for bar in version.value.barred
                ),
                formats=version.value.formats,
                citation=cut.cited(version.cite),
            )


def filed_within_at(cut: CutAt) -> FiledWithinRule | None:
    """The period that binds the filing; None where none does."""
    version = cut.held(cut.procedure.filed_within)
    if version is None:
        return None
    terms = version.value
    return FiledWithinRule(
        period=terms.within,
        citation=cut.cited(version.cite),
        from_day=terms.from_day,
        from_event=terms.from_event,
        when=dict(terms.when),
    )
