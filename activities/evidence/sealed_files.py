"""A file as it is sealed: piece by piece, each bound to its number and to the length of the whole, so that pieces can
be read by themselves, and none be taken out, moved or brought from another file unseen."""

from __future__ import annotations

from typing import BinaryIO

from activities.sealing.seals import BEYOND, seal, unseal

PIECE = 1024 * 1024
"""Bytes of a piece before it is sealed, the last excepted; and in memory at once on the way out."""


def sealed_size(size: int) -> int:
    """How many bytes a file of that size has when it is sealed."""
    return size + BEYOND * -(-size // PIECE)


def seal_file(key: bytes, plain: BinaryIO, sealed: BinaryIO) -> None:
    """Writes the whole of one file, sealed under a key that seals nothing else, into another."""
    size = plain.seek(0, 2)
    plain.seek(0)
    for number in range(-(-size // PIECE)):
        sealed.write(seal(key, _place(number, size), plain.read(PIECE)))
    sealed.flush()


def unsealed_piece(key: bytes, number: int, size: int, piece: bytes) -> bytes:
    """A piece, counted from 0, of a file of that size. Raises InvalidTag for any other bytes."""
    return unseal(key, _place(number, size), piece)


def place_of_name(evidence_id: str) -> str:
    """What the name of a file is bound to."""
    return f"evidence\n{evidence_id}\nname"


def _place(number: int, size: int) -> str:
    return f"evidence\n{number}\n{size}"
