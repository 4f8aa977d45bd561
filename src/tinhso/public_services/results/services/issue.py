"""Issuing results: numbered, made as PDF/A, signed, registered, and the dossier goes on; all of it, or nothing."""

import datetime as dt
import io
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.accounts.api import User
from tinhso.core import audit, counters, files, media
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import RuleViolation
from tinhso.core.models import StoredFile
from tinhso.core.papers import pdf
from tinhso.public_services.dossiers.choices import Action, Outcome, PartyRole, Relation
from tinhso.public_services.dossiers.models import Dossier, ResultDocument
from tinhso.public_services.dossiers.rules import chain
from tinhso.public_services.dossiers.selectors import issuers, standing
from tinhso.public_services.dossiers.services import apply as applying
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.refusals import NotAllowed, ReasonMissing
from tinhso.public_services.results import rules
from tinhso.public_services.results.selectors import register
from tinhso.public_services.results.services import papers, signers
from tinhso.public_services.results.services.papers import Sealing
from tinhso.public_services.results.services.wording import Wording
from tinhso.signing.port import Signer

ACTIONS = {Outcome.APPROVED: Action.RESOLVE, Outcome.REJECTED: Action.REJECT}


class NothingToCorrect(RuleViolation):
    """The dossier has no result yet."""


@dataclass(frozen=True, slots=True)
class Issued:
    """What came out; `is_replay` when it had been issued before under the same key."""

    result: ResultDocument
    is_replay: bool = False


@dataclass(frozen=True, slots=True)
class _Order:
    """One result under way."""

    dossier: Dossier
    outcome: Outcome
    wording: Wording
    user: User
    signer: Signer
    at: dt.datetime
    replaces: ResultDocument | None = None

    @property
    def on(self) -> dt.date:
        return self.at.astimezone(VIETNAM).date()

    @property
    def kind(self) -> str:
        is_refusal = self.outcome == Outcome.REJECTED
        return rules.REFUSAL if is_refusal else standing.bundle_of(self.dossier).result.code


def draft(*, dossier: Dossier, outcome: Outcome, wording: Wording, user: User, at: dt.datetime) -> bytes:
    """A result as PDF before it is signed (dự thảo): without number, day and signature; nothing is written.

    Args:
        user: who would sign.

    Raises:
        PdfUnavailable: the machine lacks Pango.
    """
    on = at.astimezone(VIETNAM).date()
    return pdf.document(papers.paper(dossier, wording, outcome, signer_name=user.full_name, on=on))


def issue(
    *,
    dossier_id: int,
    outcome: Outcome,
    wording: Wording,
    actor: Actor,
    key: str,
    at: dt.datetime,
    expected: int | None = None,
) -> Issued:
    """Sign a result or the letter of a refusal, and resolve the dossier with it (ký kết quả, ký văn bản từ chối).

    Args:
        actor: who signs; a leader of the agency, never of an own dossier.
        key: idempotency key: sent again with the same text it answers what it answered before.
        expected: revision that the actor has seen.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        NotAllowed: the actor does not sign there, or the dossier is not at its last step.
        StaleDossier: it was changed since.
        KeyReused: the key came with another text before.
        ReasonMissing: a refusal without reason or legal basis.
        PdfUnavailable: the machine lacks Pango.
    """
    if outcome == Outcome.REJECTED:
        _require_grounds(wording)
    request = {"wording": wording.digest}
    if outcome == Outcome.REJECTED:
        request |= {"reason": wording.reason, "basis": wording.basis}
    signer = _signer(dossier_id, actor, at)
    return _issue(dossier_id, ACTIONS[outcome], outcome, wording, actor, signer, key, at, expected, request)


def correct(
    *, dossier_id: int, wording: Wording, actor: Actor, key: str, at: dt.datetime, expected: int | None = None
) -> Issued:
    """Issue a result anew (đính chính kết quả): the one before stays, marked by its successor.

    Args:
        wording: the whole new text; its `correction` says why.

    Raises:
        Dossier.DoesNotExist: no such dossier.
        NothingToCorrect: it has no result yet.
        NotAllowed, StaleDossier, KeyReused, ReasonMissing, PdfUnavailable: as of `issue`.
    """
    if not wording.correction.strip():
        raise ReasonMissing(_("Hãy ghi rõ lý do đính chính."))
    request = {"wording": wording.digest, "reason": wording.correction}
    signer = _signer(dossier_id, actor, at)
    return _issue(dossier_id, Action.CORRECT_RESULT, None, wording, actor, signer, key, at, expected, request)


def _require_grounds(wording: Wording) -> None:
    if not wording.reason.strip():
        raise ReasonMissing(_("Hãy ghi rõ lý do hoặc nội dung."))
    if not wording.basis.strip():
        raise ReasonMissing(_("Hãy ghi căn cứ pháp luật (tên văn bản, điều, khoản) của việc từ chối."))


