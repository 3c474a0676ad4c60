"""What of the catalogue can be searched, cut into index words, and a query cut the same way. The words are pure.

It lies beside the writer of entries and not in `rules`: it knows no law, only how PostgreSQL is asked. PostgreSQL's own
parsers find no words in Chinese text, and trigrams none of two characters, so text is cut here. What makes no
difference is folded away before (`activities.catalogue.folding`). Of a run of Chinese characters every two neighbours
are a word, and its last character is one; everywhere else what is written together is one. What is searched for must
stand in an entry with all its words: of a run the pairs, of a single character the pairs that it begins, of the rest
the words that begin so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from activities.catalogue.folding import CHINESE_LETTER, EDITION, folded
from rules.vocabulary import UNLISTED

if TYPE_CHECKING:
    from activities.database import Connection

IN_TITLE = "^"
"""Begins an index word that stands in the title; no other word can begin so."""
OF_THEME = "#"
"""Begins the one index word that is the whole theme, the domain of the data, in a language."""
OF_EDITION = "="
"""Begins the one index word that says how texts were folded: an entry of another edition is indexed anew."""
OF_PRIORITY = "%"
"""Begins the one index word that says which of the kinds it is that the law has opened first; an entry of none has no
such word."""
OF_CITY = "@"
"""Begins the one index word that is the city: so what is sought in one city is not first found in all."""
LONGEST_WORD = 64
"""Characters; the rest of a longer word finds nothing and is sought by nobody."""
LONGEST_THEME = 500
"""Characters of the index word of a theme or a city: PostgreSQL takes 2,046 bytes, and one character that somebody
writes can be eighteen in its plain form. Themes that begin so alike are one."""
LARGEST_INDEX = 1_000_000
"""Bytes of all index words of an entry together, of which PostgreSQL takes 1,048,575; what does not fit finds
nothing."""
MOST_WORDS = 60
"""Of one query; what comes after is not looked at."""
CHINESE = re.compile(f"[{CHINESE_LETTER}]+")
"""Runs of characters between which nobody writes a space."""
WORD = re.compile(r"[^\W_]+")
TEXTS = ("abstract", "domain")

NOT_INDEXED = """
select dataset_id, datasets.city, entry, bodies.name from datasets join bodies on bodies.body = datasets.provider
where (datasets.search is null or not datasets.search @@ $1::text::tsquery) and dataset_id > $2
order by dataset_id limit $3
for no key update of datasets
"""
AT_ONCE = 200
"""Entries, of which nobody writes another version meanwhile: a fraction of a second."""


def cut(text: str) -> Iterator[str]:
    """The runs of Chinese characters and the words of a text, folded, in its order."""
    plain = folded(text)
    position = 0
    for run in CHINESE.finditer(plain):
        yield from WORD.findall(plain[position : run.start()])
        yield run.group()
        position = run.end()
    yield from WORD.findall(plain[position:])


def words_of(text: str) -> set[str]:
    """The index words of a text."""
    found: set[str] = set()
    for part in cut(text):
        if CHINESE.match(part):
            found.update(first + second for first, second in pairwise(part))
            found.add(part[-1])
        else:
            found.add(part[:LONGEST_WORD])
    return found


def index_words(city: str, entry: Mapping[str, Any], provider_name: Mapping[str, str]) -> list[str]:
    """The index words of an entry: of title, abstract, domain, names of items and provider, in both languages; those of
    the title once more, as such. Together they never exceed what PostgreSQL can take for one entry; for a longer entry
    the words that find most are kept."""
    title = words_in(entry.get("title"))
    by_weight = (
        {city_word(city), OF_EDITION + EDITION},
        {theme_word(text) for text in (entry.get("domain") or {}).values()},
        {OF_PRIORITY + kind for kind in (entry.get("priority"),) if kind and kind != UNLISTED},
        {IN_TITLE + word for word in title},
        title | words_in(provider_name),
        set[str]().union(*(words_in(item.get("name")) for item in entry.get("items", ()))),
        set[str]().union(*(words_in(entry.get(field)) for field in TEXTS)),
    )
    return sorted(that_fit(by_weight))


def that_fit(by_weight: Iterable[set[str]]) -> set[str]:
    """As many of these words, group by group, as one entry can have."""
    found: set[str] = set()
    size = 0
    for group in by_weight:
        for word in sorted(group - found):
            size += len(word.encode())
            if size > LARGEST_INDEX:
                return found
            found.add(word)
    return found


def words_in(label: Mapping[str, str] | None) -> set[str]:
    return set[str]().union(*(words_of(text) for text in (label or {}).values()))


def theme_word(theme: str) -> str:
    """The index word of a theme, whatever its width, case and punctuation."""
    return OF_THEME + " ".join(cut(theme))[:LONGEST_THEME]


def city_word(city: str) -> str:
    """The index word of a city."""
    return OF_CITY + " ".join(cut(city))[:LONGEST_THEME]


def theme_query_of(theme: str) -> str:
    """The `tsquery` that every entry of this theme meets, in whichever language it is given."""
    return f"'{theme_word(theme)}'"


def priority_query_of(kind: str | None) -> str:
    """The `tsquery` that every entry of this kind meets, or of any of the kinds that are opened first."""
    return f"'{OF_PRIORITY}':*" if kind is None else f"'{OF_PRIORITY}{kind}'"


def query_of(text: str, *, prefix: str = "", city: str | None = None) -> str | None:
    """The text as a `tsquery` that every entry with all its words meets; None where it has no word.

    With the prefix IN_TITLE the words must stand in the title. With a city it is met by entries of that city alone.
    """
    sought: dict[str, None] = {}
    for part in cut(text):
        sought.update(dict.fromkeys(sought_of(part, prefix)))
    if not sought:
        return None
    return " & ".join([*list(sought)[:MOST_WORDS], *([f"'{city_word(city)}'"] if city else [])])


def sought_of(part: str, prefix: str) -> Iterable[str]:
    """The operands by which a run or a word is found. None holds a character that `tsquery` reads as its own."""
    if not CHINESE.match(part):
        return [f"'{prefix}{part[:LONGEST_WORD]}':*"]
    if len(part) == 1:
        return [f"'{prefix}{part}':*"]
    return [f"'{prefix}{first}{second}'" for first, second in pairwise(part)]


async def index_what_is_not(connection: Connection) -> int:
    """Indexes every entry whose words were folded in an older way; returns how many those were.

    In sets, each of which is committed by itself unless the caller has a transaction: what is broken off is gone on
    with, and whoever writes an entry waits for one set.
    """
    indexed, last = 0, ""
    while True:
        async with connection.transaction():
            rows = await connection.fetch(NOT_INDEXED, f"'{OF_EDITION}{EDITION}'", last, AT_ONCE)
            if not rows:
                return indexed
            await connection.executemany(
                "update datasets set search = array_to_tsvector($2::text[]) where dataset_id = $1",
                [
                    (row["dataset_id"], index_words(row["city"], json.loads(row["entry"]), json.loads(row["name"])))
                    for row in rows
                ],
            )
        indexed += len(rows)
        last = rows[-1]["dataset_id"]
