"""The head of the audit trail goes to another agency as a document: its signed receipt shows what the trail was then.

Agencies sign only what a competent person has signed, so the document is written in the name of an official who has
agreed to that, and whom the settings name with the agency that witnesses (TINHSO_AUDIT_WITNESS).
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Action, User
from tinhso.core import audit
from tinhso.core.models import AuditAnchor, AuditWitness
from tinhso.documents.choices import DocumentKind, StatusCode
from tinhso.documents.models import Agency, Document, Receipt
from tinhso.documents.rules.life import By
from tinhso.documents.selectors import agencies
from tinhso.documents.services import drafting, sending, signing

Kind = AuditWitness.Kind
EVERYTHING = frozenset({By.DRAFTER, By.LEADER, By.REGISTRAR})


@transaction.atomic
def send_root(*, today: dt.date, at: dt.datetime) -> Document | None:
    """Send the newest anchor that nobody was sent yet.

    Returns:
        The document; None without a witness in the settings, or when there is no such anchor.
    """
    witness, signer, sender = _named(today)
    anchor = AuditAnchor.objects.exclude(witnesses__kind=Kind.SENT).order_by("-last_number").first()
    if anchor is None or witness is None or signer is None or sender is None:
        return None
    document = _issued(sender, signer, audit.statement(anchor), witness, at)
    sending.send(
        document_id=document.pk,
        revision=document.revision,
        recipients=[witness],
        actor=signer.username,
        acts_as=EVERYTHING,
        at=at,
    )
    audit.add_witness(last_number=anchor.last_number, kind=Kind.SENT, by=witness.name, at=at, reference=document.code)
    return document


@transaction.atomic
def note_receipts(document_id: int, *, at: dt.datetime) -> int:
    """Note with the anchor what its witness said when the document arrived.

    Returns:
        How many receipts were noted.
    """
    code = Document.objects.values_list("code", flat=True).get(pk=document_id)
    sent = AuditWitness.objects.filter(kind=Kind.SENT, reference=code).exclude(reference="").first()
    if sent is None or AuditWitness.objects.filter(kind=Kind.RECEIPT, reference=code).exists():
        return 0
    found = Receipt.objects.filter(delivery__document=document_id, code=StatusCode.ARRIVED, is_signed=True)
    for receipt in found.select_related("delivery__recipient")[:1]:
        audit.add_witness(
            last_number=sent.anchor_id,
            kind=Kind.RECEIPT,
            by=receipt.delivery.recipient.name,
            at=at,
            reference=code,
            text=receipt.raw,
        )
        return 1
    return 0


def _named(today: dt.date) -> tuple[Agency | None, User | None, Agency | None]:
    """The agency that witnesses, the official who signs, and the agency in whose name."""
    code, _colon, username = settings.AUDIT_WITNESS.partition(":")
    witness = agencies.by_code(code, today) if code else None
    signer = User.objects.filter(username=username, is_active=True).first()
    posts = accounts.posts(user=signer, action=Action.SIGN_DOCUMENTS, on=today) if signer else frozenset()
    sender = agencies.of_unit(min(posts)) if posts else None
    return witness, signer, sender


def _issued(sender: Agency, signer: User, statement: str, witness: Agency, at: dt.datetime) -> Document:
    text = drafting.Text(
        kind=DocumentKind.NOTICE,
        subject="Mốc neo của nhật ký hệ thống",
        body="Mốc neo của chuỗi nhật ký, để cơ quan nhận lưu giữ làm chứng:\n" + statement,
        signer_id=signer.pk,
        signer_name=signer.full_name,
        signer_position="Người được giao ký mốc neo",
        places_to=(witness.name, "Lưu: VT"),
    )
    found = drafting.create_draft(agency=sender, text=text, author=signer, at=at)
    common: dict[str, Any] = {"actor": signer.username, "acts_as": EVERYTHING, "at": at}
    found = drafting.submit(document_id=found.pk, revision=found.revision, **common)
    found = drafting.approve(document_id=found.pk, revision=found.revision, **common)
    found = signing.sign(document_id=found.pk, revision=found.revision, signer=signer, acts_as=EVERYTHING, at=at)
    return signing.issue(document_id=found.pk, revision=found.revision, **common)
