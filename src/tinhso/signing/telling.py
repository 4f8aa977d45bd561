"""What is told of one signature."""

import datetime as dt
from dataclasses import dataclass

from tinhso.signing import identities
from tinhso.signing.report import Coverage, Reason, Role, SignatureReport, Verdict, reason, worst
from tinhso.signing.signatures import Signature


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is told of a signature, and whether its reasons count for the whole file."""

    report: SignatureReport
    counts: bool


def told(signature: Signature, reasons: tuple[Reason, ...], proved_at: dt.datetime | None) -> SignatureReport:
    """What is told of a signature that can be read."""
    certificate = signature.certificate
    identity = identities.identity(certificate, has_legal_value=False)
    return SignatureReport(
        field=signature.field,
        signer=identity.name,
        organization=identity.organization,
        serial=f"{certificate.serial_number:x}",
        sha256=identity.certificate_sha256,
        stated_at=signature.stated_at,
        proved_at=proved_at,
        role=signature.role,
        coverage=signature.coverage,
        verdict=worst(reasons),
        reasons=reasons,
    )


def unreadable(signature: Signature) -> SignatureReport:
    """What is told of a signature that cannot be read."""
    reasons = (reason("broken", signature.field),)
    role = Role.TIMESTAMP if signature.is_timestamp else Role.PERSON
    return SignatureReport(signature.field, "", "", "", "", None, None, role, Coverage.PARTIAL, Verdict.FAILED, reasons)
