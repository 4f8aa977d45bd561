"""Agencies of the province with their people, and documents at points of their way."""

import datetime as dt
from dataclasses import dataclass

from tests.accounts.factories import FIRST, PASSWORD
from tinhso.accounts import api as accounts
from tinhso.accounts.api import Role, User
from tinhso.core.clock import VIETNAM
from tinhso.documents.models import Agency, Document
from tinhso.documents.rules.life import By
from tinhso.documents.selectors import agencies
from tinhso.documents.services import agencies as setting_up
from tinhso.documents.services import dispatching, drafting, sending, signing, unpacking
from tinhso.organizations import api as organizations

AT = dt.datetime(2024, 1, 15, 9, 0, tzinfo=VIETNAM)
DRAFTER, LEADER, REGISTRAR, HANDLER = (frozenset({by}) for by in (By.DRAFTER, By.LEADER, By.REGISTRAR, By.HANDLER))
JUSTICE, HOME, FINANCE, COMMUNE = "SL-STP", "SL-SNV", "SL-STC", "03646"


@dataclass
class Office:
    """An agency and one person for each of its roles."""

    agency: Agency
    clerk: User
    leader: User
    registrar: User

    def __post_init__(self) -> None:
        self.agency.refresh_from_db()


def office(code: str = JUSTICE, at: dt.datetime = AT) -> Office:
    """An agency of the province with a clerk, a leader and a registrar."""
    setting_up.ensure_ours(on=at.date())
    unit = organizations.resolve(code, at.date()).org_unit_id
    agency = agencies.of_unit(unit)
    assert agency is not None
    people = {role: official(role, code, unit) for role in (Role.CLERK, Role.AGENCY_LEAD, Role.REGISTRAR)}
    return Office(agency, people[Role.CLERK], people[Role.AGENCY_LEAD], people[Role.REGISTRAR])


def official(role: str, code: str, unit: int) -> User:
    """Somebody with one role at a unit; the same one when asked again."""
    username = f"{role}.{code}".lower().replace("_", "-")
    found = User.objects.filter(username=username).first()
    if found is not None:
        return found
    user = accounts.create_user(
        username=username, full_name=f"Người mẫu {code}", password=PASSWORD, actor="test", at=AT
    )
    accounts.assign(user=user, role=role, unit_id=unit, valid_from=FIRST, actor="test", at=AT)
    return user


def text(who: Office, **changed) -> drafting.Text:
    """What a drafter writes."""
    given = {
        "kind": "KH",
        "subject": "Triển khai chuyển đổi số năm 2024",
        "body": "I. MỤC ĐÍCH, YÊU CẦU\n- Nâng tỷ lệ văn bản ký số.\n\nII. TỔ CHỨC THỰC HIỆN\nCác đơn vị thực hiện./.",
        "signer_id": who.leader.pk,
        "signer_position": "Giám đốc",
        "signer_name": who.leader.full_name,
        "places_to": ("Như trên", "Lưu: VT"),
    }
    return drafting.Text(**(given | changed))


def draft(who: Office, at: dt.datetime = AT, **changed) -> Document:
    """A draft."""
    return drafting.create_draft(agency=who.agency, text=text(who, **changed), author=who.clerk, at=at)


def to_sign(who: Office, at: dt.datetime = AT, **changed) -> Document:
    """A document that waits for the leader's signature."""
    made = draft(who, at, **changed)
    made = drafting.submit(
        document_id=made.pk, revision=made.revision, actor=who.clerk.username, acts_as=DRAFTER, at=at
    )
    return drafting.approve(
        document_id=made.pk, revision=made.revision, actor=who.leader.username, acts_as=LEADER, at=at
    )


def signed(who: Office, at: dt.datetime = AT, **changed) -> Document:
    """A document that the leader has signed."""
    made = to_sign(who, at, **changed)
    return signing.sign(document_id=made.pk, revision=made.revision, signer=who.leader, acts_as=LEADER, at=at)


def issued(who: Office, at: dt.datetime = AT, **changed) -> Document:
    """An issued document."""
    made = signed(who, at, **changed)
    return signing.issue(
        document_id=made.pk, revision=made.revision, actor=who.registrar.username, acts_as=REGISTRAR, at=at
    )


def sent(who: Office, *to: Office, at: dt.datetime = AT, **changed) -> Document:
    """An issued document on its way to others."""
    made = issued(who, at, **changed)
    send(made, who, *to, at=at)
    made.refresh_from_db()
    return made


def send(document: Document, who: Office, *to: Office, at: dt.datetime = AT):
    """Send an issued document to others."""
    document.refresh_from_db()
    return sending.send(
        document_id=document.pk,
        revision=document.revision,
        recipients=[each.agency for each in to],
        actor=who.registrar.username,
        acts_as=REGISTRAR,
        at=at,
    )


def exchange(at: dt.datetime = AT) -> int:
    """Let the exchange run until nothing moves any more."""
    done = 0
    while True:
        moved = dispatching.run(at=at)
        for key in unpacking.waiting():
            moved += unpacking.unpack(inbound_id=key, at=at)
        done += moved
        if not moved:
            return done


def copy_of(document: Document, who: Office) -> Document:
    """The copy that another agency received."""
    return Document.objects.get(direction="in", agency=who.agency, code=document.code)


def appendix() -> bytes:
    """A PDF of one page that nobody has signed."""
    from tinhso.core.papers import pdf

    return pdf.from_html("<p>Phụ lục</p>", pdf.STYLE)


def shown(pdf: bytes) -> str:
    """The text of a PDF's first page with what its signature fields show."""
    import io

    import pikepdf
    import pypdfium2

    flat = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.flatten_annotations("all")
        opened.save(flat)
    with pypdfium2.PdfDocument(flat.getvalue()) as pages:
        return str(pages[0].get_textpage().get_text_range())
