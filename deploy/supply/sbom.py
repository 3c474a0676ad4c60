"""The bill of materials of what we ship, as CycloneDX has it: each package of the lock with its version, the hashes of
its files, its licence and what wants it. The same lock makes the same bytes."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from deploy.supply.licences import licence_of
from deploy.supply.lock import RUNS, Pinned, read_lock

OURS = "kaifang"
REGISTRY = "https://pypi.org/project"


def bill_of_materials(version: str, at: int, lock: Path = RUNS) -> str:
    """The bill for that version of ours, made at that second of Unix. Raises LockUnreadable, OSError."""
    pinned = read_lock(lock)
    ours = _component(OURS, version)
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, hashlib.sha256(lock.read_bytes()).hexdigest()))
    bom.metadata.timestamp = datetime.fromtimestamp(at, UTC)
    bom.metadata.component = ours
    components = {each.name: _pinned(each) for each in pinned}
    bom.components.update(components.values())
    for wanting, component in {OURS: ours, **components}.items():
        bom.register_dependency(component, [components[each.name] for each in _wanted(pinned, wanting)])
    return str(JsonV1Dot6(bom).output_as_string(indent=1)) + "\n"


def _wanted(pinned: Sequence[Pinned], by: str) -> list[Pinned]:
    return [each for each in pinned if by in each.asked_by]


def _pinned(it: Pinned) -> Component:
    component = _component(it.name, it.version)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=each) for each in it.hashes]
    where = XsUri(f"{REGISTRY}/{it.name}/{it.version}/")
    component.external_references.add(
        ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=where, hashes=hashes)
    )
    if licence := licence_of(it.name):
        component.licenses.add(LicenseExpression(licence))
    return component


def _component(name: str, version: str) -> Component:
    purl = PackageURL("pypi", name=name, version=version)
    kind = ComponentType.APPLICATION if name == OURS else ComponentType.LIBRARY
    return Component(name=name, version=version, type=kind, purl=purl, bom_ref=str(purl))
