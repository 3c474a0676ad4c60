"""The language of an answer: Chinese unless the caller prefers English."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Request, Response

from reading.words.language import CONTENT_LANGUAGE, Language


def preferred(accept_language: str) -> Language:
    """The language that an Accept-Language header prefers; Chinese where it prefers neither, or says nothing."""
    wishes: list[tuple[float, int, Language]] = []
    for place, wish in enumerate(accept_language.split(",")):
        match = re.fullmatch(r"\s*(zh|en|\*)(?:-[a-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?", wish, re.I)
        if match:
            language: Language = "en" if match[1].lower() == "en" else "zh"
            wishes.append((-float(match[2] or 1), place, language))
    liked = [wish for wish in wishes if wish[0] < 0]
    return min(liked)[2] if liked else "zh"


def headers(language: Language) -> dict[str, str]:
    """What an answer says of its language."""
    return {"Content-Language": CONTENT_LANGUAGE[language], "Vary": "Accept-Language"}


def language_of(request: Request) -> Language:
    return preferred(request.headers.get("accept-language", ""))


async def answered_in(request: Request, response: Response) -> Language:
    """The language of this answer, and its headers say so."""
    language = language_of(request)
    response.headers.update(headers(language))
    return language


AnsweredIn = Annotated[Language, Depends(answered_in)]
