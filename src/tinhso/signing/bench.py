"""What one check has at hand, and what it collects on its way."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from tinhso.signing import chains, revocation
from tinhso.signing.chains import Chain
from tinhso.signing.moments import VIETNAM
from tinhso.signing.policy import Policy
from tinhso.signing.report import Wanted
from tinhso.signing.revocation import Question, Standing
from tinhso.signing.trust import Material

_SHA256, _DER = hashes.SHA256(), serialization.Encoding.DER


@dataclass
class Bench:
    """What a check has at hand, and what it collects.

    Args:
        policy: what is asked.
        at: moment of the check.
        material: proofs at hand.
        evidence: proofs that were used.
        wanted: what is missing.
    """

    policy: Policy
    at: dt.datetime
    material: Material
    evidence: Material = field(default_factory=Material)
    wanted: list[Wanted] = field(default_factory=list)

    @property
    def latest(self) -> dt.datetime:
        """The newest moment that anything may bear."""
        return self.at + self.policy.clock_skew

    def add(self, material: Material) -> None:
        """More proofs, found in the file."""
        self.material += material

    def anchors(self, moment: dt.datetime) -> list[bytes]:
        """Certificates trusted at a moment, DER."""
        return [one.certificate for one in self.policy.trust.anchors_on(moment.astimezone(VIETNAM).date())]

    def chain(self, leaf: bytes, others: Sequence[bytes], moment: dt.datetime) -> Chain:
        """The way to a trusted certificate.

        Raises:
            NoChain: there is none at this moment.
        """
        found = chains.chain(leaf, (*others, *self.material.certificates), self.anchors(moment), moment)
        if self.material.certificates:
            between = {one.fingerprint(_SHA256) for one in found.certificates}
            used = [der for der in self.material.certificates if _fingerprint(der) in between]
            self.evidence += Material(certificates=tuple(used))
        return found

    def standing(self, chain: Chain, moment: dt.datetime) -> Standing:
        """The worst that is known of the certificates upon a way, the trusted one left aside."""
        worst_found = Standing.GOOD
        for certificate, issuer in zip(chain.certificates, chain.certificates[1:], strict=False):
            question = Question(certificate, issuer, moment, self.latest)
            found = revocation.proof(question, self.material)
            self.evidence += found.used
            if found.standing is Standing.REVOKED:
                return Standing.REVOKED
            if found.standing is not Standing.GOOD and self.policy.require_revocation:
                self._want(question)
                worst_found = max(worst_found, found.standing, key=lambda one: one.value)
        return worst_found

    def _want(self, question: Question) -> None:
        urls = [one.crl_urls for one in self.policy.trust.anchors if one.certificate == _der(question.issuer)]
        found = revocation.wanted(question, tuple(url for each in urls for url in each))
        if found not in self.wanted:
            self.wanted.append(found)


def _fingerprint(der: bytes) -> bytes:
    return chains.certificate(der).fingerprint(_SHA256)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(_DER)
