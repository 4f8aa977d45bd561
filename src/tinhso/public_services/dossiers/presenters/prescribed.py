"""The prescribed papers of a dossier as PDF/A, each made from one event and worded as its circular words it.

Papers are in Vietnamese whatever language the reader has chosen: they are official.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from tinhso.accounts.api import User
from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.errors import UnknownName
from tinhso.core.papers import pdf
from tinhso.core.papers.model import MOTTO, NATION
from tinhso.organizations import api as organizations
from tinhso.organizations.api import TermUnit
from tinhso.public_services.dossiers.choices import Action, Channel, DeliveryWay, PartyRole
from tinhso.public_services.dossiers.models import Dossier, DossierEvent, StepTask
from tinhso.public_services.dossiers.presenters import supplement
from tinhso.public_services.dossiers.rules import prescribed as rules
from tinhso.public_services.dossiers.rules import supplements
from tinhso.public_services.dossiers.rules.prescribed import Form
from tinhso.public_services.dossiers.selectors import codes, issuers, standing

STYLE = Path(__file__).parent / "prescribed.css"
TRACK = "/services/track/"
PAGES = {"A5": "a5", "A4": "a4", "A4 landscape": "a4-wide"}
TERM_WORDS = {
    TermUnit.WORKING_DAY: "ngày làm việc",
    TermUnit.WORKING_HOUR: "giờ làm việc",
    TermUnit.CALENDAR_DAY: "ngày",
}
CHANNEL_WORDS = {
    Channel.ONLINE: "trực tuyến",
    Channel.COUNTER: "trực tiếp",
    Channel.POST: "qua dịch vụ bưu chính công ích",
}
TEMPLATES = {
    rules.FILING: "public_services/dossiers/papers/receipt.html",
    rules.RECEIPT: "public_services/dossiers/papers/receipt.html",
    rules.SUPPLEMENT: "public_services/dossiers/papers/supplement.html",
    rules.SUPPLIED: "public_services/dossiers/papers/supplied.html",
    rules.REFUSAL: "public_services/dossiers/papers/refusal.html",
    rules.APOLOGY: "public_services/dossiers/papers/apology.html",
    rules.STOP: "public_services/dossiers/papers/stop.html",
    rules.CONTROL: "public_services/dossiers/papers/control.html",
}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A prescribed paper that a dossier has."""

    form: Form
    event: DossierEvent


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One dossier in the register (sổ theo dõi hồ sơ); what is not known is empty."""

    number: str
    procedure: str
    owner: str
    contact: str
    agency: str
    received: str
    due: str
    delivered: str
    way: str
    note: str


def papers_of(events: Sequence[DossierEvent]) -> list[PaperLine]:
    """The papers that events are recorded by, in their order; of the control slip only the last.

    Args:
        events: of one dossier, in order.
    """
    found = [PaperLine(form, event) for event in events for form in rules.forms_of(event.kind, _day(event.at))]
    last = next((line for line in reversed(found) if line.form.kind == rules.CONTROL), None)
    return [line for line in found if line.form.kind != rules.CONTROL or line is last]


def make(dossier: Dossier, event: DossierEvent, form: str) -> bytes:
    """A prescribed paper of a dossier as a PDF/A file.

    Args:
        event: of the dossier, which the paper records; its day decides which set of forms applies.
        form: kind of form, such as `receipt` (`rules.prescribed`).

    Raises:
        UnknownName: no form of this kind records such an event on that day.
        PdfUnavailable: the machine lacks Pango.
    """
    found = next((one for one in rules.forms_of(event.kind, _day(event.at)) if one.kind == form), None)
    if found is None:
        raise UnknownName("mẫu", form, [])
    with override("vi"):
        context = _common(dossier, event, found) | CONTEXTS[form](dossier, event)
        if form in (rules.FILING, rules.RECEIPT):
            context |= _tracking(codes.code_of(dossier))
        page = render_to_string(TEMPLATES[form], context)
    return pdf.from_html(page, STYLE)


def make_register(lines: Sequence[RegisterLine], *, unit_id: int, first: dt.date, last: dt.date, on: dt.date) -> bytes:
    """The register of an agency over some days as a PDF/A file, by the form of the day on which it is made.

    Raises:
        PdfUnavailable: the machine lacks Pango.
    """
    form = rules.form_on(rules.REGISTER, on)
    if form is None:
        raise AssertionError("every set has a register")
    with override("vi"):
        page = render_to_string(
            "public_services/dossiers/papers/register.html",
            _head(form, unit_id, on) | {"lines": lines, "first": first, "last": last},
        )
    return pdf.from_html(page, STYLE)


def names_of(usernames: Sequence[str]) -> dict[str, str]:
    """Full names by user name, as papers and pages name people; the system is named, too."""
    found = dict(User.objects.filter(username__in=set(usernames)).values_list("username", "full_name"))
    return {name: found.get(name, _("Hệ thống") if name == "system" else name) for name in usernames}


# ---- what every paper says --------------------------------------------------------------------------------------


def _head(form: Form, unit_id: int, on: dt.date) -> dict[str, Any]:
    is_new, issuer = on >= rules.SINCE_2025, issuers.issuer(unit_id, on)
    return {
        "form": form,
        "page": PAGES[form.page],
        "nation": NATION,
        "motto": MOTTO,
        "agency": issuer.name,
        "office": "Trung tâm Phục vụ hành chính công" if is_new else "Bộ phận tiếp nhận và trả kết quả",
        "place_and_day": f"{issuer.place}, ngày {on.day:02d} tháng {_month(on)} năm {on.year}",
    }


def _month(on: dt.date) -> str:
    return f"{on.month:02d}" if on.month < 3 else str(on.month)


def _common(dossier: Dossier, event: DossierEvent, form: Form) -> dict[str, Any]:
    return _head(form, dossier.agency_id, _day(event.at)) | {
        "dossier": dossier,
        "procedure": standing.bundle_of(dossier).name,
        "owner": _party(dossier, PartyRole.OWNER),
        "applicant": _party(dossier, PartyRole.APPLICANT) or _party(dossier, PartyRole.OWNER),
        "official": names_of([event.actor])[event.actor],
    }


def _party(dossier: Dossier, role: PartyRole) -> dict[str, str]:
    """Name, address, phone and e-mail of a party as known when it was filed; empty where there is none."""
    found = dossier.parties.filter(role=role).first()
    values: dict[str, str] = sealed.opened_values(found.sealed) if found else {}
    return values


def _tracking(look_up_code: str) -> dict[str, Any]:
    address = f"{settings.SITE_URL.rstrip('/')}{TRACK}"
    return {
        "address": address,
        "look_up_code": look_up_code,
        "qr": _qr(f"{address}?code={look_up_code}"),
    }


def _qr(text: str) -> SafeString:
    svg = segno.make(text, error="m", micro=False).svg_inline(scale=3, border=2, omitsize=True)
    return mark_safe(svg)  # noqa: S308 - drawn by ourselves, without the text


# ---- what each paper says ---------------------------------------------------------------------------------------


def _receipt(dossier: Dossier, event: DossierEvent) -> dict[str, Any]:
    bundle = standing.bundle_of(dossier)
    filed = dossier.events.order_by("seq").first()
    asked = filed.payload if filed else {}
    files: dict[str, list[str]] = asked.get("files", {})
    handed = event.payload.get("originals", event.payload.get("papers", {}).get("originals", []))
    names = {paper.code: paper.name for paper in bundle.papers}
    return {
        "papers": [
            (name, len(files.get(code, ())), code in handed)
            for code, name in names.items()
            if files.get(code) or code in handed
        ],
        "term": _term(bundle.term.amount, bundle.term.unit),
        "received": in_words(event.at),
        "due": in_words(_moment(event.payload.get("due"))),
        "way": _delivery(dossier.delivery),
        "hashes": [(names.get(code, code), digest) for code, found in files.items() for digest in found],
        "form_hash": asked.get("form", ""),
        "is_filing": event.kind == Action.SUBMIT,
    }


def _term(amount: int, unit: TermUnit) -> str:
    return f"{amount:02d} {TERM_WORDS[unit]}" if amount else "trong ngày làm việc"


def _delivery(way: str) -> str:
    return {
        DeliveryWay.ONLINE: "Cổng dịch vụ công (bản điện tử)",
        DeliveryWay.COUNTER: "nơi tiếp nhận hồ sơ",
        DeliveryWay.POST: "nhà (trụ sở), qua dịch vụ bưu chính công ích",
    }[DeliveryWay(way)]


def _supplement(dossier: Dossier, event: DossierEvent) -> dict[str, Any]:
    said = sealed.opened_values(event.sealed)
    names = supplements.nameable(standing.bundle_of(dossier))
    items = said.get("items", {})
    return {
        "items": [(names.get(item, item), text) for item, text in items.items()],
        "reason": said.get("reason", ""),
        "lawful_reason": event.payload.get("lawful_reason", ""),
    }


def _supplied(dossier: Dossier, event: DossierEvent) -> dict[str, Any]:
    """What was brought, by whom and how; the day promised where the term runs on."""
    bundle = standing.bundle_of(dossier)
    names = {paper.code: paper.name for paper in bundle.papers}
    files: dict[str, list[str]] = event.payload.get("files", {})
    channel = event.payload.get("channel", Channel.ONLINE)
    return {
        "giver": supplement.giver(event),
        "given": supplement.given(event, bundle),
        "received": in_words(event.at),
        "channel": CHANNEL_WORDS[Channel(channel)],
        "at_counter": channel != Channel.ONLINE,
        "in_person": channel == Channel.COUNTER,
        "due": in_words(_moment(event.payload.get("due"))),
        "hashes": [(names.get(code, code), digest) for code, found in files.items() for digest in found],
    }


def _refusal(_dossier: Dossier, event: DossierEvent) -> dict[str, Any]:
    said = sealed.opened_values(event.sealed)
    return {"reason": said.get("reason", ""), "basis": event.payload.get("basis", "")}


def _apology(dossier: Dossier, event: DossierEvent) -> dict[str, Any]:
    return {
        "accepted": in_words(dossier.accepted_at),
        "due_before": in_words(_moment(event.payload.get("due_before"))),
        "due": in_words(_moment(event.payload.get("due"))),
        "reason": sealed.opened_values(event.sealed).get("reason", ""),
    }


def _stop(dossier: Dossier, event: DossierEvent) -> dict[str, Any]:
    lapsed = "Quá thời hạn bổ sung, hoàn thiện hồ sơ mà người nộp hồ sơ chưa bổ sung."
    said = sealed.opened_values(event.sealed)
    return {
        "accepted": in_words(dossier.accepted_at or dossier.submitted_at),
        "reason": said.get("reason", "") or lapsed,
        "basis": event.payload.get("basis", ""),
    }


def _control(dossier: Dossier, event: DossierEvent) -> dict[str, Any]:
    """The steps as they stood right after the event."""
    bundle = standing.bundle_of(dossier)
    tasks = list(dossier.step_tasks.filter(opened_at__lte=event.at).order_by("pk"))
    names = names_of([task.closed_by for task in tasks if task.closed_by])
    consulted = dossier.consultations.filter(asked_at__lte=event.at).order_by("pk")
    asked = {organizations.named_unit(row.agency_id, _day(row.asked_at)).name for row in consulted}
    rows = []
    giver = "Bộ phận tiếp nhận và trả kết quả"
    for task in tasks:
        closed_at = task.closed_at if task.closed_at and task.closed_at <= event.at else None
        step = bundle.step(task.step)
        rows.append(
            {
                "giver": giver,
                "taker": step.name,
                "person": names.get(task.closed_by, "") if closed_at else "",
                "opened": in_words(task.opened_at),
                "closed": in_words(closed_at),
                "result": _in_time(task, closed_at),
            }
        )
        giver = step.name
    return {"rows": rows, "partners": sorted(asked)}


def _in_time(task: StepTask, closed_at: dt.datetime | None) -> str:
    """Trước hạn, đúng hạn, quá hạn; empty while the step is open or has no term."""
    if closed_at is None or task.due_at is None:
        return ""
    if closed_at > task.due_at:
        return "Quá hạn"
    return "Đúng hạn" if _day(closed_at) == _day(task.due_at) else "Trước hạn"


CONTEXTS: dict[str, Callable[[Dossier, DossierEvent], dict[str, Any]]] = {
    rules.FILING: _receipt,
    rules.RECEIPT: _receipt,
    rules.SUPPLEMENT: _supplement,
    rules.SUPPLIED: _supplied,
    rules.REFUSAL: _refusal,
    rules.APOLOGY: _apology,
    rules.STOP: _stop,
    rules.CONTROL: _control,
}


def in_words(moment: dt.datetime | None) -> str:
    """“08 giờ 05 phút, ngày 12 tháng 9 năm 2023”; empty for None."""
    if moment is None:
        return ""
    here = moment.astimezone(VIETNAM)
    return f"{here:%H} giờ {here:%M} phút, ngày {here.day:02d} tháng {_month(here.date())} năm {here.year}"


def _moment(text: Any) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(VIETNAM).date()
