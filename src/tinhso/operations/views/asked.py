"""What a page is about: unit, period and day, inside the reader's scope."""

import datetime as dt
import functools

from django.http import Http404
from django.utils.translation import gettext as _

from tinhso.accounts.api import SignedInRequest, unit_or_404
from tinhso.core.errors import ImpossibleRequest, UnknownName
from tinhso.indicators import api as indicators
from tinhso.operations.presenters import common
from tinhso.operations.presenters.common import Crumb, Option, OptionGroup, Pick, address
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow
from tinhso.plans import api as plans


class Asked:
    """Unit and period that a request names, or the reader's own unit and the year to date.

    Attributes:
        period: as the request names it; None for the default, so that addresses stay short.
        as_of: evaluation date.
    """

    def __init__(self, request: SignedInRequest, code: str = "") -> None:
        """Raises Http404 for what does not exist or lies outside the scope, ImpossibleRequest without data."""
        self.scope = request.scope
        self.period = request.GET.get("period") or None
        try:
            self.question = plans.question(number=None, period=self.period, as_of=None)
        except UnknownName:
            raise Http404 from None
        self.as_of: dt.date = self.question.as_of
        unit_id = self._unit_id(request, code or request.GET.get("unit", ""))
        if unit_id not in self.names:
            raise Http404
        self.unit = self.names[unit_id]

    def _unit_id(self, request: SignedInRequest, code: str) -> int:
        if not code:
            return unit_or_404(request, request.scope.top_unit_id)
        try:
            return unit_or_404(request, organizations.resolve(code, self.as_of).org_unit_id)
        except (UnknownName, organizations.AmbiguousUnit):
            raise Http404 from None

    @functools.cached_property
    def names(self) -> dict[int, UnitRow]:
        """The units of the day."""
        return {row.unit_id: row for row in organizations.units_on(self.as_of)}

    @property
    def unit_id(self) -> int:
        return self.unit.unit_id

    @property
    def code(self) -> str:
        return self.unit.code

    @property
    def year(self) -> int:
        return self.question.plan.year

    @functools.cached_property
    def above(self) -> list[UnitRow]:
        """The unit's superiors inside the scope, the highest first."""
        upward = reversed(organizations.ancestors(self.unit_id, self.as_of))
        return [self.names[unit] for unit in upward if self.scope.allows(unit)]

    @functools.cached_property
    def children(self) -> list[UnitRow]:
        """The units directly below."""
        return [row for row in self.names.values() if row.parent_id == self.unit_id]

    def below(self, kind: str) -> list[int]:
        """Units of one kind at any depth below."""
        under = organizations.descendants(self.unit_id, self.as_of) - {self.unit_id}
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

    def crumbs(self, *more: Crumb) -> list[Crumb]:
        """The unit's superiors, the unit, then the page."""
        found = [
            Crumb(row.name, address("operations:overview", unit=row.code, period=self.period)) for row in self.above
        ]
        own = address("operations:overview", unit=self.code, period=self.period) if more else ""
        return [*found, Crumb(self.unit.name, own), *more]

    def pick(self, action: str) -> Pick:
        """The form that leads to another unit or period of the same page."""
        units = common.unit_options(self.unit, self.above, self.children)
        chosen = self.question.period.code
        groups = common.period_options(self.year, self._until(), chosen, indicators.calendars_offered())
        if all(not option.is_chosen for group in groups for option in group.options):
            other = Option(chosen, common.capitalized(self.period_words), is_chosen=True)
            groups = [OptionGroup(_("Kỳ khác"), [other]), *groups]
        return Pick(action, units, groups)

    def _until(self) -> dt.date:
        """Last day of the plan's year that data cover, whatever period is looked at."""
        return plans.question(number=None, period=None, as_of=None).as_of


def asked_or_404(request: SignedInRequest, code: str = "") -> Asked:
    """The same for pages that have nothing to say without data."""
    try:
        return Asked(request, code)
    except ImpossibleRequest:
        raise Http404 from None
