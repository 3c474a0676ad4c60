"""Answers that are sent again only when they have changed (RFC 9110, 13)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request, Response


def tag_of(content: bytes) -> str:
    """The entity tag of a content: the same content, the same tag, whichever process answers."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def conditional(
    request: Request, content: bytes, media_type: str, headers: dict[str, str], changed_at: datetime | None = None
) -> Response:
    """The content, or 304 for a caller who has it already; `changed_at` is the instant of its last change, to the
    second."""
    tag = tag_of(content)
    all_headers = headers | {"ETag": tag}
    if changed_at is not None:
        all_headers["Last-Modified"] = format_datetime(changed_at.astimezone(UTC), usegmt=True)
    if _has(request, tag, changed_at):
        return Response(status_code=304, headers=all_headers)
    return Response(content, media_type=media_type, headers=all_headers)


def _has(request: Request, tag: str, changed_at: datetime | None) -> bool:
    known = request.headers.getlist("if-none-match")
    if known:
        tags = [each.strip().removeprefix("W/") for line in known for each in line.split(",")]
        return tag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return changed_at is not None and changed_at.replace(microsecond=0) <= since
    except (ValueError, TypeError, OverflowError):
        # No date, or none that there is, or one without a zone: as if it had not been sent.
        return False
