"""A time-stamp authority (RFC 3161) that the tests run themselves: a root, a signer under it, a server on a port."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

POLICY = "1.3.6.1.4.1.99999.1"
VALID = datetime(2020, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def certificate(
    name: str, key: ec.EllipticCurvePrivateKey, by: tuple[x509.Name, ec.EllipticCurvePrivateKey], *, root: bool
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(by[0])
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(VALID[0])
        .not_valid_after(VALID[1])
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by[1].public_key()), critical=False)
    )
    if not root:
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(stamping, critical=True)
    return builder.sign(by[1], hashes.SHA256())


@dataclass
class Authority:
    """Stamps whatever is asked, at the instant `now`; or gives the status and the body in `answers`."""

    root_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    url: str = ""
    now: datetime = datetime(2026, 1, 5, tzinfo=UTC)
    asked: int = 0
    answers: tuple[int, bytes] | None = None

    def __post_init__(self) -> None:
        self.root = certificate("Root", self.root_key, (named("Root"), self.root_key), root=True)
        self.signer = certificate("Stamps", self.key, (named("Root"), self.root_key), root=False)

    def roots(self, folder: Path) -> Path:
        """Its root, in a PEM file."""
        file = folder / "stamp-roots.pem"
        file.write_bytes(self.root.public_bytes(Encoding.PEM))
        return file

    def stamp(self, request: bytes) -> bytes:
        """The answer to a request."""
        asked = tsp.TimeStampReq.load(request)
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": asked["message_imprint"],
                "serial_number": secrets.randbits(63),
                "gen_time": self.now,
                "nonce": asked["nonce"],
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info.dump())})
        return bytes(tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token}).dump())

    def _signed(self, content: bytes) -> cms.SignedData:
        signer = asn1_x509.Certificate.load(self.signer.public_bytes(Encoding.DER))
        certificate_id = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(signer.dump()).digest()})
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
                cms.CMSAttribute(
                    {
                        "type": "signing_certificate_v2",
                        "values": [tsp.SigningCertificateV2({"certs": [certificate_id]})],
                    }
                ),
            ]
        )
        signature = self.key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        by_sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        who = cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number})
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [by_sha256],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(content),
                },
                "certificates": [signer],
                "signer_infos": [
                    {
                        "version": "v1",
                        "sid": cms.SignerIdentifier({"issuer_and_serial_number": who}),
                        "digest_algorithm": by_sha256,
                        "signed_attrs": attributes,
                        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                        "signature": signature,
                    }
                ],
            }
        )

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request over HTTP."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-l"))
        request = await reader.readexactly(length)
        self.asked += 1
        status, body = self.answers or (200, self.stamp(request))
        writer.write(
            b"HTTP/1.1 %d -\r\ncontent-type: application/timestamp-reply\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s" % (status, len(body), body)
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def running(authority: Authority) -> AsyncIterator[Authority]:
    server = await asyncio.start_server(authority.answer, "127.0.0.1", 0)
    authority.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server:
        yield authority
