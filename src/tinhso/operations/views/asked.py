"""What a page is about: unit, period, view of territory and release, inside the reader's scope."""

import datetime as dt
import functools
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tinhso.accounts.api import SignedInRequest, unit_or_404
from tinhso.core import clock
from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import common, elsewhere, releases
from tinhso.operations.presenters.common import Crumb, Option, OptionGroup, Pick, address
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UNDETERMINED, UnitRow
from tinhso.plans import api as plans

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]


class Elsewhere(Exception):
    """The unit asked for exists, but not in the tree of the view; `offers_elsewhere` says where it lies."""

    def __init__(self, asked: "Asked", unit_id: int) -> None:
        super().__init__(unit_id)
        self.asked, self.unit_id = asked, unit_id


class Asked:
    """Unit, period, view and release that a request names, or the reader's own unit and the year to date.

    The code of a unit is read as of the view's day; `?on=2023-12-31` says another day on which it names the unit,
    which forms do, since the same code may name another unit after a change of period or view.

    Attributes:
        period: as the request names it; None for the default, so that addresses stay short.
        release: number of the release that is looked at; None for the figures in force.
        as_of: evaluation date.
        day: whose tree is looked at.
    """

    def __init__(self, request: SignedInRequest, code: str = "") -> None:
        """Raises Http404 for what does not exist or lies outside the scope, Elsewhere for a unit of another time,
        ImpossibleRequest without data."""
        self.request, self.scope = request, request.scope
        self.period = request.GET.get("period") or None
        self.release = release_or_404(request.GET.get("release", ""))
        try:
            self.question = plans.question(
                number=None, period=self.period, as_of=None, view=asked_view(request), release=self.release
            )
        except UnknownName:
            raise Http404 from None
        self.as_of: dt.date = self.question.as_of
        self.day = self.question.tree_day
        unit_id = self._unit_id(code or request.GET.get("unit", ""))
        if unit_id not in self.names:
            if not may_read_of(request, unit_id):
                raise Http404
            raise Elsewhere(self, unit_id)
        self.unit = self.names[unit_or_404(request, unit_id)]

    def _unit_id(self, code: str) -> int:
        """The unit that the code means, whether or not it is of the day."""
        if not code:
            return unit_or_404(self.request, self.scope.top_unit_id)
        named_on = day_or_404(self.request.GET.get("on")) or self.day
        for on in (named_on, clock.today()):  # a unit of later than the view's day is known by its code of today
            try:
                return organizations.last_named(code, on).org_unit_id
            except (UnknownName, organizations.AmbiguousUnit):
                continue
        raise Http404

    @functools.cached_property
    def names(self) -> dict[int, UnitRow]:
        """The units of the day."""
        return {row.unit_id: row for row in organizations.units_on(self.day)}

    @property
    def unit_id(self) -> int:
        return self.unit.unit_id

    @property
    def code(self) -> str:
        return self.unit.code

    @property
    def view(self) -> str:
        return self.question.view

    @property
    def is_mapped(self) -> bool:
        """Whether figures are told in units of another day than their period's."""
        return self.view != indicators.AS_WAS

    @property
    def kept(self) -> common.Kept:
        """What every link of the page carries along; defaults are left out."""
        return {"period": self.period, "view": self.view if self.is_mapped else None, "release": self.release}

    @functools.cached_property
    def above(self) -> list[UnitRow]:
        """The unit's superiors inside the scope, the highest first."""
        upward = reversed(organizations.ancestors(self.unit_id, self.day))
        return [self.names[unit] for unit in upward if self.scope.allows(unit)]

    @functools.cached_property
    def children(self) -> list[UnitRow]:
        """The units directly below."""
        return [row for row in self.names.values() if row.parent_id == self.unit_id]

    @property
    def has_undetermined(self) -> bool:
        """Whether records without a certain unit count under the unit: at the province, told in another tree."""
        return self.is_mapped and self.unit.kind == "province"

    @property
    def parts(self) -> list[int]:
        """What the unit's figures are made of: the units directly below, and what has no certain one."""
        found = [row.unit_id for row in self.children]
        return [*found, UNDETERMINED] if self.has_undetermined else found

    def below(self, kind: str) -> list[int]:
        """Units of one kind at any depth below."""
        under = organizations.descendants(self.unit_id, self.day) - {self.unit_id}
        return [row.unit_id for row in self.names.values() if row.unit_id in under and row.kind == kind]

    @property
    def levels(self) -> list[str]:
        """Kinds of units into which the unit's figures open."""
        kinds = {"province": ["department", "district", "commune"], "district": ["commune"]}.get(self.unit.kind, [])
        present = {row.kind for row in self.names.values()}
        return [kind for kind in kinds if kind in present]

    @property
    def period_words(self) -> str:
        return common.period_in_words(self.question.period)

    def address(self, name: str, *args: str | int, **query: str | int | None) -> str:
        """A URL about the same unit, period, view and release."""
        return address(name, *args, **{"unit": self.code, **self.kept, **query})

    def crumbs(self, *more: Crumb) -> list[Crumb]:
        """The unit's superiors, the unit, then the page."""
        found = [Crumb(row.name, self.address("operations:overview", unit=row.code)) for row in self.above]
        own = self.address("operations:overview") if more else ""
        return [*found, Crumb(self.unit.name, own), *more]

    def around(self, action: str) -> dict[str, Any]:
        """What every page about a unit shows around its content."""
        return {
            "unit": self.unit,
            "as_of": self.as_of,
            "period_words": self.period_words,
            "tree_words": common.tree_in_words(self.view) if self.is_mapped else "",
            "pick": self.pick(action),
            "banner": self.banner,
            "finality": self.finality,
        }

    @functools.cached_property
    def finality(self) -> common.Finality:
        """Official are the figures of a release into which only locked reports went; all others are provisional."""
        open_reports = indicators.unsettled(self.release)
        below = organizations.descendants(self.unit_id) | {self.unit_id}
        unsettled = open_reports.count(open_reports.datasets, below)
        return common.Finality(self.release is not None and not unsettled, unsettled)

    @property
    def banner(self) -> releases.Banner | None:
        """What says that the page shows a release; None for the figures in force."""
        if self.release is None:
            return None
        query = self.request.GET.copy()
        for name in ("release", "page"):
            query.pop(name, None)
        live_url = f"{self.request.path}?{query.urlencode()}" if query else self.request.path
        return releases.banner(indicators.release(self.release), self.question.plan, live_url)

    def pick(self, action: str) -> Pick:
        """The form that leads to another unit, period, view or release of the same page."""
        chosen = self.question.period.code
        groups = common.period_options(self.question.plan.year, self._until(), chosen, indicators.calendars_offered())
        if all(not option.is_chosen for group in groups for option in group.options):
            other = Option(chosen, common.capitalized(self.period_words), is_chosen=True)
            groups = [OptionGroup(_("Kỳ khác"), [other]), *groups]
        return Pick(
            action,
            common.unit_options(self.unit, self.above, self.children),
            groups,
            common.view_options(self.view),
            self.day,
            common.release_options(self.release),
            self.day,
        )

    def _until(self) -> dt.date:
        """Last day of the plan's year that data cover, whatever period is looked at."""
        last = indicators.evaluation_date(self.release) or self.as_of
        return min(last, self.question.plan.last_day)


