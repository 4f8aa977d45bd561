"""Who may do what, and what an identity provider says of a citizen, without any database."""

import base64
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tinhso.accounts.choices import Action, Role

ROLES_THAT_MAY: dict[Action, frozenset[Role]] = {
    Action.VIEW_FIGURES: frozenset(Role) - {Role.COMMUNITY_TEAM},
    Action.VIEW_RECORDS: frozenset({Role.DATA_OFFICER, Role.AGENCY_LEAD, Role.PLAN_OWNER}),
    Action.IMPORT_DATA: frozenset({Role.DATA_OFFICER, Role.PLAN_OWNER}),
    Action.MANAGE_PLAN: frozenset({Role.PLAN_OWNER}),
    Action.ASSIGN_TASKS: frozenset({Role.AGENCY_LEAD, Role.PLAN_OWNER}),
    Action.DO_TASKS: frozenset({Role.DATA_OFFICER, Role.AGENCY_LEAD}),
    Action.MAKE_RELEASE: frozenset({Role.PLAN_OWNER, Role.ADMINISTRATOR}),
    Action.REPORT_FIGURES: frozenset({Role.DATA_OFFICER, Role.AGENCY_LEAD}),
    Action.APPROVE_FIGURES: frozenset({Role.AGENCY_LEAD}),
    Action.CONFIRM_FIGURES: frozenset({Role.AGENCY_LEAD, Role.PLAN_OWNER}),
    Action.ADMINISTER: frozenset({Role.ADMINISTRATOR}),
    Action.RECEIVE_DOSSIERS: frozenset({Role.ONE_STOP_OFFICER}),
    Action.PROCESS_DOSSIERS: frozenset({Role.CASE_OFFICER}),
    Action.DECIDE_DOSSIERS: frozenset({Role.AGENCY_LEAD}),
    Action.ASSIST_PEOPLE: frozenset({Role.COMMUNITY_TEAM, Role.ONE_STOP_OFFICER}),
    Action.MANAGE_PROCEDURES: frozenset({Role.PLAN_OWNER, Role.ADMINISTRATOR}),
    Action.OVERSEE_SERVICES: frozenset({Role.AGENCY_LEAD, Role.PLAN_OWNER}),
    Action.READ_DOCUMENTS: frozenset(
        {Role.REGISTRAR, Role.CLERK, Role.AGENCY_LEAD, Role.CASE_OFFICER, Role.DATA_OFFICER, Role.PLAN_OWNER}
    ),
    Action.DRAFT_DOCUMENTS: frozenset(
        {Role.REGISTRAR, Role.CLERK, Role.AGENCY_LEAD, Role.CASE_OFFICER, Role.DATA_OFFICER, Role.PLAN_OWNER}
    ),
    Action.SIGN_DOCUMENTS: frozenset({Role.AGENCY_LEAD}),
    Action.REGISTER_DOCUMENTS: frozenset({Role.REGISTRAR}),
    Action.MANAGE_EXCHANGE: frozenset({Role.ADMINISTRATOR}),
}

USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,148}[a-z0-9])?")
CITIZENS_PREFIX = "cd-"  # of the names that citizens' accounts get; no official may have one


def is_username(text: str) -> bool:
    """Small letters without tone marks, digits, and . _ - between them: typed alike on every keyboard."""
    return USERNAME.fullmatch(text) is not None and not text.startswith(CITIZENS_PREFIX)


# ---- citizens: what their identity provider says ----

IDENTITY_NUMBER = re.compile(r"[0-9]{12}")
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d")  # how providers write a day of birth
CLAIMS = {  # our word: the claims that carry it, the first that is there counts
    "identity_number": ("identity_number", "SoDinhDanh"),
    "full_name": ("full_name", "HoVaTen", "name"),
    "born_on": ("birthdate", "NgayThangNamSinh"),
    "phone": ("phone_number", "SoDienThoai"),
    "email": ("email", "Email"),
    "address": ("address", "ThuongTru"),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A citizen as the identity provider describes the person (thông tin công dân).

    Attributes:
        identity_number: twelve digits (số định danh cá nhân).
        born_on: None when the provider does not say, or says a year only.
        phone: empty when the provider does not say; likewise email and address.
    """

    full_name: str
    identity_number: str
    born_on: dt.date | None
    phone: str
    email: str
    address: str


def plain_identity(text: str) -> str:
    """An identity number without the blanks and dots by which people group its digits."""
    return re.sub(r"[\s.]", "", text)


class UnfitClaims(ValueError):
    """What the provider says does not let anybody in; the text is a word for the audit trail, not for people."""


def nonce_of(code_verifier: str) -> str:
    """The nonce of a sign-in: made of the secret that only the asking session holds, and not telling it."""
    digest = hashlib.sha256(b"nonce:" + code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def require_same_sign_in(*, id_token: Mapping[str, Any], userinfo: Mapping[str, Any], code_verifier: str) -> None:
    """Check that an answer belongs to the session that asked, and all of it to one person.

    Raises:
        UnfitClaims: "nonce" or "subject", for what does not fit.
    """
    if not hmac.compare_digest(str(id_token.get("nonce", "")), nonce_of(code_verifier)):
        raise UnfitClaims("nonce")
    subject = id_token.get("sub")
    if not subject or subject != userinfo.get("sub", subject):
        raise UnfitClaims("subject")


def profile_of(claims: Mapping[str, Any]) -> Profile:
    """The person whom claims describe.

    Raises:
        UnfitClaims: "identity_number" or "full_name", for what is missing or malformed.
    """
    said = {ours: _first(claims, theirs) for ours, theirs in CLAIMS.items()}
    if not IDENTITY_NUMBER.fullmatch(said["identity_number"]):
        raise UnfitClaims("identity_number")
    if not said["full_name"]:
        raise UnfitClaims("full_name")
    return Profile(
        full_name=said["full_name"],
        identity_number=said["identity_number"],
        born_on=_day(said["born_on"]),
        phone=said["phone"],
        email=said["email"],
        address=said["address"],
    )


def assurance_of(acr: object) -> int:
    """The level of a sign-in (mức độ định danh) from the claim `acr`, such as "LoA2"; 1 when it says nothing."""
    found = re.search(r"([0-9])$", str(acr or ""))
    return 2 if found and int(found[1]) >= 2 else 1


def _first(claims: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The first claim that says something; an address may be an object with a formatted text (OpenID Connect)."""
    for name in names:
        value = claims.get(name)
        text = str((value.get("formatted") if isinstance(value, Mapping) else value) or "").strip()
        if text:
            return text
    return ""


def _day(text: str) -> dt.date | None:
    for form in DAYS:
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None
