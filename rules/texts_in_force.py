"""The texts that are a city's law: what each is called, and from when until when it is in force."""

from __future__ import annotations

from datetime import date

from rules.authored import Source, Wording
from rules.pack import Pack
from rules.pinned import Label, Regulation


def label(wording: Wording) -> Label:
    return Label(zh=wording.zh, en=wording.en)


def maybe(wording: Wording | None) -> Label | None:
    return label(wording) if wording else None


def regulation(name: str, source: Source) -> Regulation:
    """A text as cases keep it."""
    return Regulation(
        source=name,
        title=label(source.title),
        document=source.document,
        status=source.status,
        issued_on=source.issued_on,
        in_force_from=source.in_force_from,
        in_force_until=source.in_force_until,
        assumed=maybe(source.assumed),
    )


def texts_of(pack: Pack) -> tuple[Regulation, ...]:
    """The law of the city through time, and the texts that stand beside it."""
    return tuple(regulation(name, pack.sources[name]) for name in (*pack.law, *pack.beside))


def stands_on(text: Regulation, on: date) -> bool:
    """Whether a text is in force on that day."""
    return text.in_force_from <= on and (text.in_force_until is None or on < text.in_force_until)


def with_its_days(text: Regulation) -> Label:
    """A text by its title, and from when until when it is in force."""
    zh, en = f"自{text.in_force_from}起施行", f"in force from {text.in_force_from}"
    if text.in_force_until:
        zh, en = f"{zh}，自{text.in_force_until}起失效", f"{en} until {text.in_force_until} (exclusive)"
    title = text.title.zh if text.title.zh.startswith("《") else f"《{text.title.zh}》"
    return Label(zh=f"{title}{zh}", en=f"{text.title.en}, {en}")
