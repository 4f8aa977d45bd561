"""Procedures as everybody reads them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tinhso.core import numbers
from tinhso.core.badges import Badge
from tinhso.core.exports import Column
from tinhso.organizations.api import TermUnit, UnitKind, UnitRow
from tinhso.public_services.catalog.choices import (
    ApplicantKind,
    FeeKind,
    FeeTime,
    OnlineLevel,
    PaperKind,
    StepRole,
)
from tinhso.public_services.catalog.models import ProcedureVersion
from tinhso.public_services.catalog.rules.content import Bundle, Fee, Paper, TermText

LEVEL_BADGES = {OnlineLevel.FULL: "good", OnlineLevel.PARTIAL: "running", OnlineLevel.NONE: "no_occurrence"}


@dataclass(frozen=True, slots=True)
class Row:
    """A procedure in a list."""

    code: str
    name: str
    field: str
    badge: Badge


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper that is asked for, in words."""

    name: str
    how: str
    help: str


@dataclass(frozen=True, slots=True)
class FeeLine:
    """What is to be paid, in words."""

    name: str
    amount: str
    when: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of the agency's own procedure."""

    name: str
    role: str
    term: str


@dataclass(frozen=True, slots=True)
class Place:
    """Units of one level that offer the procedure."""

    title: str
    units: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that the page of a procedure says."""

    bundle: Bundle
    badge: Badge
    applicants: str
    term: str
    extension: str
    supplement: str
    papers: Sequence[PaperLine]
    fees: Sequence[FeeLine]
    steps: Sequence[StepLine]
    places: Sequence[Place]
    validity: str


def level_badge(level: str) -> Badge:
    """How far a procedure can be done online."""
    found = OnlineLevel(level)
    return Badge(LEVEL_BADGES[found], str(found.label))


def rows(versions: Iterable[ProcedureVersion]) -> list[Row]:
    return [Row(one.procedure.code, one.name, one.field, level_badge(one.online_level)) for one in versions]


def columns() -> list[Column[Row]]:
    """The list as a file."""
    return [
        (_("Mã thủ tục"), lambda row: row.code),
        (_("Tên thủ tục"), lambda row: row.name),
        (_("Lĩnh vực"), lambda row: row.field),
        (_("Mức độ trực tuyến"), lambda row: row.badge.label),
    ]


def by_field(found: Iterable[Row]) -> Mapping[str, list[Row]]:
    """The list under its fields, in the order in which they come."""
    groups: dict[str, list[Row]] = {}
    for row in found:
        groups.setdefault(row.field, []).append(row)
    return groups


def term_words(term: TermText) -> str:
    """A term as offices say it, such as “3 ngày làm việc”."""
    if term.amount == 0:
        return _("ngay trong ngày làm việc")
    sentences = {
        TermUnit.WORKING_DAY: ngettext("%(n)s ngày làm việc", "%(n)s ngày làm việc", term.amount),
        TermUnit.WORKING_HOUR: ngettext("%(n)s giờ làm việc", "%(n)s giờ làm việc", term.amount),
        TermUnit.CALENDAR_DAY: ngettext("%(n)s ngày, tính cả ngày nghỉ", "%(n)s ngày, tính cả ngày nghỉ", term.amount),
    }
    return sentences[term.unit] % {"n": numbers.number(term.amount)}


def sheet(version: ProcedureVersion, bundle: Bundle, units: Sequence[UnitRow]) -> Sheet:
    """The page of a procedure."""
    kinds = dict(ApplicantKind.choices)
    return Sheet(
        bundle=bundle,
        badge=level_badge(bundle.online_level),
        applicants=", ".join(str(kinds[kind]) for kind in bundle.applicants),
        term=term_words(bundle.term),
        extension=term_words(bundle.extension) if bundle.extension else "",
        supplement=term_words(TermText(amount=bundle.supplement_days)),
        papers=[_paper(paper) for paper in bundle.papers],
        fees=[_fee(bundle, fee) for fee in bundle.fees],
        steps=[StepLine(one.name, str(StepRole(one.role).label), term_words(one.term)) for one in bundle.steps],
        places=_places(units),
        validity=_validity(version),
    )


def _paper(paper: Paper) -> PaperLine:
    how = [str(PaperKind(paper.kind).label).lower()]
    if paper.min == 0:
        how.append(_("nếu có"))
    elif paper.visible_if:
        how.append(_("chỉ trong trường hợp nêu dưới"))
    return PaperLine(paper.name, ", ".join(how), paper.help)


def _fee(bundle: Bundle, fee: Fee) -> FeeLine:
    amount = _("%(amount)s đồng") % {"amount": numbers.number(fee.amount_vnd)}
    if fee.per:
        amount = _("%(amount)s nhân với “%(label)s”") % {
            "amount": amount,
            "label": bundle.read_form.items[fee.per].label.lower(),
        }
    when = f"{FeeKind(fee.kind).label}, {str(FeeTime(fee.when).label).lower()}"
    return FeeLine(fee.name, amount, when + ("; " + _("tùy trường hợp") if fee.visible_if else ""))


def _places(units: Sequence[UnitRow]) -> list[Place]:
    labels = dict(UnitKind.choices)
    found: dict[str, list[str]] = {}
    for row in units:
        found.setdefault(str(labels.get(row.kind, row.kind)), []).append(row.name)
    return [Place(title, names) for title, names in found.items()]


def _validity(version: ProcedureVersion) -> str:
    begins = version.valid_from or dt.date.min
    return _("Phiên bản %(number)s, áp dụng từ ngày %(day)s") % {"number": version.number, "day": f"{begins:%d/%m/%Y}"}
