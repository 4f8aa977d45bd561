"""Agencies by code and day, and the codes by which packets name them."""

import datetime as dt

from django.db.models import BigIntegerField, CharField, DateField, Q, QuerySet
from django.utils.translation import gettext as _

from tinhso.core.errors import RuleViolation
from tinhso.core.prepared import Prepared, Slot
from tinhso.documents.models import Agency, AgencyCode, Partner


class NoCode(RuleViolation):
    """An agency without a valid identifier can neither send nor receive."""


_BY_CODE = Prepared(
    lambda: Agency.objects.filter(
        Q(codes__valid_to__isnull=True) | Q(codes__valid_to__gte=Slot("on", DateField())),
        codes__code=Slot("code", CharField()),
        codes__valid_from__lte=Slot("on", DateField()),
    ).order_by("-codes__valid_from")[:1]
)
_CODE_OF = Prepared(
    lambda: (
        AgencyCode.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=Slot("on", DateField())),
            agency=Slot("agency", BigIntegerField()),
            valid_from__lte=Slot("on", DateField()),
        )
        .order_by("is_provisional", "-valid_from")
        .values_list("code")[:1]
    )
)


def by_code(code: str, on: dt.date) -> Agency | None:
    """The agency that an identifier names on a day; None for one that we do not know.

    Args:
        code: of any scheme, old or new (mã định danh).
    """
    return _BY_CODE.first(code=code.strip()[:35], on=on)


def code_of(agency: Agency, on: dt.date) -> str:
    """The identifier under which an agency sends on a day: the newest that is valid.

    Raises:
        NoCode: it has none.
    """
    for (code,) in _CODE_OF.rows(agency=agency.pk, on=on):
        return str(code)
    raise NoCode(
        _("“%(name)s” chưa có mã định danh; hãy ghi mã trong danh sách cơ quan trao đổi văn bản.")
        % {"name": agency.name}
    )


def aliases(on: dt.date) -> dict[str, int]:
    """Every identifier that is valid on a day, with the agency's key."""
    return dict(_valid(on).values_list("code", "agency_id"))


def ours(units: frozenset[int]) -> QuerySet[Agency]:
    """Agencies of this installation among units, by name."""
    return Agency.objects.filter(org_unit__in=units, is_active=True).order_by("name")


def of_unit(unit_id: int) -> Agency | None:
    """The agency of a unit; None while it takes no part in the exchange."""
    return Agency.objects.filter(org_unit=unit_id).first()


def addressees(*, search: str = "") -> QuerySet[Agency]:
    """Who can be sent documents: units of ours and agencies that partners reach, by name."""
    found = Agency.objects.filter(is_active=True).select_related("partner")
    return (found.filter(name__icontains=search) if search else found).order_by("name")


def partner_of(fingerprint: str) -> Partner | None:
    """The partner whose certificate has this fingerprint; None for a stranger."""
    return Partner.objects.filter(fingerprint=fingerprint, is_active=True).first() if fingerprint else None


def _valid(on: dt.date) -> QuerySet[AgencyCode]:
    return AgencyCode.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


def partners_parked() -> list[str]:
    """Partners that wait for a person, by name."""
    return list(Partner.objects.exclude(parked_reason="").order_by("name").values_list("name", flat=True))
