"""Checks of signatures by the policy of the province, kept with what they rested on; made again while grounds are missing."""

import datetime as dt
import hashlib
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

import requests
import urllib3
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import files, kept, signers
from tinhso.core.models import StoredFile
from tinhso.documents.choices import Verdict
from tinhso.documents.models import Verification, Version
from tinhso.documents.services import steps
from tinhso.signing.policy import Policy
from tinhso.signing.report import Report, SignatureReport, Wanted
from tinhso.signing.trust import Material, TrustList
from tinhso.signing.verify import verify

AGAIN = dt.timedelta(minutes=5)
SECONDS = 10
MOST = 20 * 1024 * 1024  # bytes of a revocation list
LISTS_KEPT = 500
KEPT_FOR = dt.timedelta(hours=6)
logger = logging.getLogger(__name__)


def policy(expected: str = "") -> Policy:
    """What is asked of signed files now.

    Args:
        expected: name of the agency whose signature must be the last; empty for any.
    """
    accepted = frozenset({expected}) if expected else None
    return Policy(trust=trust(), accepted_organizations=accepted)


def trust() -> TrustList:
    """The authorities that are trusted: the dated list of the installation, and our own for demonstrations."""
    folder = trust_folder()
    listed = _listed(folder, _changed(folder))
    return TrustList((*listed.anchors, *TrustList.of(signers.authorities()).anchors))


def trust_folder() -> Path:
    """Where the dated list of trusted authorities lies."""
    return Path(settings.HOME) / "trust"


def look_at(pdf: bytes, *, expected: str, at: dt.datetime) -> Report:
    """Check a file and keep nothing (for pages that only tell)."""
    return verify(pdf, policy=policy(expected), at=at, material=_known(at))


@transaction.atomic
def check(*, file: StoredFile, pdf: bytes, expected: str, at: dt.datetime) -> Verification:
    """Check a stored file and keep the report; one that was decided under the same policy is not made again.

    Nothing is fetched: a check that lacks proofs of revocation is undetermined, and `retry` makes it again.

    Args:
        pdf: the file's bytes.
        expected: name of the agency whose signature must be the last; empty for any.
    """
    rules = policy(expected)
    found = Verification.objects.filter(file=file, policy=rules.version, expected=expected).first()
    if found is not None and found.verdict != Verdict.UNDETERMINED:
        return found
    report = verify(pdf, policy=rules, at=at, material=_known(at))
    return _keep(file, expected, report, at)


def retry(*, at: dt.datetime, most: int = 20) -> int:
    """Make checks again for which grounds were missing, after fetching what they lack.

    Returns:
        How many are decided now.
    """
    due = Verification.objects.filter(verdict=Verdict.UNDETERMINED, next_try_at__lte=at).select_related("file")
    decided = 0
    for found in due.order_by("next_try_at")[:most]:
        Verification.objects.filter(pk=found.pk).update(next_try_at=at + AGAIN)
        pdf = _bytes(found.file)
        if not pdf:
            continue
        rules = policy(found.expected)
        known = _known(at)
        report = verify(pdf, policy=rules, at=at, material=known)
        if report.wanted:
            known += _fetched(report.wanted, at)
            report = verify(pdf, policy=rules, at=at, material=known)
        kept_anew = _keep(found.file, found.expected, report, at)
        if kept_anew.pk != found.pk:  # under another policy, so that the old one has nothing to wait for any more
            Verification.objects.filter(pk=found.pk).update(next_try_at=None)
        if kept_anew.verdict != Verdict.UNDETERMINED:
            decided += 1
            _tell(found.file, report, at)
    return decided


def _bytes(file: StoredFile) -> bytes:
    """A file's bytes; none of one that is missing or damaged, which must not keep others from being checked."""
    try:
        with files.open_stored(file.sha256) as content:
            return content.read()
    except (FileNotFoundError, files.DamagedFile):
        logger.exception("file %s cannot be read, so it cannot be checked", file.sha256)
        return b""


