"""A result as an official paper (NĐ 30/2020/NĐ-CP), in Vietnamese whatever the reader's language."""

import datetime as dt
from dataclasses import dataclass

from tinhso.core.clock import VIETNAM
from tinhso.core.papers import Letterhead, Paper, Signature
from tinhso.public_services.dossiers.choices import Outcome
from tinhso.public_services.dossiers.models import Dossier, ResultDocument
from tinhso.public_services.dossiers.selectors import issuers, standing
from tinhso.public_services.results.services.wording import Wording, owner_name
from tinhso.signing import port
from tinhso.signing.port import SignerIdentity

REFUSAL_NAME, REFUSAL_SYMBOL = "Thông báo từ chối giải quyết hồ sơ", "TB"
APPEAL = (
    "Nếu không đồng ý, ông/bà có quyền khiếu nại theo Luật Khiếu nại hoặc khởi kiện vụ án hành chính theo "
    "Luật Tố tụng hành chính."
)


@dataclass(frozen=True, slots=True)
class Sealing:
    """What makes a text an issued paper.

    Attributes:
        number: without its symbol.
        identity: of the signer's certificate.
        at: aware moment of signing.
    """

    number: str
    identity: SignerIdentity
    at: dt.datetime


def paper(
    dossier: Dossier,
    wording: Wording,
    outcome: Outcome,
    *,
    signer_name: str,
    sealing: Sealing | None = None,
    replaces: ResultDocument | None = None,
    on: dt.date,
) -> Paper:
    """The paper; without `sealing` a draft, which has neither number nor day nor mark.

    Args:
        replaces: the result that it corrects; None for a first one.
        on: day on which the agency is named.
    """
    issuer = issuers.issuer(dossier.agency_id, on)
    is_refusal = outcome == Outcome.REJECTED
    head = Letterhead(
        superior=issuer.superior,
        issuer=issuer.name,
        symbol=symbol(dossier, outcome),
        number=sealing.number if sealing else "",
        place=issuer.place,
        issued_on=on if sealing else None,
        kind="Thông báo" if is_refusal else standing.bundle_of(dossier).result.name,
        subject=f"Về việc từ chối giải quyết hồ sơ {dossier.number}" if is_refusal else f"Mã hồ sơ {dossier.number}",
    )
    body = _refusal(dossier, wording, issuer.name) if is_refusal else _result(dossier, wording)
    return Paper(
        head=head,
        opening=[*_replacing(replaces, wording), *body],
        sections=[],
        recipients=[owner_name(dossier) or "Người nộp hồ sơ", "Bộ phận Một cửa", "Lưu: VT, hồ sơ"],
        signature=Signature(
            list(wording.titles), signer_name, port.mark(sealing.identity, sealing.at) if sealing else ""
        ),
        note=_note(head, sealing),
    )


def symbol(dossier: Dossier, outcome: Outcome) -> str:
    """The notation after the number."""
    return REFUSAL_SYMBOL if outcome == Outcome.REJECTED else standing.bundle_of(dossier).result.symbol


def name(dossier: Dossier, outcome: Outcome) -> str:
    """What the register calls it."""
    return REFUSAL_NAME if outcome == Outcome.REJECTED else standing.bundle_of(dossier).result.name


def _result(dossier: Dossier, wording: Wording) -> list[str]:
    intro = standing.bundle_of(dossier).result.intro
    lines = [f"{label}: {' '.join(value.split())}" for label, value in wording.lines if value.strip()]
    return [text for text in (intro, *lines, *_added(wording)) if text]


def _refusal(dossier: Dossier, wording: Wording, agency: str) -> list[str]:
    filed_on = dossier.submitted_at.astimezone(VIETNAM)
    about = f"{agency} đã xem xét hồ sơ {dossier.number} của {owner_name(dossier) or 'người nộp hồ sơ'}"
    return [
        f"{about}, nộp ngày {filed_on:%d/%m/%Y}, đề nghị: {standing.bundle_of(dossier).name}.",
        f"{agency} từ chối giải quyết hồ sơ này.",
        f"Lý do: {wording.reason}",
        f"Căn cứ: {wording.basis}",
        *_added(wording),
        APPEAL,
    ]


def _added(wording: Wording) -> list[str]:
    texts = [*wording.paragraphs.splitlines(), wording.conclusion]
    return [text.strip() for text in texts if text.strip()]


def _replacing(replaces: ResultDocument | None, wording: Wording) -> list[str]:
    if replaces is None:
        return []
    old = f"Thay thế {replaces.name} số {replaces.number} ngày {replaces.issued_on:%d/%m/%Y}"
    return [f"{old}; lý do đính chính: {wording.correction}"]


def _note(head: Letterhead, sealing: Sealing | None) -> str:
    """How to check the paper: number, day and signer, and what the signature is worth."""
    if sealing is None or head.issued_on is None:
        return "Bản dự thảo, chưa ký."
    worth = "" if sealing.identity.has_legal_value else f" {port.NO_LEGAL_VALUE}."
    told = f"số {head.number}/{head.symbol}, ngày {head.issued_on:%d/%m/%Y}, người ký {sealing.identity.name}"
    return f"Kiểm tra văn bản: {told}.{worth}"
