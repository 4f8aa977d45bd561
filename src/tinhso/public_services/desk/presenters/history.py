"""What was done to a dossier, in plain words, for the officials who work on it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.numbers import MISSING, number
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.dossiers.choices import HAPPENED, Action, Channel, DeliveryWay, PartyRole
from tinhso.public_services.dossiers.models import DossierEvent
from tinhso.public_services.dossiers.presenters import supplement
from tinhso.public_services.dossiers.presenters.prescribed import names_of
from tinhso.public_services.dossiers.rules import supplements
from tinhso.public_services.dossiers.selectors import deadlines


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done.

    Attributes:
        details: (what, text), such as (“Lý do”, “…”).
    """

    seq: int
    title: str
    at: dt.datetime
    actor: str
    on_behalf_of: str
    details: list[tuple[str, str]]


def lines(events: Sequence[DossierEvent], bundle: Bundle) -> list[Line]:
    """Events as people read them, in the order given."""
    names = names_of([event.actor for event in events])
    return [
        Line(
            seq=event.seq,
            title=str(HAPPENED[Action(event.kind)]),
            at=event.at,
            actor=names[event.actor],
            on_behalf_of=str(PartyRole(event.on_behalf_of).label) if event.on_behalf_of else "",
            details=_details(event, bundle),
        )
        for event in events
    ]


def _details(event: DossierEvent, bundle: Bundle) -> list[tuple[str, str]]:
    said = sealed.opened_values(event.sealed)
    found = [*_payload(event.payload, bundle), *_items(said.get("items", {}), bundle), *_supplied(event, bundle)]
    words = {
        "reason": _("Lý do"),
        "note": _("Ghi chú"),
        "question": _("Xin ý kiến"),
        "answer": _("Trả lời"),
        "receiver": _("Người nhận"),
        "giver": _("Người mang đến"),
    }
    return [*found, *((title, said[name]) for name, title in words.items() if said.get(name))]


def _items(items: dict[str, str], bundle: Bundle) -> list[tuple[str, str]]:
    names = supplements.nameable(bundle)
    return [(names.get(name, name), text) for name, text in items.items()]


def _supplied(event: DossierEvent, bundle: Bundle) -> list[tuple[str, str]]:
    """How a supplement came, and what; nothing of other events."""
    if event.kind != Action.SUPPLY:
        return []
    ways = {Channel.COUNTER: _("tại Bộ phận Một cửa"), Channel.POST: _("qua bưu chính")}
    way = ways.get(event.payload.get("channel"), _("trực tuyến"))
    return [(_("Cách nhận"), way), (_("Gồm"), "; ".join(supplement.given(event, bundle)))]


def _payload(said: dict[str, Any], bundle: Bundle) -> list[tuple[str, str]]:
    """What an event says openly."""
    papers = {paper.code: paper.name for paper in bundle.papers}
    found: list[tuple[str, str]] = []
    if said.get("step"):
        found.append((_("Bước"), bundle.step(said["step"]).name))
    checked = said.get("papers", {}).get("checked", ())
    if checked:
        found.append((_("Đã kiểm tra"), "; ".join(papers.get(code, code) for code in checked)))
    if said.get("basis"):
        found.append((_("Căn cứ"), said["basis"]))
    if said.get("lawful_reason"):
        found.append((_("Căn cứ yêu cầu thêm"), said["lawful_reason"]))
    if said.get("agency"):
        found.append((_("Cơ quan"), organizations.versions_of(said["agency"])[-1].name))
    return [*found, *_terms(said), *_money(said)]


def _terms(said: dict[str, Any]) -> list[tuple[str, str]]:
    titles = {"due_before": _("Hẹn trả trước đây"), "due": _("Hẹn trả")}
    found = [(title, _moment(said[name])) for name, title in titles.items() if said.get(name)]
    return [*found, *((title, _move(said["moved"][name])) for name, title in _moved(said).items())]


def _moved(said: dict[str, Any]) -> dict[str, str]:
    """What a new calendar has moved beside the promised day, in words."""
    words = {"step": _("Hạn của bước"), "wait_until": _("Hạn bổ sung")}
    moved = said.get("moved", {})
    if not moved.keys() & words.keys():
        words["act_by"] = _("Hạn phải làm")
    opinions = {name: _("Hạn cho ý kiến") for name in moved if name.startswith(deadlines.OPINION)}
    return {name: title for name, title in words.items() if name in moved} | opinions


def _move(moments: list[str | None]) -> str:
    before, after = (_moment(moment) if moment else MISSING for moment in moments)
    return f"{before} → {after}"


def _money(said: dict[str, Any]) -> list[tuple[str, str]]:
    found = []
    if said.get("charges"):
        found.append((_("Phải nộp"), _dong(sum(said["charges"].values()))))
    if said.get("amount_vnd"):
        found.append((_("Đã nộp"), _dong(said["amount_vnd"])))
    if said.get("results"):
        found.append((_("Kết quả số"), ", ".join(said["results"])))
    if said.get("way"):
        found.append((_("Cách trả"), str(DeliveryWay(said["way"]).label)))
    return found


def _dong(amount: int) -> str:
    return _("%(amount)s đồng") % {"amount": number(amount)}


def _moment(text: str) -> str:
    return f"{dt.datetime.fromisoformat(text).astimezone(VIETNAM):%d/%m/%Y %H:%M}"