def _signer(dossier_id: int, actor: Actor, at: dt.datetime) -> Signer:
    """The actor's signer, before anything is held: making a key takes a while.

    Raises:
        Dossier.DoesNotExist, NotAllowed: as of `issue`.
    """
    dossier = Dossier.objects.get(pk=dossier_id)
    if actor.user is None or Relation.LEADER not in actor.relations:
        raise NotAllowed("relation")
    agency = issuers.issuer(dossier.agency_id, at.astimezone(VIETNAM).date()).name
    return signers.signer(user=actor.user, organization=agency, at=at)


@transaction.atomic
def _issue(
    dossier_id: int,
    action: Action,
    outcome: Outcome | None,
    wording: Wording,
    actor: Actor,
    signer: Signer,
    key: str,
    at: dt.datetime,
    expected: int | None,
    request: dict[str, Any],
) -> Issued:
    dossier = Dossier.objects.select_for_update(of=("self",), no_key=True).get(pk=dossier_id)
    before = applying.prior(actor, key, chain.request_digest(action.value, request))
    if before:
        return Issued(dossier.results.get(issued_seq=before.event.seq), is_replay=True)
    replaces = None
    if outcome is None:
        replaces = register.current(dossier)
        if replaces is None:
            raise NothingToCorrect(_("Hồ sơ chưa có kết quả nào để đính chính."))
        outcome = Outcome.REJECTED if register.is_refusal(replaces) else Outcome.APPROVED
    if actor.user is None:
        raise NotAllowed("relation")
    row = _registered(_Order(dossier, outcome, wording, actor.user, signer, at, replaces))
    if replaces:
        replaces.superseded_by = row
        replaces.save(update_fields=["superseded_by"])
    applying.apply(
        dossier_id=dossier_id, action=action.value, actor=actor, key=key, at=at, request=request, expected=expected
    )
    row.refresh_from_db()
    return Issued(row)


def _registered(order: _Order) -> ResultDocument:
    """Number, make, sign and register; the counter's row is held until the transaction ends."""
    dossier, year = order.dossier, order.on.year
    place = counters.next_number(f"public_services.result:{dossier.agency_code}:{order.kind}:{year}")
    bundle, identity = standing.bundle_of(dossier), order.signer.identity
    months = None if order.outcome == Outcome.REJECTED else bundle.result.valid_months
    owner = dossier.parties.filter(role=PartyRole.OWNER).first()
    return ResultDocument.objects.create(
        dossier=dossier,
        type=order.kind,
        name=papers.name(dossier, order.outcome)[:200],
        number=rules.number(place, papers.symbol(dossier, order.outcome)),
        register_key=rules.register_key(agency=dossier.agency_code, kind=order.kind, year=year, place=place),
        issued_on=order.on,
        expires_on=rules.last_day(order.on, months),
        file=_signed_file(order, place),
        owner_hash=owner.identity_hash if owner else "",
        signed_by=order.user.username,
        certificate=identity.certificate_sha256,
        has_legal_value=identity.has_legal_value,
        is_signed=True,
    )


def _signed_file(order: _Order, place: int) -> StoredFile:
    dossier = order.dossier
    sealing = Sealing(f"{place:02d}", order.signer.identity, order.at)
    made = pdf.document(
        papers.paper(
            dossier,
            order.wording,
            order.outcome,
            signer_name=order.user.full_name,
            sealing=sealing,
            replaces=order.replaces,
            on=order.on,
        )
    )
    location = issuers.issuer(dossier.agency_id, order.on).place
    signed = order.signer.sign(made, reason=papers.name(dossier, order.outcome), location=location, at=order.at)
    name = f"ket-qua-{dossier.number}-{place:02d}.pdf".replace("/", "-")
    return files.store(content=io.BytesIO(signed), name=name, media_type=media.PDF, at=order.at)


@transaction.atomic
def revoke(*, result_id: int, reason: str, actor: Actor, at: dt.datetime) -> ResultDocument:
    """Revoke a result (thu hồi), as an event of its dossier: it stays in the register with the reason, stands for no
    paper and counts as no signed result any more. Sent again, it answers what it answered before.

    Raises:
        ResultDocument.DoesNotExist: no such result.
        NotAllowed: the actor does not sign there, or the result was replaced or revoked already.
        ReasonMissing: no reason was given.
        KeyReused: the same person revoked it for another reason.
    """
    if not reason.strip():
        raise ReasonMissing(_("Hãy ghi rõ lý do và căn cứ thu hồi."))
    row = ResultDocument.objects.select_related("dossier").get(pk=result_id)
    applied = applying.apply(
        dossier_id=row.dossier_id,
        action=Action.REVOKE_RESULT.value,
        actor=actor,
        key=f"revoke:{row.key}",
        at=at,
        request={"result": str(row.key), "reason": reason.strip()},
    )
    row.refresh_from_db()
    if applied.is_replay:
        return row
    audit.record(
        actor=actor.name,
        action="public_services.result_revoked",
        obj=f"result:{row.register_key}",
        details={"dossier": row.dossier.number, "number": row.number},
        at=at,
    )
    return row
