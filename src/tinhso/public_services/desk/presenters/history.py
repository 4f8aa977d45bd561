"""What was done to a dossier, in plain words, for the officials who work on it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.numbers import number
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.rules.content import Bundle
from tinhso.public_services.dossiers.choices import Action, DeliveryWay, PartyRole
from tinhso.public_services.dossiers.models import DossierEvent
from tinhso.public_services.dossiers.presenters.prescribed import names_of
from tinhso.public_services.dossiers.rules import supplements


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
            title=str(Action(event.kind).label),
            at=event.at,
            actor=names[event.actor],
            on_behalf_of=str(PartyRole(event.on_behalf_of).label) if event.on_behalf_of else "",
            details=_details(event, bundle),
        )
        for event in events
    ]


def _details(event: DossierEvent, bundle: Bundle) -> list[tuple[str, str]]:
    said = sealed.opened_values(event.sealed)
    found = [*_payload(event.payload, bundle), *_items(said.get("items", {}), bundle)]
    words = {
        "reason": _("Lý do"),
        "note": _("Ghi chú"),
        "question": _("Xin ý kiến"),
        "answer": _("Trả lời"),
        "receiver": _("Người nhận"),
    }
    return [*found, *((title, said[name]) for name, title in words.items() if said.get(name))]


def _items(items: dict[str, str], bundle: Bundle) -> list[tuple[str, str]]:
    names = supplements.nameable(bundle)
    return [(names.get(name, name), text) for name, text in items.items()]


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
    return [(title, _moment(said[name])) for name, title in titles.items() if said.get(name)]


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
