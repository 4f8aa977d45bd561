"""Issued files are made to last: a time stamp and the proofs of revocation are added when they can be had (PAdES LTA).

Issuing never waits for a time-stamp authority: the file counts without, and the authority is asked again until it
answers. Recipients who are sent the document afterwards get the newest version.
"""

import datetime as dt
import io
import logging

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tinhso.core import files, media
from tinhso.documents.choices import Direction, Verdict, VersionKind
from tinhso.documents.models import Verification, Version
from tinhso.documents.services import checks, drafting, steps
from tinhso.signing import levels
from tinhso.signing.port import CannotSign
from tinhso.signing.timestamps import Stamper, TimestampClient, TimestampFailed
from tinhso.signing.trust import Material

PATIENCE = dt.timedelta(hours=4)  # after which a missing time stamp is an error in the log
LOOKS_BACK = dt.timedelta(days=30)
AT_ONCE = 50
logger = logging.getLogger(__name__)


def stamper() -> Stamper | None:
    """The time-stamp authority of the settings; None where none is set up."""
    return TimestampClient(settings.TSA_URL) if settings.TSA_URL else None


def waiting(at: dt.datetime) -> QuerySet[Version]:
    """Files that both have signed, whose check has passed, and that bear no time stamp yet."""
    raised = Version.objects.filter(document=OuterRef("document"), kind=VersionKind.RAISED)
    passed = Verification.objects.filter(file=OuterRef("file"), verdict=Verdict.PASSED)
    return Version.objects.filter(
        ~Exists(raised),
        Exists(passed),
        kind=VersionKind.SEALED,
        document__direction=Direction.OUT,
        made_at__gte=at - LOOKS_BACK,
    ).order_by("pk")


def raise_waiting(*, at: dt.datetime, authority: Stamper | None = None) -> int:
    """Add time stamps and proofs where they are missing; the first refusal of the authority ends the round.

    Args:
        at: aware time.
        authority: None for the one of the settings.

    Returns:
        How many files were raised.
    """
    authority = authority or stamper()
    if authority is None:
        return 0
    done = 0
    for version in waiting(at).select_related("file", "document__agency")[:AT_ONCE]:
        try:
            _raise(version, authority, at)
        except TimestampFailed:
            if at - version.made_at > PATIENCE:
                logger.error("no time stamp since %s for %s", version.made_at, version.document_id)
            break
        done += 1
    return done


def _raise(version: Version, authority: Stamper, at: dt.datetime) -> None:
    """Ask the authority outside of any transaction, then write the new version."""
    with files.open_stored(version.file.sha256) as content:
        pdf = content.read()
    check = Verification.objects.filter(file=version.file, verdict=Verdict.PASSED).order_by("-at").first()
    material = Material.loads(bytes(check.evidence).decode()) if check and check.evidence else Material()
    try:
        raised = levels.to_lta(levels.to_t(pdf, authority), material, authority)
    except CannotSign:
        logger.exception("the file of %s takes no time stamp", version.document_id)
        return
    with transaction.atomic():
        _keep(version, raised, at)


def _keep(version: Version, raised: bytes, at: dt.datetime) -> None:
    document = steps.held(version.document_id)
    if document.versions.filter(kind=VersionKind.RAISED).exists():  # somebody else was quicker
        return
    stored = files.store(content=io.BytesIO(raised), name=version.name, media_type=media.PDF, at=at)
    drafting.add_version(
        document, VersionKind.RAISED, stored, name=version.name, media_type=media.PDF, actor=steps.SYSTEM, at=at
    )
    checks.check(file=stored, pdf=raised, expected=document.agency.name, at=at)
    steps.note(document, "raised", actor=steps.SYSTEM, at=at)


def is_any(at: dt.datetime) -> bool:
    """Whether the authority should be asked."""
    return bool(settings.TSA_URL) and waiting(at).exists()
