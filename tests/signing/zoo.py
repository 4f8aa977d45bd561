"""Certificates of every kind that must not pass, made by Certomancer, and signatures with them."""

import datetime as dt
import io
from pathlib import Path

from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, ServiceLabel
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields as pyhanko_fields
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from tinhso.signing import cms, remote
from tinhso.signing.opening import Words, opening
from tinhso.signing.port import Place
from tinhso.signing.soft_key import signed_raw
from tinhso.signing.trust import Material

SIGNED = dt.datetime(2024, 3, 1, 10, 0, tzinfo=dt.UTC)
CHECKED = dt.datetime(2024, 3, 2, 10, 0, tzinfo=dt.UTC)
SIGNERS = ("digital_signature", "non_repudiation")
URL = "http://pki.example/"


def _usage(*names: str) -> dict[str, object]:
    return {"id": "key_usage", "critical": True, "smart-value": {"schema": "key-usage", "params": list(names)}}


def _list_at(repository: str) -> dict[str, object]:
    params = {"crl-repo-names": [repository]}
    return {"id": "crl_distribution_points", "smart-value": {"schema": "crl-dist-url", "params": params}}


def _authority(subject: str, issuer: str, **more: object) -> dict[str, object]:
    return {
        "subject": subject,
        "subject-key": subject,
        "issuer": issuer,
        "authority-key": issuer,
        "validity": {"valid-from": "2020-01-01T00:00:00+0000", "valid-to": "2040-01-01T00:00:00+0000"},
        "extensions": [
            {"id": "basic_constraints", "critical": True, "value": {"ca": True}},
            _usage("key_cert_sign", "crl_sign"),
            *([] if subject == issuer else [_list_at(issuer)]),
        ],
        **more,
    }


def _leaf(
    subject: str,
    *,
    since: str = "2024-01-01",
    until: str = "2026-01-01",
    usage: tuple[str, ...] = SIGNERS,
    purposes: tuple[str, ...] = (),
    **more: object,
) -> dict[str, object]:
    extensions = [_usage(*usage), _list_at("sub")]
    if purposes:
        extensions.append({"id": "extended_key_usage", "critical": True, "value": list(purposes)})
    return {
        "subject": subject,
        "subject-key": subject,
        "issuer": "sub",
        "authority-key": "sub",
        "validity": {"valid-from": f"{since}T00:00:00+0000", "valid-to": f"{until}T00:00:00+0000"},
        "extensions": extensions,
        **more,
    }


CERTIFICATES = {
    "root": _authority("root", "root"),
    "sub": _authority("sub", "root"),
    "unknown": _authority("unknown", "unknown"),
    "good": _leaf("good"),
    "curve": _leaf("curve"),
    "expired": _leaf("expired", until="2024-03-02"),
    "early": _leaf("early", since="2024-03-05"),
    "revoked": _leaf("revoked", revocation={"revoked-since": "2024-02-20T00:00:00+0000", "reason": "key_compromise"}),
    "taken": _leaf("taken", revocation={"revoked-since": "2024-03-01T12:00:00+0000", "reason": "superseded"}),
    "alone": {**_leaf("alone"), "issuer": "unknown", "authority-key": "unknown", "extensions": [_usage(*SIGNERS)]},
    "sha1": _leaf("sha1", **{"signature-algo": "sha1_rsa"}),
    "short": _leaf("short"),
    "wrong": _leaf("wrong", usage=("key_encipherment",)),
    "server": _leaf("server", purposes=("server_auth",)),
    "other": _leaf("other"),
    "responder": _leaf("responder", usage=("digital_signature",), purposes=("ocsp_signing",)),
}
CERTIFICATES["responder"]["extensions"] = [
    _usage("digital_signature"),
    {"id": "extended_key_usage", "value": ["ocsp_signing"]},
    {"id": "ocsp_no_check"},
]
OTHER = "Sở Tài chính"
AGENCY = "Sở Khoa học và Công nghệ"


