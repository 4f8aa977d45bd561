"""What the platform asks of a signed file before it counts, as data with a version."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from tinhso.signing.fields import DATE, NUMBER
from tinhso.signing.trust import TrustList

CLOCKS_DIFFER = dt.timedelta(minutes=5)
SHA1_ENDED = dt.date(2017, 12, 31)  # later signatures with SHA-1 count as forged


@dataclass(frozen=True)
class Policy:
    """The rules of one check.

    Args:
        trust: authorities that are trusted, with their days.
        accepted_organizations: names or identifiers of which the last signer's certificate must bear one; None
            accepts every organization.
        require_revocation: whether it must be proved that no certificate was revoked.
        text_fields_allowed: form fields that may be filled after a signature.
        sha1_until: last day of signatures with SHA-1: those are undetermined, later ones fail.
        min_rsa_bits: of keys; keys on curves need 256 bits.
        clock_skew: by how much clocks may differ.
    """

    trust: TrustList
    accepted_organizations: frozenset[str] | None = None
    require_revocation: bool = True
    text_fields_allowed: frozenset[str] = field(default_factory=lambda: frozenset({NUMBER, DATE}))
    sha1_until: dt.date = SHA1_ENDED
    min_rsa_bits: int = 2048
    clock_skew: dt.timedelta = CLOCKS_DIFFER

    @cached_property
    def version(self) -> str:
        """Changes with the content of the policy, the trust list's included; 16 hexadecimal digits."""
        told = [
            self.trust.version,
            None if self.accepted_organizations is None else sorted(self.accepted_organizations),
            self.require_revocation,
            sorted(self.text_fields_allowed),
            self.sha1_until.isoformat(),
            self.min_rsa_bits,
            self.clock_skew.total_seconds(),
            RULES,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    def accepts(self, names: Iterable[str]) -> bool:
        """Whether one of these names, or identifiers, of a signer is accepted."""
        if self.accepted_organizations is None:
            return True
        accepted = {_plain(each) for each in self.accepted_organizations}
        return any(_plain(each) in accepted for each in names)


RULES = 1  # raised whenever the rules in `verify` change


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
