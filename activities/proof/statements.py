"""What is signed of a day, how it is signed, and the proof that a head is in it: all that a stranger needs, and no
database (docs/verifying.md)."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from activities.proof.canonical import canonical
from activities.proof.chain import algorithm_of, digest
from activities.proof.heads import Head
from activities.proof.merkle import root_by_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DAY, PROOF = "kaifang-day/1", "kaifang-proof/1"
ED25519 = "ed25519"
PUBLIC_KEY = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class KeyUnusable(Exception):
    """The file holds no Ed25519 key in PEM; the message names the file."""


def named_key(key: Ed25519PublicKey) -> str:
    """A public key as statements name it."""
    return f"{ED25519}:{base64.b64encode(key.public_bytes_raw()).decode()}"


def private_key(file: Path) -> Ed25519PrivateKey:
    """The key in this file. Raises KeyUnusable, OSError."""
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except ValueError as fault:
        raise KeyUnusable(f"{file} holds no private key in PEM") from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{file} holds no Ed25519 private key")
    return key


def public_key(file: Path) -> str:
    """The public key in this file, or of the private key in it, as statements name it. Raises KeyUnusable, OSError."""
    content = file.read_bytes()
    if b"PRIVATE KEY" in content:
        return named_key(private_key(file).public_key())
    return _named(content, file)


def public_keys(file: Path) -> frozenset[str]:
    """Every public key in this file, one after the other, as statements name them. Raises KeyUnusable, OSError."""
    if not (found := PUBLIC_KEY.findall(file.read_bytes())):
        raise KeyUnusable(f"{file} holds no public key in PEM")
    return frozenset(_named(each, file) for each in found)


def _named(content: bytes, file: Path) -> str:
    try:
        key = load_pem_public_key(content)
    except ValueError as fault:
        raise KeyUnusable(f"{file} holds no key in PEM") from fault
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"{file} holds no Ed25519 public key")
    return named_key(key)


@dataclass(frozen=True)
class Statement:
    """A day that is over: the root of the tree over the heads of all cases, and the statement before."""

    day: date
    cases: int
    root: str
    previous: str
    """The hash of the statement of the day before; of the first, of the root over what was adopted."""
    signed_at: datetime
    key: str

    def text(self) -> str:
        """The statement as it is signed."""
        stated = {
            "format": DAY,
            "day": self.day.isoformat(),
            "cases": self.cases,
            "root": self.root,
            "previous": self.previous,
            "signed_at": self.signed_at.isoformat(timespec="seconds"),
            "key": self.key,
        }
        return canonical(json.dumps(stated)).decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """The statement in this text. Raises ValueError for any other."""
        try:
            found = json.loads(text)
            if found["format"] != DAY or canonical(text).decode() != text:
                raise ValueError(f"no statement as {DAY} writes it")
            algorithm_of(found["root"])
            return cls(
                date.fromisoformat(found["day"]),
                int(found["cases"]),
                str(found["root"]),
                str(found["previous"]),
                datetime.fromisoformat(found["signed_at"]),
                str(found["key"]),
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise ValueError(f"no statement as {DAY} writes it") from fault


def statement_hash(algorithm: str, text: str) -> str:
    """By which the statement of the next day names this one."""
    return digest(algorithm, text.encode())


def sign(key: Ed25519PrivateKey, text: str) -> str:
    """The signature over a statement."""
    return base64.b64encode(key.sign(text.encode())).decode()


def kind_of(key: str) -> str:
    """By which algorithm a key signs, as statements name it: `ed25519`, or another, which this program may not know."""
    return key.partition(":")[0]


def is_verifiable(key: str) -> bool:
    """Whether this program knows the algorithm by which that key signs."""
    return kind_of(key) in VERIFYING


def is_signed(text: str, signature: str, key: str) -> bool:
    """Whether that key, as statements name it, has signed the statement."""
    try:
        verify = VERIFYING[kind_of(key)]
        raw = base64.b64decode(key.partition(":")[2], validate=True)
        verify(raw, base64.b64decode(signature, validate=True), text.encode())
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True


def _verify_ed25519(key: bytes, signature: bytes, signed: bytes) -> None:
    Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)


VERIFYING: Mapping[str, Callable[[bytes, bytes, bytes], None]] = {ED25519: _verify_ed25519}
"""By the name of an algorithm, what raises InvalidSignature or ValueError for a signature that is none: SM2 comes here
once a library that is well kept has it (docs/decisions/0078)."""


def published(text: str, signature: str) -> dict[str, Any]:
    """A signed day as it is kept apart."""
    return {"statement": json.loads(text), "signature": signature}


def published_with_stamp(text: str, signature: str, stamp: bytes | None) -> dict[str, Any]:
    """A signed day as it is published: with the stamp of another authority over it, if there is one."""
    return {**published(text, signature), "stamp": None if stamp is None else base64.b64encode(stamp).decode()}


def leads_to(head: Head, place: int, path: list[str], statement: Statement) -> bool:
    """Whether the head is in the tree of the statement, at that place by that path."""
    try:
        algorithm = algorithm_of(statement.root)
        beside = [bytes.fromhex(each) for each in path]
        root = root_by_path(algorithm, head.leaf(algorithm), place, statement.cases, beside)
    except (ValueError, TypeError):
        return False
    return root is not None and f"{algorithm}:{root.hex()}" == statement.root


@dataclass(frozen=True)
class Proof:
    """That the head of a case is in the tree of a signed day."""

    head: Head
    place: int
    path: tuple[str, ...]
    statement: str
    signature: str
    stamp: bytes | None = None
    """Of a time-stamp authority over the statement."""

    def document(self) -> dict[str, Any]:
        """The proof as a document for a stranger."""
        head = self.head._asdict()
        document = {"format": PROOF, "head": head, "place": self.place, "path": list(self.path)}
        return {**document, **published_with_stamp(self.statement, self.signature, self.stamp)}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The proof in a document, or in what the API answered around it. Raises ValueError for any other."""
        try:
            found = document.get("proof", document)
            if found["format"] != PROOF:
                raise ValueError(f"no {PROOF}")
            return cls(
                head=Head(**found["head"]),
                place=int(found["place"]),
                path=tuple(map(str, found["path"])),
                statement=canonical(json.dumps(found["statement"])).decode(),
                signature=str(found["signature"]),
                stamp=base64.b64decode(stamp, validate=True) if (stamp := found.get("stamp")) else None,
            )
        except (KeyError, TypeError, AttributeError) as fault:
            raise ValueError(f"no {PROOF}") from fault

    def fault(self, keys: frozenset[str] = frozenset()) -> str | None:
        """Why the proof proves nothing: `statement`, `key`, `kind`, `signature` or `path`; None where it does. Without
        keys that the reader trusts, the statement's own is believed."""
        try:
            statement = Statement.read(self.statement)
        except ValueError:
            return "statement"
        if keys and statement.key not in keys:
            return "key"
        if not is_verifiable(statement.key):
            return "kind"
        if not is_signed(self.statement, self.signature, statement.key):
            return "signature"
        return None if leads_to(self.head, self.place, list(self.path), statement) else "path"