def asked_or_404(request: SignedInRequest, code: str = "") -> Asked:
    """The same for pages that have nothing to say without data."""
    try:
        return Asked(request, code)
    except ImpossibleRequest:
        raise Http404 from None


def offers_elsewhere(view: View[P]) -> View[P]:
    """Tell the reader of a unit that is not in the tree of the view where it lies there, and what to do while there
    are no figures at all."""

    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except ImpossibleRequest as refusal:
            return render(request, "operations/nothing_yet.html", {"reason": str(refusal)})
        except Elsewhere as found:
            context = elsewhere.page(
                found.unit_id,
                question=found.asked.question,
                names=found.asked.names,
                kept=found.asked.kept,
                match=request.resolver_match,
                allows=request.scope.allows,
            )
            return render(request, "operations/elsewhere.html", {"page": context, "banner": found.asked.banner})

    update_wrapper(guarded, view)
    return guarded


def has_undetermined(asked: plans.Question) -> bool:
    """Whether any figure of the question's period counts records without a certain unit."""
    if asked.view == indicators.AS_WAS:
        return False
    return bool(
        indicators.figures(
            period_codes=[asked.period.code], unit_ids=[UNDETERMINED], view=asked.view, release=asked.release
        )
    )


def asked_view(request: SignedInRequest) -> str:
    """The view of territory that a request names: as links write it, or as the form sends day and kind apart."""
    wanted = request.GET.get("view") or indicators.AS_WAS
    if wanted != indicators.COMPARABLE:
        return wanted
    day = day_or_404(request.GET.get("day")) or indicators.evaluation_date() or clock.today()
    return f"{wanted}:{day}"


def release_or_404(text: str) -> int | None:
    """The release that a request names; None for the figures in force."""
    if not text:
        return None
    if not (text.isdecimal() and text.isascii() and len(text) < 8):
        raise Http404
    try:
        return indicators.release(int(text)).number
    except UnknownName:
        raise Http404 from None


def day_or_404(text: str | None) -> dt.date | None:
    """A day as addresses write it; None where none is named."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404 from None


def may_read_of(request: SignedInRequest, unit_id: int) -> bool:
    """Whether the reader may know of a unit of any time: it lies in the scope, or its records lie there today."""
    placed = organizations.placements(clock.today())[unit_id]
    return request.scope.allows(unit_id) or all(request.scope.allows(node) for node in placed)
