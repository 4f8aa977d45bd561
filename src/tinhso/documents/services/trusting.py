"""Whom this installation trusts: authorities of signatures, and partners at the exchange door."""

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, kept
from tinhso.documents.models import Partner
from tinhso.documents.services import checks
from tinhso.documents.services.agencies import Unfit
from tinhso.signing.trust import LIST_FILE, TrustList, TrustListBroken


@transaction.atomic
def trust_certificate(
    *,
    certificate: bytes,
    kind: str,
    actor: str,
    at: dt.datetime,
    crl_urls: tuple[str, ...] = (),
    valid_from: dt.date | None = None,
    note: str = "",
) -> str:
    """Put an authority on the dated list; checks that lacked it are made again by themselves.

    Args:
        certificate: PEM or DER.
        kind: state, public, partner or demo.

    Returns:
        The certificate's fingerprint.

    Raises:
        Unfit: the file is no certificate, or the list does not take the entry; it stays as it was.
    """
    der = _der(certificate)
    fingerprint = hashlib.sha256(der).hexdigest()
    folder = checks.trust_folder()
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{fingerprint[:16]}.pem"
    kept.write(folder / name, x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    entries = [entry for entry in _entries(folder) if entry["file"] != name]
    entry: dict[str, Any] = {"file": name, "kind": kind, "crl_urls": list(crl_urls), "note": note}
    if valid_from is not None:
        entry["valid_from"] = valid_from
    _write_list(folder, [*entries, entry])
    audit.record(
        actor=actor,
        action="documents.authority_trusted",
        obj=f"certificate:{fingerprint}",
        details={"kind": kind},
        at=at,
    )
    return fingerprint


def write_partners_file() -> Path:
    """The certificates of all partners in one file, which the exchange door believes; written anew when they change."""
    where = Path(settings.HOME) / "exchange" / "partners.pem"
    found = Partner.objects.filter(is_active=True).exclude(certificate="").order_by("pk")
    kept.write(where, "\n".join(partner.certificate.strip() for partner in found).encode() + b"\n")
    return where


def _entries(folder: Path) -> list[dict[str, Any]]:
    path = folder / LIST_FILE
    whole = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
    return list(whole["anchors"]) if whole else []


def _write_list(folder: Path, entries: list[dict[str, Any]]) -> None:
    """Write the list anew, unless it could not be read then: no check works with a broken one."""
    path = folder / LIST_FILE
    before = path.read_bytes() if path.exists() else None
    kept.write(path, yaml.safe_dump({"anchors": entries}, allow_unicode=True).encode())
    try:
        TrustList.load(folder)
    except TrustListBroken as problem:
        if before is None:
            path.unlink()
        else:
            kept.write(path, before)
        raise Unfit(_("Danh sách tin cậy không nhận mục này: %(why)s") % {"why": str(problem)[:300]}) from None


def _der(certificate: bytes) -> bytes:
    try:
        if b"-----BEGIN" in certificate:
            return x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.DER)
        return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.DER)
    except ValueError:
        raise Unfit(_("Tệp không phải chứng thư (PEM hoặc DER).")) from None
