"""Time stamps of another authority (RFC 3161) over what was signed of a day: that it was there at that instant says
somebody who has neither our record nor our key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

ANSWERS_WITHIN = 15.0
"""Seconds."""
LARGEST = 64 * 1024
"""Bytes of an answer; one with a whole chain of certificates takes less than ten thousand."""
SENT_AS = "application/timestamp-query"


class AuthorityAway(Exception):
    """The authority does not answer, or not with a stamp; it is asked again. The message says how."""


class StampUnusable(Exception):
    """What the authority has answered is no stamp of it over what was asked. The message says why."""


class RootsUnusable(Exception):
    """The file holds no certificates in PEM; the message names the file."""


@dataclass(frozen=True)
class Authority:
    """Where stamps come from, and the certificates under which they have to be."""

    url: str
    roots: tuple[x509.Certificate, ...]

    async def stamp(self, text: str) -> bytes:
        """A stamp over a statement, as the authority has answered it. Raises AuthorityAway, StampUnusable."""
        asked = TimestampRequestBuilder(data=text.encode(), hash_algorithm=HashAlgorithm.SHA256).build()
        answer = await self._ask(asked.as_bytes())
        stamped_at(answer, text, self.roots)
        if decode_timestamp_response(answer).tst_info.nonce != asked.nonce:
            raise StampUnusable("the answer is to another question")
        return answer

    async def _ask(self, request: bytes) -> bytes:
        try:
            async with (
                httpx.AsyncClient(timeout=ANSWERS_WITHIN, follow_redirects=False) as http,
                http.stream("POST", self.url, content=request, headers={"content-type": SENT_AS}) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    raise AuthorityAway(f"status {response.status_code}")
                answer = b""
                async for piece in response.aiter_bytes():
                    answer += piece
                    if len(answer) > LARGEST:
                        raise StampUnusable(f"an answer of more than {LARGEST} bytes")
                return answer
        except httpx.HTTPError as fault:
            raise AuthorityAway(type(fault).__name__) from fault


def roots_in(file: Path) -> tuple[x509.Certificate, ...]:
    """The certificates in a PEM file. Raises RootsUnusable, OSError."""
    try:
        return tuple(x509.load_pem_x509_certificates(file.read_bytes()))
    except ValueError as fault:
        raise RootsUnusable(f"{file} holds no certificates in PEM") from fault


def stamped_at(stamp: bytes, text: str, roots: tuple[x509.Certificate, ...] = ()) -> datetime:
    """The instant at which that statement was stamped, by an authority under one of the roots; without roots whose
    stamp it is stays open. Raises StampUnusable."""
    try:
        response = decode_timestamp_response(stamp)
        if response.status != PKIStatus.GRANTED:
            raise StampUnusable(f"the authority refuses (status {response.status})")
        stated = response.tst_info
        if roots:
            VerifierBuilder(roots=list(roots)).build().verify_message(response, text.encode())
    except VerificationError as fault:
        raise StampUnusable(str(fault)) from fault
    except ValueError as fault:
        raise StampUnusable("the answer is no stamp") from fault
    if stated.message_imprint.message != hashlib.sha256(text.encode()).digest():
        raise StampUnusable("the stamp is over something else")
    return stated.gen_time