@transaction.atomic
def _tell(file: StoredFile, report: Report, at: dt.datetime) -> None:
    """Leave an event with each document whose file was decided upon."""
    for key in Version.objects.filter(file=file).values_list("document_id", flat=True).distinct():
        text = str(Verdict(str(report.verdict)).label)
        steps.note(steps.held(key), "checked", actor=steps.SYSTEM, at=at, text=text)


def first_reason(report: Report) -> str:
    """Why a file does not pass, in one sentence."""
    return report.reasons[0].text if report.reasons else _("không rõ lý do")


def told(report: Report) -> dict[str, Any]:
    """A report as JSON values."""
    return {
        "verdict": str(report.verdict),
        "policy": report.policy,
        "at": report.at.isoformat(),
        "reasons": [_reason(each) for each in report.reasons],
        "signatures": [_signature(each) for each in report.signatures],
    }


def _reason(reason: Any) -> dict[str, str]:
    return {"code": reason.code, "verdict": str(reason.verdict), "text": reason.text, "field": reason.field}


def _signature(found: SignatureReport) -> dict[str, Any]:
    return {
        "field": found.field,
        "signer": found.signer,
        "organization": found.organization,
        "serial": found.serial,
        "sha256": found.sha256,
        "stated_at": found.stated_at.isoformat() if found.stated_at else None,
        "proved_at": found.proved_at.isoformat() if found.proved_at else None,
        "role": str(found.role),
        "coverage": str(found.coverage),
        "verdict": str(found.verdict),
        "reasons": [_reason(each) for each in found.reasons],
    }


def _keep(file: StoredFile, expected: str, report: Report, at: dt.datetime) -> Verification:
    is_open = str(report.verdict) == Verdict.UNDETERMINED
    found, _created = Verification.objects.update_or_create(
        file=file,
        policy=report.policy,
        expected=expected,
        defaults={
            "verdict": str(report.verdict),
            "report": told(report),
            "evidence": report.evidence.dumps().encode(),
            "at": at,
            "next_try_at": at + AGAIN if is_open else None,
        },
    )
    return found


def _known(at: dt.datetime) -> Material:
    """Proofs of revocation that lie here: our own authority's, and what was fetched and is fresh."""
    folder = Path(settings.HOME) / "revocation"
    oldest = (at - KEPT_FOR).timestamp()
    fresh = [path.read_bytes() for path in folder.glob("*.crl") if path.stat().st_mtime >= oldest]
    return Material(crls=(*signers.revocations(at), *fresh))


def _fetched(wanted: tuple[Wanted, ...], at: dt.datetime) -> Material:
    """What can be had of the lists that are missing; an authority that does not answer keeps nobody waiting long."""
    urls = {url for each in wanted for url in (*each.crl_urls, *_listed_urls(each))}
    return Material(crls=tuple(found for url in sorted(urls) if (found := _list(url))))


def _listed_urls(wanted: Wanted) -> tuple[str, ...]:
    return next((anchor.crl_urls for anchor in trust().anchors if anchor.certificate == wanted.issuer_certificate), ())


def _list(url: str) -> bytes:
    try:
        with requests.get(url, timeout=SECONDS, stream=True) as answer:
            answer.raise_for_status()
            found = answer.raw.read(MOST + 1, decode_content=True)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as problem:
        logger.warning("the revocation list of %s cannot be had (%s)", url, type(problem).__name__)
        return b""
    if len(found) > MOST:
        return b""
    folder = Path(settings.HOME) / "revocation"
    kept.write(folder / f"{hashlib.sha256(url.encode()).hexdigest()}.crl", found)
    kept.clear_away(folder, "*.crl", LISTS_KEPT)
    return bytes(found)


@lru_cache(maxsize=4)
def _listed(folder: Path, _changed_at: int) -> TrustList:
    return TrustList.load(folder)


def _changed(folder: Path) -> int:
    path = folder / "trust.yaml"
    return path.stat().st_mtime_ns if path.exists() else 0
