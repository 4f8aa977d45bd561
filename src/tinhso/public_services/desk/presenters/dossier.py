"""One dossier on one screen."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.badges import Badge
from tinhso.core.clock import VIETNAM
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.choices import PaperKind, StepRole
from tinhso.public_services.desk.presenters import badges
from tinhso.public_services.desk.selectors.opened import Opened
from tinhso.public_services.dossiers.choices import Action, Channel, PartyRole
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.presenters import prescribed
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.form_engine import presenters as forms
from tinhso.public_services.form_engine.rules.form import Widget

IDENTITY = re.compile(r"\b(\d{3})\d{5}(\d{4})\b")
BLOCKED = ("pending", "infected")


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file of a paper; `blocked` says why it cannot be downloaded now, empty when it can."""

    name: str
    url: str
    scan: Badge
    blocked: str


@dataclass(frozen=True, slots=True)
class PaperFiles:
    name: str
    kind: str
    files: list[FileLine]


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A person in a dossier; `identity_number` is masked unless it was asked for."""

    role: str
    full_name: str
    identity_number: str
    phone: str
    email: str
    address: str
    mandate: str


@dataclass(frozen=True, slots=True)
class StepLine:
    name: str
    role: str
    opened_at: dt.datetime
    due_at: dt.datetime | None
    closed_at: dt.datetime | None
    who: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ConsultationLine:
    agency: str
    asked_at: dt.datetime
    answer_by: dt.datetime | None
    question: str
    answered_at: dt.datetime | None
    answer: str
    who: str


@dataclass(frozen=True, slots=True)
class ActionForm:
    """An act that the reader may do now.

    Attributes:
        lead: what the form is about, above its fields; empty for nothing.
        is_open: shown at once, not behind its title.
    """

    action: str
    title: str
    url: str
    form: Form
    lead: str = ""
    is_open: bool = False
    is_harsh: bool = False


OPEN = (Action.ACCEPT, Action.ADVANCE, Action.ANSWER_CONSULTATION, Action.DELIVER)
HARSH = (Action.REFUSE, Action.STOP, Action.WITHDRAW)


def masked(identity_number: str) -> str:
    """“014*****0001”: enough to recognise a person, too little to take the number along."""
    if len(identity_number) < 8:
        return "*" * len(identity_number)
    return f"{identity_number[:3]}{'*' * (len(identity_number) - 7)}{identity_number[-4:]}"


def head(dossier: Dossier, *, at: dt.datetime, on: dt.date) -> dict[str, Any]:
    """What stands at the top."""
    calendar = organizations.working_calendar()
    return {
        "number": dossier.number,
        "state": badges.state(dossier.state),
        "national": standing.national_status(dossier.state),
        "channel": str(Channel(dossier.channel).label),
        "agency": organizations.named_unit(dossier.agency_id, on).name,
        "submitted_at": dossier.submitted_at,
        "accepted_at": dossier.accepted_at,
        "due_at": dossier.due_at,
        "resolved_at": dossier.resolved_at,
        "delivered_at": dossier.delivered_at,
        "delivery": dossier.get_delivery_display(),
        "outcome": dossier.get_outcome_display(),
        "term": badges.waiting(dossier) or _term(dossier, at, calendar),
        "act_by": dossier.act_by,
        "is_extended": dossier.is_extended,
        "is_assisted": dossier.is_assisted,
        "holder": dossier.claimed_by.full_name if dossier.claimed_by else "",
    }


def _term(dossier: Dossier, at: dt.datetime, calendar: Any) -> Badge | None:
    is_open = dossier.desk != ""
    return badges.term(dossier.due_at or dossier.act_by, at=at, calendar=calendar) if is_open else None


def _filed_on(dossier: Dossier) -> dt.date:
    """The day on which communes are named as they were: codes return with another meaning."""
    return dossier.submitted_at.astimezone(VIETNAM).date()


def answers(opened: Opened, *, in_full: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    """Sections of (label, text); identity numbers are masked unless asked for in full."""
    form = opened.bundle.read_form
    with_numbers = {name for name, item in form.items.items() if item.widget in (Widget.IDENTITY_NUMBER, Widget.GROUP)}
    found = []
    for page in forms.answer_lines(form, standing.answers_of(opened.dossier), _filed_on(opened.dossier)):
        hidden = set() if in_full else with_numbers
        lines = [(line.label, _without_numbers(line.text) if line.name in hidden else line.text) for line in page.lines]
        found.append((page.title, lines))
    return found


def _without_numbers(text: str) -> str:
    return IDENTITY.sub(lambda number: masked(number.group()), text)


def papers(opened: Opened) -> list[PaperFiles]:
    """The papers that are asked for with what was sent, then what was sent besides."""
    dossier, bundle = opened.dossier, opened.bundle
    sent: dict[str, list[FileLine]] = {}
    for row in dossier.attachments.filter(removed_seq__isnull=True).order_by("pk"):
        url = reverse("public_services:desk_file", args=[row.key])
        sent.setdefault(row.paper, []).append(FileLine(row.name, url, badges.scan(row.scan), blocked(row.scan)))
    asked = bundle.papers_for(standing.answers_of(dossier))
    kinds = dict(PaperKind.choices)
    found = [PaperFiles(paper.name, str(kinds[paper.kind]), sent.pop(paper.code, [])) for paper in asked]
    names = {paper.code: paper.name for paper in bundle.papers}
    return [*found, *(PaperFiles(names.get(code, code), "", files) for code, files in sent.items())]


def blocked(scan: str) -> str:
    """Why a file cannot be downloaded; empty when it can."""
    return {
        "pending": _("Tệp đang chờ quét mã độc; thử lại sau ít phút."),
        "infected": _("Tệp có mã độc nên không tải về được; hãy yêu cầu người nộp gửi lại tệp khác."),
    }.get(scan, "")


def parties(dossier: Dossier, *, in_full: bool) -> list[PartyLine]:
    """The people of a dossier, the owner first."""
    order = {role: place for place, role in enumerate(PartyRole.values)}
    found = []
    for row in sorted(dossier.parties.all(), key=lambda row: order[row.role]):
        said = sealed.opened_values(row.sealed)
        number = said.get("identity_number", "")
        found.append(
            PartyLine(
                role=str(PartyRole(row.role).label),
                full_name=said.get("full_name", ""),
                identity_number=number if in_full else masked(number),
                phone=said.get("phone", ""),
                email=said.get("email", ""),
                address=said.get("address", ""),
                mandate=row.mandate,
            )
        )
    return found


def steps(opened: Opened, *, at: dt.datetime) -> list[StepLine]:
    """The steps so far, with who did each."""
    tasks = list(opened.dossier.step_tasks.select_related("claimed_by").order_by("pk"))
    names = prescribed.names_of([task.closed_by for task in tasks if task.closed_by])
    roles = dict(StepRole.choices)
    return [
        StepLine(
            name=opened.bundle.step(task.step).name,
            role=str(roles[task.role]),
            opened_at=task.opened_at,
            due_at=task.due_at,
            closed_at=task.closed_at,
            who=names.get(task.closed_by, "") or (task.claimed_by.full_name if task.claimed_by else ""),
            is_late=organizations.is_late(at=task.closed_at or at, due_at=task.due_at),
        )
        for task in tasks
    ]


def consultations(dossier: Dossier) -> list[ConsultationLine]:
    """Opinions that were asked for."""
    rows = list(dossier.consultations.order_by("pk"))
    names = prescribed.names_of([row.answered_by for row in rows if row.answered_by])
    return [
        ConsultationLine(
            agency=organizations.versions_of(row.agency_id)[-1].name,
            asked_at=row.asked_at,
            answer_by=row.answer_by,
            question=sealed.opened(row.sealed_question),
            answered_at=row.answered_at,
            answer=sealed.opened(row.sealed_answer) if row.sealed_answer else "",
            who=names.get(row.answered_by, ""),
        )
        for row in rows
    ]


def prescribed_papers(opened: Opened) -> list[tuple[str, str, dt.datetime, str]]:
    """(title, source, moment, address) of the prescribed papers that there are."""
    key = opened.dossier.key
    return [
        (
            line.form.title,
            line.form.source,
            line.event.at,
            f"{reverse('public_services:paper', args=[key, line.form.kind])}?seq={line.event.seq}",
        )
        for line in prescribed.papers_of(opened.events)
    ]


def action_forms(made: Sequence[tuple[str, Form, str]], dossier: Dossier) -> list[ActionForm]:
    """Acts with their forms.

    Args:
        made: (action, form, lead).
    """
    return [
        ActionForm(
            action=action,
            title=str(Action(action).label),
            url=reverse("public_services:desk_act", args=[dossier.key, action]),
            form=form,
            lead=lead,
            is_open=action in OPEN or bool(form.errors),
            is_harsh=action in HARSH,
        )
        for action, form, lead in made
    ]


def link(name: str, *args: Any) -> str:
    """The address of a page of another package; empty while the installation has none."""
    try:
        return reverse(f"public_services:{name}", args=args)
    except NoReverseMatch:
        return ""
