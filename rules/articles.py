"""How the article of a citation is written for people: `20(2)` is 第二十条第（二）项, `16.2` is 第十六条第二款, `12-1`
is 第十二条之一, `s3(2)2` is 三（二）2."""

from __future__ import annotations

import re

from rules.pinned import BESIDE, Basis, Citation, Further, Label

_ARTICLE = re.compile(
    r"^(?P<section>s)?(?P<article>[0-9]+)(?:-(?P<inserted>[0-9]+))?(?:\.(?P<paragraph>[0-9]+))?"
    r"(?:\((?P<item>[0-9]+)\)(?P<point>[0-9]+)?)?$"
)
AND = " and "
"""Between two articles on which one rule rests."""
LONGEST_NAME = 40
"""Chinese characters of a note that can stand in a sentence."""
_BREAK_ZH, _BREAK_EN = re.compile("[；。]"), re.compile(r"[;:] |\. ")
_DIGITS = "零一二三四五六七八九"


def article_label(article: str) -> Label:
    """The article in both languages, or the articles; whatever is not written as one, such as a service rule, as it
    stands."""
    if BESIDE in article:
        own, *beside = article.split(BESIDE)
        return _with_others(own, beside)
    matches = [_ARTICLE.match(each) for each in article.split(AND)]
    labels = [_article(match) for match in matches if match]
    if len(labels) < len(matches):
        return Label(zh=article, en=article)
    first, *others = labels
    return Label(zh="、".join(each.zh for each in labels), en=AND.join((first.en, *(_within(o.en) for o in others))))


def _with_others(own: str, others: list[str]) -> Label:
    """Where nothing but the text of a citation is at hand: articles of other sources by the names that packs give
    these."""
    here, there = article_label(own), [each.partition(" ") for each in others]
    labels = [(source, article_label(article)) for source, _, article in there]
    return Label(
        zh="、".join((here.zh, *(f"{source} {article.zh}" for source, article in labels))),
        en=AND.join((here.en, *(f"{source} {_within(article.en)}" for source, article in labels))),
    )


def _article(match: re.Match[str]) -> Label:
    number, paragraph, item, point = match["article"], match["paragraph"], match["item"], match["point"]
    if match["section"]:
        return _section(match)
    zh, en = f"第{_chinese(int(number))}条", f"Article {number}"
    if inserted := match["inserted"]:
        zh, en = f"{zh}之{_chinese(int(inserted))}", f"{en}-{inserted}"
    if paragraph:
        zh, en = f"{zh}第{_chinese(int(paragraph))}款", f"{en}, paragraph {paragraph}"
    if item:
        zh, en = f"{zh}第（{_chinese(int(item))}）项", f"{en}({item})" if not paragraph else f"{en}, item {item}"
    if point:
        zh, en = f"{zh}第{point}目", f"{en}, point {point}"
    return Label(zh=zh, en=en)


def _section(match: re.Match[str]) -> Label:
    """A place in a text that has sections and no articles, as such texts number themselves."""
    number, paragraph, item, point = match["article"], match["paragraph"], match["item"], match["point"]
    zh = _chinese(int(number)) + (f"（{_chinese(int(item))}）" if item else "") + (point or "")
    en = f"Section {number}" + (f"({item})" if item else "") + (f", point {point}" if point else "")
    if paragraph:
        zh, en = f"{zh}第{_chinese(int(paragraph))}段", f"{en}, paragraph {paragraph}"
    return Label(zh=zh, en=en)


def _within(said: str) -> str:
    """As it is said inside a sentence."""
    return f"{said[0].lower()}{said[1:]}"


def phrase(city: Label, citation: Citation) -> Label:
    """How a person quotes a rule of a city in a sentence: "Nanning article 20(3)"; a service rule is called one, and
    named by its note, of a long one by what it begins with."""
    if citation.basis is Basis.LAW:
        article, also = article_label(citation.own_article), [of_another(each) for each in citation.also]
        return Label(
            zh="、".join((f"{city.zh}{article.zh}", *(each.zh for each in also))),
            en=AND.join((f"{city.en} {_within(article.en)}", *(each.en for each in also))),
        )
    return _service_rule(city, name_of(_note_of(citation)))


def of_another(further: Further) -> Label:
    """An article of another source than the one before, by the title of that."""
    article, title = article_label(further.article), further.title
    title_zh = title.zh if title.zh.startswith("《") else f"《{title.zh}》"
    return Label(zh=f"{title_zh}{article.zh}", en=f"{title.en}, {_within(article.en)}")


def in_full(city: Label, citation: Citation) -> Label:
    """The same where nothing can be looked up: a service rule with all of its reason, however long."""
    return phrase(city, citation) if citation.basis is Basis.LAW else _service_rule(city, _note_of(citation))


def name_of(note: Label) -> Label:
    """By what a service rule is named in a sentence: a short note as it stands, of a long one what it begins with,
    which says where the law is silent. The other language names the same."""
    if len(note.zh) <= LONGEST_NAME:
        return note
    return Label(zh=_BREAK_ZH.split(note.zh, maxsplit=1)[0], en=_BREAK_EN.split(note.en, maxsplit=1)[0])


def _note_of(citation: Citation) -> Label:
    return citation.note or Label(zh=citation.article, en=citation.article)


def _service_rule(city: Label, note: Label) -> Label:
    return Label(
        zh=f"{city.zh}服务规则（{note.zh.rstrip('。.')}）", en=f"{city.en} service rule ({note.en.rstrip('。.')})"
    )


def _chinese(number: int) -> str:
    """A number below 1000 as statutes write it; a greater one in figures."""
    if number >= 1000:
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if number < 20 else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")