class Zoo:
    """The certificates, their keys, and what their authorities publish."""

    def __init__(self, folder: Path) -> None:
        self.keys = {name: self._key(name) for name in CERTIFICATES}
        for name, key in self.keys.items():
            (folder / f"{name}.pem").write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )
        entities = {name: {"common-name": f"Người {name}", "organization-name": AGENCY} for name in CERTIFICATES}
        entities["other"]["organization-name"] = OTHER
        config = {
            "keysets": {"zoo": {"keys": {name: {"path": f"{name}.pem"} for name in CERTIFICATES}}},
            "pki-architectures": {
                "zoo": {
                    "keyset": "zoo",
                    "entity-defaults": {"country-name": "VN"},
                    "entities": entities,
                    "certs": CERTIFICATES,
                    "services": {
                        "crl-repo": {
                            name: {
                                "for-issuer": name,
                                "signing-key": name,
                                "simulated-update-schedule": "P7D",
                            }
                            for name in ("root", "sub", "unknown")
                        },
                        "ocsp": {
                            "sub": {
                                "for-issuer": "sub",
                                "responder-cert": "responder",
                                "signing-key": "responder",
                            }
                        },
                    },
                }
            },
        }
        self.arch = CertomancerConfig(config, key_search_dir=str(folder), external_url_prefix=URL).get_pki_arch(
            ArchLabel("zoo")
        )

    @staticmethod
    def _key(name: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
        if name == "curve":
            return ec.generate_private_key(ec.SECP256R1())
        return rsa.generate_private_key(public_exponent=65537, key_size=1024 if name == "short" else 2048)

    def certificate(self, name: str) -> bytes:
        return self.arch.get_cert(CertLabel(name)).dump()

    @property
    def chain(self) -> tuple[bytes, ...]:
        return (self.certificate("sub"), self.certificate("root"))

    def crls(self, at: dt.datetime = CHECKED) -> Material:
        found = [self.arch.service_registry.get_crl(ServiceLabel(name), at_time=at).dump() for name in ("root", "sub")]
        return Material(crls=tuple(found))

    def ocsp(self, name: str, at: dt.datetime = CHECKED) -> bytes:
        leaf, issuer = (x509.load_der_x509_certificate(self.certificate(one)) for one in (name, "sub"))
        asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build()  # noqa: S303 - as responders are asked
        responder = self.arch.service_registry.summon_responder(ServiceLabel("sub"), at_time=at)
        request = asn1_ocsp.OCSPRequest.load(asked.public_bytes(serialization.Encoding.DER))
        return responder.build_ocsp_response(request).dump()

    def sign(self, pdf: bytes, name: str, *, at: dt.datetime = SIGNED, place: Place | None = None) -> bytes:
        """Signed by a program that does not ask whether the certificate counts."""
        chain = (self.certificate("unknown"),) if name == "alone" else self.chain
        template = cms.template(self.certificate(name), chain)
        made = opening(pdf, words=Words(name, "", "", at), place=place or Place(), room=template.room)
        return remote.finish(
            remote.Pending(made, template.certificate, chain),
            signed_raw(self.keys[name], template.attributes(made.digest)),
        )

    def sign_with_sha1(self, pdf: bytes, *, at: dt.datetime = SIGNED) -> bytes:
        """Signed as before 2017."""
        store = SimpleCertificateStore()
        store.register(asn1_x509.Certificate.load(self.certificate("sub")))
        key = load_private_key_from_pemder_data(
            self.keys["good"].private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            passphrase=None,
        )
        signer = signers.SimpleSigner(
            signing_cert=asn1_x509.Certificate.load(self.certificate("good")), signing_key=key, cert_registry=store
        )
        metadata = signers.PdfSignatureMetadata(
            field_name="Cu", md_algorithm="sha1", subfilter=pyhanko_fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
        )
        return _made(pdf, signer, metadata, at)


class _Dated(signers.PdfSigner):
    moment: dt.datetime

    def init_signing_session(self, *arguments, **options):
        session = super().init_signing_session(*arguments, **options)
        session.system_time = self.moment
        return session


def _made(pdf: bytes, signer: signers.Signer, metadata: signers.PdfSignatureMetadata, at: dt.datetime) -> bytes:
    made = io.BytesIO()
    dated = _Dated(metadata, signer)
    dated.moment = at
    dated.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), output=made)
    return made.getvalue()
