"""Agencies and partners as administrators set them up."""

import datetime as dt
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, sealed
from tinhso.core.errors import ImpossibleRequest
from tinhso.core.words import without_tones
from tinhso.documents.choices import ChannelKind
from tinhso.documents.models import Agency, AgencyCode, Dispatch, Partner
from tinhso.documents.rules import naming
from tinhso.edxml import identifiers
from tinhso.organizations import api as organizations

FIRST_DAY = dt.date(2000, 1, 1)


class Unfit(ImpossibleRequest):
    """Something about an agency or a partner that cannot be so."""


@transaction.atomic
def ensure_ours(*, on: dt.date) -> int:
    """Have every unit of a day among the agencies, each with an identifier; safe to repeat.

    A unit gets a provisional identifier, plainly made of its code, until the province enters the real one.

    Returns:
        How many were added.
    """
    known = set(Agency.objects.filter(org_unit__isnull=False).values_list("org_unit_id", flat=True))
    rows = [row for row in organizations.units_on(on) if row.unit_id not in known]
    province = next((row.name for row in organizations.units_on(on) if row.kind == "province"), "")
    for row in rows:
        agency = Agency.objects.create(
            org_unit_id=row.unit_id,
            name=naming.official_name(row.kind, row.name),
            notation=naming.notation(row.kind, row.name),
            superior=naming.superior(row.kind, province),
            place=naming.place(row.kind, row.name, province),
        )
        AgencyCode.objects.create(
            agency=agency,
            scheme=naming.PROVISIONAL,
            code=provisional_code(row.code, on),
            valid_from=FIRST_DAY if row.kind == "department" else on,
            is_provisional=True,
        )
    return len(rows)


def provisional_code(code: str, on: dt.date) -> str:
    """An identifier for a unit that has none yet; commune codes return, so the year of the list is in it."""
    plain = "".join(letter for letter in without_tones(code).upper() if letter.isalnum())
    return f"{settings.ORGAN_PREFIX}.T{on:%y}.{plain}"[:35]


@transaction.atomic
def add_partner(
    *,
    name: str,
    channel: str,
    address: str,
    actor: str,
    at: dt.datetime,
    certificate: str = "",
    account: str = "",
    secret: str = "",
) -> Partner:
    """Make another system known.

    Args:
        certificate: PEM; of an installation it is what it is known by.
        account: our identifier at a gateway; empty for installations.
        secret: the key that goes with it; kept encrypted.

    Raises:
        Unfit: the certificate cannot be read, an installation has none, or the name is taken.
    """
    if Partner.objects.filter(name=name).exists():
        raise Unfit(_("Đã có hệ thống đối tác tên “%(name)s”.") % {"name": name})
    fingerprint = fingerprint_of(certificate) if certificate else ""
    if channel == ChannelKind.DIRECT and not fingerprint:
        raise Unfit(_("Kênh trực tiếp cần chứng thư của hệ thống đối tác (tệp PEM)."))
    partner = Partner.objects.create(
        name=name,
        channel=channel,
        address=address.rstrip("/"),
        certificate=certificate,
        fingerprint=fingerprint,
        account=account,
        sealed_secret=sealed.seal(secret) if secret else "",
    )
    audit.record(
        actor=actor,
        action="documents.partner_added",
        obj=f"partner:{partner.pk}",
        details={"name": name, "channel": channel, "fingerprint": fingerprint},
        at=at,
    )
    return partner


@transaction.atomic
def add_agency(
    *, name: str, code: str, partner: Partner, actor: str, at: dt.datetime, scheme: str = naming.GIVEN, place: str = ""
) -> Agency:
    """Make an agency known that a partner reaches.

    Raises:
        Unfit: the identifier is none, or another agency has it.
    """
    _require_identifier(code)
    if AgencyCode.objects.filter(code=code, valid_to__isnull=True).exists():
        raise Unfit(_("Mã %(code)s đang là của một cơ quan khác.") % {"code": code})
    agency = Agency.objects.create(name=name, partner=partner, place=place)
    AgencyCode.objects.create(agency=agency, scheme=scheme, code=code, valid_from=at.date())
    audit.record(actor=actor, action="documents.agency_added", obj=f"agency:{agency.pk}", details={"code": code}, at=at)
    return agency


@transaction.atomic
def give_code(*, agency: Agency, scheme: str, code: str, valid_from: dt.date, actor: str, at: dt.datetime) -> None:
    """Enter an identifier that an agency was given; a provisional one stays valid for what is on its way.

    Raises:
        Unfit: the identifier is none, or another agency has it.
    """
    _require_identifier(code)
    taken = AgencyCode.objects.filter(code=code, valid_to__isnull=True).exclude(agency=agency)
    if taken.exists():
        raise Unfit(_("Mã %(code)s đang là của một cơ quan khác.") % {"code": code})
    AgencyCode.objects.get_or_create(agency=agency, code=code, valid_from=valid_from, defaults={"scheme": scheme})
    audit.record(actor=actor, action="documents.code_given", obj=f"agency:{agency.pk}", details={"code": code}, at=at)


@transaction.atomic
def release_partner(*, partner_id: int, actor: str, at: dt.datetime) -> None:
    """Go on sending to a partner that was parked."""
    Partner.objects.filter(pk=partner_id).update(parked_reason="")
    Dispatch.objects.filter(recipient__partner=partner_id, done_at__isnull=True).update(told_at=None)
    audit.record(actor=actor, action="documents.partner_released", obj=f"partner:{partner_id}", details={}, at=at)


def fingerprint_of(pem: str) -> str:
    """The SHA-256 of a certificate.

    Raises:
        Unfit: the text is none.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise Unfit(_("Tệp không phải chứng thư ở dạng PEM.")) from None
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def _require_identifier(code: str) -> None:
    try:
        identifiers.scheme_of(code)
    except identifiers.NotAnOrganId:
        raise Unfit(
            _("“%(code)s” không phải mã định danh cơ quan (QĐ 20/2020/QĐ-TTg).") % {"code": code[:60]}
        ) from None
