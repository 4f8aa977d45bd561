"""Where a dossier stands, in the words of its applicant: never what officials note for each other."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tinhso.core.badges import Badge
from tinhso.core.clock import VIETNAM
from tinhso.core.numbers import number
from tinhso.organizations import api as organizations
from tinhso.public_services.dossiers.choices import DeliveryWay, Outcome, State
from tinhso.public_services.dossiers.models import Dossier, Draft
from tinhso.public_services.dossiers.rules.machine import OPEN
from tinhso.public_services.dossiers.selectors.standing import is_revoked, unpaid_vnd
from tinhso.public_services.dossiers.services.drafts import KEPT

SENTENCES = {
    State.SUBMITTED: gettext_lazy("Đã nộp, chờ cơ quan tiếp nhận"),
    State.ACCEPTED: gettext_lazy("Đã tiếp nhận, sắp được giải quyết"),
    State.REFUSED: gettext_lazy("Cơ quan không tiếp nhận hồ sơ"),
    State.IN_PROGRESS: gettext_lazy("Cơ quan đang giải quyết"),
    State.AWAITING_SUPPLEMENT: gettext_lazy("Chờ ông, bà bổ sung"),
    State.AWAITING_PAYMENT: gettext_lazy("Chờ ông, bà nộp phí, lệ phí"),
    State.WITHDRAWN: gettext_lazy("Hồ sơ đã được rút"),
    State.STOPPED: gettext_lazy("Cơ quan đã dừng giải quyết"),
    State.RESOLVED: gettext_lazy("Đã có kết quả"),
    State.DELIVERED: gettext_lazy("Đã trả kết quả"),
}
BADGES = {
    State.REFUSED: "bad",
    State.AWAITING_SUPPLEMENT: "old",
    State.AWAITING_PAYMENT: "old",
    State.WITHDRAWN: "no_occurrence",
    State.STOPPED: "bad",
    State.RESOLVED: "good",
    State.DELIVERED: "good",
}
HOLDERS = {
    "one_stop": gettext_lazy("Bộ phận Một cửa"),
    "officer": gettext_lazy("Công chức thụ lý"),
    "leader": gettext_lazy("Lãnh đạo ký duyệt"),
}
ENDS = {State.REFUSED, State.WITHDRAWN, State.STOPPED}  # without a result


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a dossier's way; `state` is done, here, ended or ahead."""

    title: str
    at: dt.datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Todo:
    """What the person has to do now; without an address it is not done here.

    Attributes:
        is_urgent: the dossier waits for it.
    """

    text: str
    url: str = ""
    action: str = ""
    is_urgent: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A dossier as lists and its own page show it.

    Attributes:
        status: in plain words; the badge has the name of the national list.
        expected: when the result is expected, or why the clock stands.
        holder: who has to act, in words; empty when nobody has.
        todo: what the person has to do now; None for nothing.
    """

    number: str
    procedure: str
    agency: str
    badge: Badge
    status: str
    submitted_at: dt.datetime
    expected: str
    is_late: bool
    holder: str
    todo: Todo | None
    url: str


def badge(dossier: Dossier) -> Badge:
    """The state by its name in the national list."""
    state = State(dossier.state)
    return Badge(BADGES.get(state, "running"), str(state.label))


def line(dossier: Dossier, *, at: dt.datetime) -> Line:
    """A dossier for its applicant.

    Args:
        dossier: with its version.
        at: now.
    """
    agency = organizations.named_unit(dossier.agency_id, at.date()).name
    return Line(
        number=dossier.number,
        procedure=dossier.version.name,
        agency=agency,
        badge=badge(dossier),
        status=status(dossier),
        submitted_at=dossier.submitted_at,
        expected=expected(dossier, at=at),
        is_late=is_late(dossier, at=at),
        holder=holder(dossier, agency),
        todo=todo(dossier, agency),
        url=reverse("public_services:my_dossier", args=[dossier.key]),
    )


def lines(dossiers: Iterable[Dossier], *, at: dt.datetime) -> list[Line]:
    """Dossiers for a list."""
    return [line(dossier, at=at) for dossier in dossiers]


def status(dossier: Dossier) -> str:
    """The state in plain words."""
    if is_revoked(dossier):
        return _("Kết quả đã bị thu hồi")
    if dossier.state in (State.RESOLVED, State.DELIVERED) and dossier.outcome == Outcome.REJECTED:
        return _("Cơ quan từ chối giải quyết, đã có văn bản trả lời")
    return str(SENTENCES[State(dossier.state)])


def is_late(dossier: Dossier, *, at: dt.datetime) -> bool:
    """Whether the promised moment is over and nothing came."""
    return (
        dossier.due_at is not None and dossier.resolved_at is None and dossier.state not in ENDS and at > dossier.due_at
    )


def expected(dossier: Dossier, *, at: dt.datetime) -> str:
    """When the result is expected, or why the clock stands; empty once the dossier is settled."""
    match dossier.state:
        case State.SUBMITTED:
            return _("Cơ quan trả lời việc tiếp nhận trước %(moment)s") % {"moment": moment(dossier.act_by)}
        case State.AWAITING_SUPPLEMENT:
            return _("Thời hạn tạm dừng để chờ bổ sung, chậm nhất đến %(moment)s") % {"moment": moment(dossier.act_by)}
        case State.AWAITING_PAYMENT:
            return _("Thời hạn tạm dừng, tính tiếp khi ông, bà nộp xong phí, lệ phí")
        case _ if dossier.due_at is None or dossier.state in (*ENDS, State.RESOLVED, State.DELIVERED):
            return ""
        case _ if is_late(dossier, at=at):
            return _("Đã quá hẹn trả kết quả lúc %(moment)s") % {"moment": moment(dossier.due_at)}
        case _:
            return _("Hẹn trả kết quả trước %(moment)s") % {"moment": moment(dossier.due_at)}


def holder(dossier: Dossier, agency: str) -> str:
    """Who has to act."""
    if dossier.desk == "applicant":
        return _("Người nộp hồ sơ")
    where = HOLDERS.get(dossier.desk)
    return f"{where}, {agency}" if where else ""


def todo(dossier: Dossier, agency: str) -> Todo | None:
    """What the person has to do now; None for nothing."""
    match dossier.state:
        case State.AWAITING_SUPPLEMENT:
            url = reverse("public_services:supplement", args=[dossier.key])
            return Todo(_("Cơ quan cần ông, bà bổ sung hồ sơ."), url, _("Bổ sung hồ sơ"))
        case State.AWAITING_PAYMENT:
            return _pay(dossier, _("Ông, bà cần nộp %(amount)s đồng phí, lệ phí."))
        case State.RESOLVED if is_revoked(dossier):
            return None
        case State.RESOLVED if unpaid_vnd(dossier):
            return _pay(dossier, _("Kết quả đã có; ông, bà nộp %(amount)s đồng phí, lệ phí rồi nhận kết quả."))
        case State.RESOLVED:
            return _fetch(dossier, agency)
        case _:
            return None


def _pay(dossier: Dossier, text: str) -> Todo:
    """That money is waited for.

    Args:
        text: with a place for the `amount`.
    """
    url = reverse("public_services:pay", args=[dossier.key])
    return Todo(text % {"amount": number(unpaid_vnd(dossier))}, url, _("Nộp phí, lệ phí"))


def _fetch(dossier: Dossier, agency: str) -> Todo:
    """How the result is to be had."""
    url = reverse("public_services:my_dossier", args=[dossier.key]) + "#results"
    match dossier.delivery:
        case DeliveryWay.COUNTER:
            text = _("Kết quả đã có; mời ông, bà đến Bộ phận Một cửa, %(agency)s để nhận.") % {"agency": agency}
            return Todo(text, url, _("Xem kết quả"))
        case DeliveryWay.POST:
            return Todo(_("Kết quả đã có và sẽ được gửi qua bưu chính."), url, _("Xem kết quả"), is_urgent=False)
        case _:
            return Todo(_("Kết quả đã có; mời ông, bà mở để nhận."), url, _("Nhận kết quả"))


def stages(dossier: Dossier) -> list[Stage]:
    """The way of a dossier in up to five stages; one that ends without result ends the line."""
    moments = (dossier.submitted_at, dossier.accepted_at, None, dossier.resolved_at, dossier.delivered_at)
    titles = (
        pgettext("stage", "Nộp hồ sơ"),
        pgettext("stage", "Tiếp nhận"),
        pgettext("stage", "Giải quyết"),
        pgettext("stage", "Có kết quả"),
        pgettext("stage", "Nhận kết quả"),
    )
    done = done_stages(dossier)
    last = len(titles) - 1
    found: list[Stage] = []
    for place, (title, at) in enumerate(zip(titles, moments, strict=True)):
        if place == done and dossier.state in ENDS:
            return [*found, Stage(str(State(dossier.state).label), None, "ended")]
        state = "done" if place < done else "here" if place == done else "ahead"
        found.append(Stage(_("Đã trả kết quả") if place == last and state == "done" else title, at, state))
    return found


def done_stages(dossier: Dossier) -> int:
    """How many of the five stages are behind: the degree of completion (mức độ hoàn thành)."""
    if dossier.state == State.DELIVERED:
        return 5
    if dossier.state == State.RESOLVED:
        return 4
    return 1 if dossier.accepted_at is None else 2


def moment(at: dt.datetime | None) -> str:
    """17:00 ngày 12/09/2023."""
    return (
        "–"
        if at is None
        else f"{at.astimezone(VIETNAM):%H:%M} " + _("ngày %(day)s") % {"day": f"{at.astimezone(VIETNAM):%d/%m/%Y}"}
    )


@dataclass(frozen=True, slots=True)
class Tracked:
    """What everybody may see who has a dossier's number and look-up code: nothing about a person or an office's desk."""

    number: str
    procedure: str
    badge: Badge
    stages: list[Stage]
    done: int
    of: int
    due_at: dt.datetime | None
    is_late: bool


def tracked(dossier: Dossier, *, at: dt.datetime) -> Tracked:
    """A dossier for somebody who has not signed in; the moments of its stages are left out."""
    way = [Stage(stage.title, None, stage.state) for stage in stages(dossier)]
    return Tracked(
        number=dossier.number,
        procedure=dossier.version.name,
        badge=badge(dossier),
        stages=way,
        done=done_stages(dossier),
        of=5,
        due_at=dossier.due_at if dossier.state in OPEN else None,
        is_late=is_late(dossier, at=at),
    )


@dataclass(frozen=True, slots=True)
class DraftLine:
    """What is being filled in and not filed; dropped once nobody has touched it until `kept_until`."""

    title: str
    updated_at: dt.datetime
    kept_until: dt.datetime
    url: str


def draft_lines(drafts: Iterable[Draft]) -> list[DraftLine]:
    """Drafts for the list."""
    return [
        DraftLine(
            one.version.name, one.updated_at, one.updated_at + KEPT, reverse("public_services:draft", args=[one.key])
        )
        for one in drafts
    ]
