"""The inbox, and what is done to several of its dossiers at once."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tinhso.core import clock
from tinhso.core.exports import csv_table, wanted_table
from tinhso.organizations.api import UnitRow
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.desk.presenters import inbox as presenters
from tinhso.public_services.desk.presenters.dossier import link
from tinhso.public_services.desk.selectors import inbox
from tinhso.public_services.desk.selectors.inbox import Wanted
from tinhso.public_services.desk.selectors.reader import APPLICANT, CONSULTED, MESSAGES, ONE_STOP
from tinhso.public_services.desk.services import batch
from tinhso.public_services.desk.services.batch import Pick
from tinhso.public_services.desk.views.guard import DeskRequest, desk_required
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import standing

MOST_PICKED = inbox.PAGE


@require_safe
@desk_required
def show(request: DeskRequest) -> HttpResponse:
    """What lies on the reader's desks of one agency, a page at a time; `?q=` leads to the dossier of a number."""
    if not request.reader.has_desk:
        return redirect("public_services:desk_register")
    number = request.GET.get("q", "").strip().upper()
    found = _by_number(request, number) if number else None
    if found:
        return redirect("public_services:desk_dossier", found.key)
    agency, desks = _agency(request)
    desk = request.GET.get("desk", "")
    desk = desk if desk in desks else desks[0]
    context = _frame(request, agency, desks, desk) | {"missed": number}
    if desk == CONSULTED:
        rows = presenters.asked_rows(inbox.asked(agency.unit_id), at=clock.now(), on=request.reader.today)
        return render(request, "public_services/desk/inbox.html", context | {"asked": rows})
    return _listed(request, agency, desk, context)


def _by_number(request: DeskRequest, number: str) -> Dossier | None:
    found = Dossier.objects.filter(number=number).first()
    return found if found and standing.may_see(request.user, found, on=request.reader.today) else None


def _agency(request: DeskRequest) -> tuple[UnitRow, list[str]]:
    """The agency whose inbox is shown, and its tabs; a stranger's agency looks as if it did not exist."""
    rows = request.reader.agencies()
    wanted = request.GET.get("agency", "")
    row = next((row for row in rows if row.code == wanted), None) if wanted else next(iter(rows), None)
    if row is None:
        raise Http404
    return row, request.reader.desks(row.unit_id)


def _frame(request: DeskRequest, agency: UnitRow, desks: list[str], desk: str) -> dict[str, Any]:
    """What stands around the list."""
    here = {"agency": agency.code} if request.GET.get("agency") else {}
    wrote = {MESSAGES: inbox.bounded_count(Wanted(agency.unit_id, desk=""))}
    return {
        "agency": agency,
        "agencies": request.reader.agencies(),
        "desk": desk,
        "tabs": [
            {
                "title": presenters.tab_title(one, wrote.get(one, 0)),
                "url": f"{request.path}?{urlencode(here | {'desk': one})}",
                "is_here": one == desk,
            }
            for one in desks
        ],
        "counter_url": link("counter") if ONE_STOP in desks else "",
    }


def _listed(request: DeskRequest, agency: UnitRow, desk: str, context: dict[str, Any]) -> HttpResponse:
    at = clock.now()
    wanted = Wanted(
        agency=agency.unit_id,
        desk="" if desk == MESSAGES else desk,
        procedure=request.GET.get("procedure", ""),
        claimed_by=request.user.pk if request.GET.get("mine") else None,
        late_at=at if request.GET.get("late") else None,
    )
    found, after = inbox.page(wanted, inbox.place(request.GET.get("after", "")))
    shown = presenters.rows(found, at=at)
    if wanted_table(request) is not None:
        return csv_table(f"ho-so-{agency.code}-{desk}.csv", _columns(), shown)
    count = len(found) if after is None and "after" not in request.GET else inbox.bounded_count(wanted)
    asked = {
        name: request.GET[name] for name in ("agency", "desk", "procedure", "mine", "late") if request.GET.get(name)
    }
    actions = _batch_actions(desk)
    context |= {
        "rows": shown,
        "body": presenters.body(shown, with_picks=bool(actions)),
        "count": presenters.count_text(count),
        "key": uuid4().hex,
        "batch": actions,
        "procedures": procedures.names(request.reader.today),
        "procedure": request.GET.get("procedure", ""),
        "mine": bool(request.GET.get("mine")),
        "late": bool(request.GET.get("late")),
        "is_narrowed": any(name in asked for name in ("procedure", "mine", "late")),
        "next": f"?{urlencode(asked | {'after': str(after)})}" if after else "",
        "first": f"?{urlencode(asked)}" if request.GET.get("after") else "",
        "csv": f"?{urlencode(asked | {'format': 'csv'})}",
    }
    return render(request, "public_services/desk/inbox.html", context)


def _columns() -> list[tuple[str, Callable[[presenters.Row], Any]]]:
    return [
        (_("Mã số hồ sơ"), lambda row: row.number),
        (_("Thủ tục"), lambda row: row.procedure),
        (_("Chủ hồ sơ"), lambda row: row.owner),
        (_("Kênh"), lambda row: row.channel),
        (_("Trạng thái"), lambda row: row.state.label),
        (_("Bước"), lambda row: row.step),
        (_("Người nhận việc"), lambda row: row.holder),
        (_("Thời hạn"), lambda row: row.term.label if row.term else ""),
        (_("Hẹn trả"), lambda row: row.due),
        (_("Chờ từ"), lambda row: row.since),
        (_("Lời nhắn"), lambda row: row.messages),
    ]


def _batch_actions(desk: str) -> list[tuple[str, str]]:
    """(action, title) of what may be done to several dossiers of a desk at once."""
    if desk in (APPLICANT, MESSAGES):
        return []
    claim = (batch.CLAIM, _("Nhận việc"))
    if desk == ONE_STOP:
        return [(Action.ACCEPT.value, _("Tiếp nhận")), claim]
    return [claim, (Action.ADVANCE.value, _("Chuyển bước sau"))]


@require_POST
@desk_required
def act_on_several(request: DeskRequest) -> HttpResponse:
    """Do one act to the dossiers that were picked, and list what came of each."""
    action, token = request.POST.get("action", ""), request.POST.get("key", "")
    if action not in batch.ACTIONS or not (len(token) == 32 and token.isalnum()):
        raise Http404
    outcomes = batch.act_on_each(
        picks=_picks(request.POST.getlist("pick")),
        action=action,
        user=request.user,
        token=token,
        at=clock.now(),
        on=request.reader.today,
    )
    query = request.POST.get("back", "")
    context = {
        "title": dict([*_batch_actions(ONE_STOP), *_batch_actions("")])[action],
        "done": [outcome.dossier for outcome in outcomes if not outcome.refusal],
        "refused": [outcome for outcome in outcomes if outcome.refusal],
        "back": reverse("public_services:desk") + (f"?{query}" if query else ""),
    }
    return render(request, "public_services/desk/batch.html", context)


def _picks(sent: list[str]) -> list[Pick]:
    """What was picked, without what is no key; each dossier once."""
    found: dict[UUID, Pick] = {}
    for text in sent[:MOST_PICKED]:
        key, _mark, revision = text.partition("~")
        try:
            found[UUID(key)] = Pick(UUID(key), int(revision[:9]))
        except ValueError:
            continue
    return list(found.values())
