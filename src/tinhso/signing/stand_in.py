"""A time-stamp authority for demonstrations and tests, without any other service; its stamps prove nothing."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tinhso.signing import authority, timestamps
from tinhso.signing.moments import aware
from tinhso.signing.soft_key import signed_raw

REFUSAL = bytes.fromhex("30053003020102")  # status "rejection", without a token
POLICY = "1.3.6.1.4.1.99999.1"


@dataclass(frozen=True)
class TimestampAuthority:
    """Answers requests after RFC 3161."""

    key: authority.Key
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @classmethod
    def create(cls, folder: Path, at: dt.datetime, key: authority.Key | None = None) -> Self:
        """A time-stamp authority under the authority of a folder, which is made if there is none.

        Raises:
            CertificateNotInForce: the folder's authority does not cover `at`.
        """
        above = authority.made_authority(folder, aware(at))[1]
        held = key or authority.new_key()
        return cls(held, authority.issue_timestamp(folder, key=held, at=at), (above,))

    def answer(self, request_der: bytes, at: dt.datetime) -> bytes:
        """The answer to a request, DER; a request that cannot be read is refused in the answer."""
        try:
            asked = tsp.TimeStampReq.load(request_der, strict=True)
            imprint = asked["message_imprint"]
            _ = imprint["hashed_message"].native, imprint["hash_algorithm"].native
        except (ValueError, TypeError):
            return REFUSAL
        told = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": imprint,
            "serial_number": secrets.randbits(63),
            "gen_time": aware(at).astimezone(dt.UTC).replace(microsecond=0),
        }
        if asked["nonce"].native is not None:
            told["nonce"] = asked["nonce"].native
        answer = tsp.TimeStampResp(
            {"status": {"status": "granted"}, "time_stamp_token": self._token(tsp.TSTInfo(told).dump())}
        )
        made: bytes = answer.dump()
        return made

    def at(self, moment: dt.datetime) -> "FixedStamper":
        """This authority while its clock stands at a moment."""
        return FixedStamper(self, moment)

    def _token(self, info: bytes) -> cms.ContentInfo:
        own, *above = (asn1_x509.Certificate.load(_der(each)) for each in (self.certificate, *self.chain))
        ess = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(own.dump()).digest()})
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(info).digest()]}),
                cms.CMSAttribute(
                    {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [ess]})]}
                ),
            ]
        )
        kind = "sha256_rsa" if isinstance(self.key, rsa.RSAPrivateKey) else "sha256_ecdsa"
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": {"issuer_and_serial_number": {"issuer": own.issuer, "serial_number": own.serial_number}},
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": kind}),
                "signature": signed_raw(self.key, attributes.dump()),
            }
        )
        data = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(info),
                },
                "certificates": [own, *above],
                "signer_infos": [signer],
            }
        )
        return cms.ContentInfo({"content_type": "signed_data", "content": data})


@dataclass(frozen=True)
class FixedStamper:
    """A `timestamps.Stamper` whose clock stands still."""

    authority: TimestampAuthority
    moment: dt.datetime

    def stamp(self, digest: bytes) -> bytes:
        """A time stamp token over a SHA-256 digest, DER."""
        nonce = secrets.randbits(63)
        answer = self.authority.answer(timestamps.request(digest, nonce), self.moment)
        return timestamps.token_of(answer, digest, nonce)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)
