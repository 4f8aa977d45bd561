"""Whose signature an official makes on a result, and how it is checked."""

import datetime as dt

from tinhso.accounts.api import User
from tinhso.core import signers
from tinhso.core.signers import warning
from tinhso.signing.policy import Policy
from tinhso.signing.port import Signer
from tinhso.signing.trust import TrustList

__all__ = ["policy", "signer", "warning"]


def signer(*, user: User, organization: str, at: dt.datetime) -> Signer:
    """The signer of an official for an agency; key and certificate are made on first use, and anew when they end.

    Args:
        organization: agency in whose name is signed.
        at: aware moment at which the certificate must count.
    """
    return signers.of_person(
        name=user.full_name or user.username, organization=organization, account=user.username, at=at
    )


def policy() -> Policy:
    """Under which our own signatures are checked; it trusts nobody before the first is made.

    Certificates of demonstrations are not looked up among revoked ones.
    """
    return Policy(TrustList.of(signers.authorities()), require_revocation=False)
