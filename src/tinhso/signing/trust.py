"""Whom signatures are traced back to, as dated lists, and the proofs of revocation that a check may use."""

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

LIST_FILE = "trust.yaml"


class TrustListBroken(ValueError):
    """The list, or a certificate that it names, cannot be read."""


class AnchorKind(StrEnum):
    """What kind of authority it is."""

    STATE = "state"  # chứng thực chữ ký số chuyên dùng công vụ
    PUBLIC = "public"  # chứng thực chữ ký số công cộng
    PARTNER = "partner"  # another installation, by agreement
    DEMO = "demo"  # without legal value


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """An authority's certificate that is trusted for a time.

    Args:
        certificate: DER.
        kind: of the authority.
        valid_from: first day on which it is trusted; None since ever.
        valid_to: last day; None for good.
        crl_urls: where its own lists of revoked certificates are found, beside those that certificates name.
        note: for people: whence the certificate came, and who compared it.
    """

    certificate: bytes
    kind: AnchorKind
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    crl_urls: tuple[str, ...] = ()
    note: str = ""

    def counts_on(self, day: dt.date) -> bool:
        """Whether it is trusted on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class TrustList:
    """All anchors, with their days."""

    anchors: tuple[TrustAnchor, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read `trust.yaml` and the PEM files beside it; an empty list when there is no such file.

        Raises:
            TrustListBroken: it is written wrong, names a missing file, or one without a certificate.
        """
        path = folder / LIST_FILE
        if not path.exists():
            return cls()
        try:
            entries = _Entries.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).anchors
        except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as problem:
            raise TrustListBroken(f"{path}: {problem}") from problem
        return cls(tuple(anchor for entry in entries for anchor in _anchors(folder, entry)))

    @classmethod
    def of(cls, certificates: Iterable[bytes], kind: AnchorKind = AnchorKind.DEMO) -> Self:
        """A list of certificates (DER) trusted at any time."""
        return cls(tuple(TrustAnchor(each, kind) for each in certificates))

    def anchors_on(self, day: dt.date) -> tuple[TrustAnchor, ...]:
        """Those that are trusted on a day."""
        return tuple(anchor for anchor in self.anchors if anchor.counts_on(day))

    @property
    def version(self) -> str:
        """Changes with the content."""
        told = [
            (hashlib.sha256(one.certificate).hexdigest(), one.kind.value, str(one.valid_from), str(one.valid_to))
            for one in self.anchors
        ]
        return hashlib.sha256(json.dumps(sorted(told)).encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Material:
    """Proofs that a check used or may use, as bytes, so that it can be run again any time.

    Args:
        crls: lists of revoked certificates, DER.
        ocsps: answers of OCSP responders, DER.
        certificates: of authorities between signer and anchor, DER.
        tokens: time stamps found in the file, DER; they are told, and always read from the file itself.
    """

    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = ()
    tokens: tuple[bytes, ...] = ()

    def __add__(self, other: "Material") -> "Material":
        return Material(
            _merged(self.crls, other.crls),
            _merged(self.ocsps, other.ocsps),
            _merged(self.certificates, other.certificates),
            _merged(self.tokens, other.tokens),
        )

    def dumps(self) -> str:
        """The whole as JSON."""
        return json.dumps({name: [base64.b64encode(one).decode() for one in getattr(self, name)] for name in _PARTS})

    @classmethod
    def loads(cls, text: str) -> Self:
        """What `dumps` wrote.

        Raises:
            ValueError: it did not write this.
        """
        try:
            told = json.loads(text)
            return cls(**{name: tuple(base64.b64decode(one) for one in told[name]) for name in _PARTS})
        except (KeyError, TypeError) as problem:
            raise ValueError("this is no stored evidence") from problem


_PARTS = ("crls", "ocsps", "certificates", "tokens")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    file: str
    kind: AnchorKind
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    crl_urls: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        if Path(self.file).name != self.file:
            raise ValueError("the file must lie beside the list")
        return self


class _Entries(BaseModel):
    model_config = ConfigDict(extra="forbid")

    anchors: list[_Entry] = []


def _anchors(folder: Path, entry: _Entry) -> list[TrustAnchor]:
    try:
        certificates = x509.load_pem_x509_certificates((folder / entry.file).read_bytes())
    except (OSError, ValueError) as problem:
        raise TrustListBroken(f"{folder / entry.file}: {problem}") from problem
    return [
        TrustAnchor(
            each.public_bytes(serialization.Encoding.DER),
            entry.kind,
            entry.valid_from,
            entry.valid_to,
            entry.crl_urls,
            entry.note,
        )
        for each in certificates
    ]


def _merged(one: tuple[bytes, ...], other: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys((*one, *other)))
