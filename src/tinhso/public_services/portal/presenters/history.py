"""What happened to a dossier, told to its applicant: what was done and what concerns the person, no internal notes."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.numbers import number
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.dossiers.choices import HAPPENED, Action, Channel, DeliveryWay
from tinhso.public_services.dossiers.models import Dossier, DossierEvent
from tinhso.public_services.dossiers.presenters import supplement
from tinhso.public_services.dossiers.rules import prescribed, supplements
from tinhso.public_services.dossiers.selectors import standing

PAPERS = (  # not the control slip, which is the officials' own
    prescribed.FILING,
    prescribed.RECEIPT,
    prescribed.SUPPLEMENT,
    prescribed.SUPPLIED,
    prescribed.REFUSAL,
    prescribed.APOLOGY,
    prescribed.STOP,
)
# The words of these are written for the applicant; those of other events stay among officials.
TOLD = {
    Action.REFUSE,
    Action.REQUEST_SUPPLEMENT,
    Action.EXTEND,
    Action.WITHDRAW,
    Action.STOP,
    Action.REJECT,
    Action.CORRECT_RESULT,
    Action.REVOKE_RESULT,
}


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A prescribed paper of an event, as a PDF."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that was done.

    Attributes:
        by: who did it, in words: the applicant, the system, or the agency; officials are not named.
        text: reason or explanation meant for the applicant; empty for none.
        points: what a supplement names, each with what the officer wrote.
    """

    title: str
    at: dt.datetime
    by: str
    text: str = ""
    basis: str = ""
    points: list[tuple[str, str]] = field(default_factory=list)
    papers: list[PaperLink] = field(default_factory=list)


def lines(
    dossier: Dossier, events: Iterable[DossierEvent], *, citizens: frozenset[str], agency: str
) -> list[HistoryLine]:
    """Events of a dossier, in their order.

    Args:
        citizens: user names of citizens among the actors.
        agency: its name.
    """
    bundle = standing.bundle_of(dossier)
    return [_line(dossier, bundle, event, citizens, agency) for event in events]


def papers_of(dossier: Dossier, event: DossierEvent) -> list[PaperLink]:
    """The prescribed papers of an event that its applicant gets."""
    forms = prescribed.forms_of(event.kind, event.at.astimezone(VIETNAM).date())
    return [
        PaperLink(form.title, reverse("public_services:my_paper", args=[dossier.key, event.seq, form.kind]))
        for form in forms
        if form.kind in PAPERS
    ]


def _line(dossier: Dossier, bundle: Bundle, event: DossierEvent, citizens: frozenset[str], agency: str) -> HistoryLine:
    secret = sealed.opened_values(event.sealed) if event.kind in TOLD else {}
    names = supplements.nameable(bundle)
    return HistoryLine(
        title=_title(event, bundle),
        at=event.at,
        by=_by(event, citizens, agency),
        text=str(secret.get("reason", "")),
        basis=str(event.payload.get("basis", "")),
        points=[(names.get(name, name), text) for name, text in secret.get("items", {}).items()],
        papers=papers_of(dossier, event),
    )


def _by(event: DossierEvent, citizens: frozenset[str], agency: str) -> str:
    if event.actor in citizens:
        return _("Người nộp hồ sơ")
    if event.kind == Action.SUBMIT:
        return _("Người nộp hộ")
    return _("Hệ thống") if event.actor == "system" else agency


def _title(event: DossierEvent, bundle: Bundle) -> str:
    told = TITLES.get(Action(event.kind))
    return told(event, bundle) if told else str(HAPPENED[Action(event.kind)])


def _step(event: DossierEvent, bundle: Bundle) -> str:
    code = event.payload.get("step", "")
    return next((step.name for step in bundle.steps if step.code == code), code)


def _advanced(event: DossierEvent, bundle: Bundle) -> str:
    return _("Đã xong bước “%(step)s”") % {"step": _step(event, bundle)}


def _sent_back(event: DossierEvent, bundle: Bundle) -> str:
    return _("Xem lại từ bước trước bước “%(step)s”") % {"step": _step(event, bundle)}


def _consulted(event: DossierEvent, bundle: Bundle) -> str:
    return _("Lấy ý kiến %(agency)s") % {"agency": _agency(event)}


def _answered(event: DossierEvent, bundle: Bundle) -> str:
    return _("%(agency)s đã cho ý kiến") % {"agency": _agency(event)}


def _agency(event: DossierEvent) -> str:
    return organizations.named_unit(int(event.payload["agency"]), event.at.astimezone(VIETNAM).date()).name


def _charged(event: DossierEvent, bundle: Bundle) -> str:
    total = sum(event.payload.get("charges", {}).values())
    return _("Yêu cầu nộp phí, lệ phí: %(amount)s đồng") % {"amount": number(total)}


def _supplied(event: DossierEvent, bundle: Bundle) -> str:
    match event.payload.get("channel"):
        case Channel.COUNTER:
            text = _("Đã bổ sung tại Bộ phận Một cửa: %(names)s")
        case Channel.POST:
            text = _("Đã bổ sung qua bưu chính: %(names)s")
        case _:
            text = _("Đã bổ sung: %(names)s")
    return text % {"names": "; ".join(supplement.given(event, bundle))}


def _recounted(event: DossierEvent, bundle: Bundle) -> str:
    moved = event.payload.get("moved", {"due_at": []})
    if "wait_until" in moved:
        return _("Tính lại hạn bổ sung theo lịch làm việc mới")
    if "due_at" in moved:
        return _("Tính lại ngày hẹn trả theo lịch làm việc mới")
    return _("Tính lại hạn xử lý của cơ quan theo lịch làm việc mới")


def _delivered(event: DossierEvent, bundle: Bundle) -> str:
    match event.payload.get("way"):
        case DeliveryWay.COUNTER:
            return _("Đã trả kết quả tại Bộ phận Một cửa")
        case DeliveryWay.POST:
            return _("Đã gửi kết quả qua bưu chính")
        case _:
            return _("Đã mở kết quả điện tử")


TITLES: dict[Action, Callable[[DossierEvent, Bundle], str]] = {
    Action.ADVANCE: _advanced,
    Action.SEND_BACK: _sent_back,
    Action.CONSULT: _consulted,
    Action.ANSWER_CONSULTATION: _answered,
    Action.REQUEST_PAYMENT: _charged,
    Action.SUPPLY: _supplied,
    Action.DELIVER: _delivered,
    Action.RECALCULATE_DUE: _recounted,
}
