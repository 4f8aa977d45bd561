"""The way from a certificate to a trusted one. Finding it takes long and is kept; what hangs on time is asked each time."""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, PathError, ValidationError
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from tinhso.signing.loops import apart_from_loops


class NoChain(ValueError):
    """No way leads to a trusted certificate."""


class ChainNotInForce(NoChain):
    """A way leads there, yet an authority's certificate upon it does not cover the moment."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A way that holds.

    Args:
        certificates: from the signer's to the trusted one.
        first: moment from which all but the trusted one count.
        last: moment until which they do.
    """

    certificates: tuple[x509.Certificate, ...]
    first: dt.datetime
    last: dt.datetime

    def covers(self, moment: dt.datetime) -> bool:
        """Whether the way holds at a moment."""
        return self.first <= moment <= self.last


class _AnyAlgorithm(AlgorithmUsagePolicy):
    """Which algorithms are too weak is a rule of our own, which gives its own reason."""

    def digest_algorithm_allowed(self, algo: Any, moment: dt.datetime | None) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(allowed=True)

    def signature_algorithm_allowed(
        self, algo: Any, moment: dt.datetime | None, public_key: Any
    ) -> AlgorithmUsageConstraint:
        return AlgorithmUsageConstraint(allowed=True)


def chain(leaf: bytes, others: Sequence[bytes], anchors: Sequence[bytes], moment: dt.datetime) -> Chain:
    """The way from a certificate to a trusted one at a moment; a moment before or after the certificate's own time is
    moved into it, so that "expired" and "unknown" are told apart.

    Args:
        leaf: DER.
        others: certificates that may lie between, DER.
        anchors: trusted certificates, DER.
        moment: aware.

    Raises:
        NoChain: none leads to a trusted one.
        ChainNotInForce: one leads there, but not at this moment.
    """
    own = certificate(leaf)
    inside = min(max(moment, own.not_valid_before_utc), own.not_valid_after_utc)
    known = _key(leaf, others, anchors)
    kept = _KEPT.get(known)
    if kept is None or not kept.covers(inside):
        kept = _found(leaf, others, anchors, inside)
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[known] = kept
    return kept


@lru_cache(maxsize=4096)
def certificate(der: bytes) -> x509.Certificate:
    """A certificate, read once.

    Raises:
        ValueError: it is none.
    """
    return x509.load_der_x509_certificate(der)


MOST_KEPT = 4096
_KEPT: dict[bytes, Chain] = {}


def _key(leaf: bytes, others: Sequence[bytes], anchors: Sequence[bytes]) -> bytes:
    parts = [leaf, b"|", *sorted(set(others)), b"|", *sorted(set(anchors))]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


def _found(leaf: bytes, others: Sequence[bytes], anchors: Sequence[bytes], moment: dt.datetime) -> Chain:
    context = ValidationContext(
        trust_manager=SimpleTrustManager.build(trust_roots=[asn1_x509.Certificate.load(der) for der in anchors]),
        moment=moment,
        allow_fetching=False,
        algorithm_usage_policy=_AnyAlgorithm(),
    )
    between = [asn1_x509.Certificate.load(der) for der in others]
    validator = CertificateValidator(asn1_x509.Certificate.load(leaf), between, context)
    try:
        path = apart_from_loops(lambda: _run(validator))
    except (ExpiredError, NotYetValidError) as problem:
        raise ChainNotInForce(str(problem)) from problem
    except (PathError, ValidationError) as problem:
        raise NoChain(str(problem)) from problem
    found = [certificate(each.dump()) for each in path.iter_certs(include_root=True)]
    found = list(dict.fromkeys(reversed(found)))  # a trusted signer is both ends of its way
    below = found[:-1] or found
    first, last = max(each.not_valid_before_utc for each in below), min(each.not_valid_after_utc for each in below)
    return Chain(tuple(found), first, last)


def _run(validator: CertificateValidator) -> Any:
    return asyncio.run(validator.async_validate_path())
