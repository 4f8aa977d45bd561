"""State secrets: whatever way they come, nothing of them is kept but, of packets, their hash and their sender."""

import hashlib
import io
import zipfile

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.models.functions import Cast

from tests.documents import factories as make
from tests.documents import light
from tests.documents.test_drafting import act, given_file
from tinhso.core.models import AuditEntry
from tinhso.documents.models import Document, Inbound, SecretCount
from tinhso.documents.services import drafting, inbox, requests, secrets, sending, signing
from tinhso.documents.services.secrets import StateSecret
from tinhso.edxml import Business

CANARY = "chimhoangyen"


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def there(justice):
    return light.agency_there(light.partner())


def traces(word=CANARY):
    """Every table and file in which a word stands."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BinaryField):
                rows = model._default_manager.values_list(field.attname, flat=True)
                found += [str(field) for value in rows if value and word.encode() in bytes(value)]
            elif isinstance(field, models.CharField | models.TextField | models.JSONField):
                as_text = model._default_manager.annotate(as_text=Cast(field.attname, models.TextField()))
                found += [str(field)] * as_text.filter(as_text__icontains=word).count()
    folder = settings.HOME
    found += [str(path) for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
    return found


def test_traces_are_found_where_there_are_some(justice):
    made = make.draft(justice, subject=f"Kế hoạch {CANARY}")
    given_file(made, light.word_saying("bìa"), f"{CANARY}.docx", as_what=drafting.attach)

    assert {"documents.Document.subject", "documents.Document.found_by", "documents.Attachment.name"} <= set(traces())


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": f"{CANARY}\nMẬT"},
        {"subject": "TỐI MẬT", "body": CANARY},
        {"body": f"MẬT\n{CANARY}"},
        {"body": f"Kính gửi\nT U Y Ệ T   M Ậ T\n{CANARY}"},
        {"body": CANARY, "places_to": ("Như trên", "Độ mật: Mật")},
    ],
)
def test_nothing_of_a_marked_draft_is_kept(justice, changed):
    with pytest.raises(StateSecret):
        make.draft(justice, **changed)

    assert traces() == []
    assert not Document.objects.exists()


def test_a_draft_into_which_a_mark_is_written_stays_as_it_was(justice):
    document = make.draft(justice)

    with pytest.raises(StateSecret):
        act(drafting.edit_draft, document, make.DRAFTER, text=make.text(justice, body=f"MẬT\n{CANARY}"))

    document.refresh_from_db()
    assert (document.revision, traces()) == (1, [])


@pytest.mark.parametrize("as_what", [drafting.upload, drafting.attach])
@pytest.mark.parametrize(
    "made",
    [
        lambda: ("a.pdf", light.pdf_saying("Số: 01/KH-STP", "MẬT", CANARY)),
        lambda: ("a.docx", light.word_saying("TUYỆT MẬT", CANARY)),
        lambda: ("a.docx", light.word_saying(CANARY, table=("SỞ TƯ PHÁP\nMẬT", "Độc lập"))),
        lambda: ("a.docx", light.word_saying(CANARY, head="TỐI MẬT")),
    ],
    ids=["pdf", "word", "word-table", "word-head"],
)
def test_nothing_of_a_marked_file_is_kept(justice, pdf_tools, as_what, made):
    document = make.draft(justice)
    name, content = made()

    with pytest.raises(StateSecret):
        given_file(document, content, f"{CANARY}-{name}", as_what=as_what)

    assert traces() == []
    assert not any(settings.FILES_DIR.rglob("*"))


def test_a_file_that_speaks_of_secrets_is_taken(justice, pdf_tools):
    document = make.draft(justice)

    given_file(document, light.pdf_saying("Tập huấn bảo vệ bí mật nhà nước"), as_what=drafting.attach)

    assert document.attachments.count() == 1


def test_nothing_of_a_marked_remark_is_kept(justice):
    document = make.draft(justice)

    with pytest.raises(StateSecret):
        drafting.remark(document_id=document.pk, text=f"{CANARY}\nMẬT", author="x", at=make.AT)

    assert traces() == []


def test_nothing_of_a_marked_paper_is_registered(justice):
    with pytest.raises(StateSecret):
        signing.register_paper(
            agency=justice.agency,
            text=make.text(justice, subject=f"MẬT\n{CANARY}"),
            issued_on=make.AT.date(),
            actor=justice.registrar,
            at=make.AT,
        )

    assert traces() == []


@pytest.mark.parametrize("what", [sending.recall, sending.update])
def test_nothing_of_a_marked_reason_leaves(justice, what):
    document = light.sent(justice, make.office(make.HOME))
    given = {"subject": "Trích yếu", "reply_due_on": None} if what is sending.update else {}

    with pytest.raises(StateSecret):
        act(what, document, make.REGISTRAR, reason=f"{CANARY}\nTỐI MẬT", **given)

    assert traces() == []


def test_nothing_of_a_marked_answer_leaves(justice):
    with pytest.raises(StateSecret):
        requests.decide(request_id=1, agrees=False, reason=f"{CANARY}\nMẬT", actor="x", at=make.AT)


def test_what_was_marked_after_it_was_issued_is_not_sent(justice):
    document = light.issued(justice)
    Document.objects.filter(pk=document.pk).update(summary="MẬT")

    with pytest.raises(StateSecret):
        make.send(document, justice, make.office(make.HOME))

    assert not document.deliveries.exists()


# ---- what comes ---------------------------------------------------------------------------------------------------


def zipped(name, content):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(name, content)
    return whole.getvalue()


MARKED = {
    "subject": lambda to: light.packet(to, subject=f"{CANARY}\nMẬT"),
    "content": lambda to: light.packet(to, subject=CANARY, content="TỐI MẬT"),
    "places": lambda to: light.packet(to, subject=CANARY, to_places=("Lưu: VT", "MẬT")),
    "reason": lambda to: light.packet(to, subject=CANARY, business=Business(1, reason="TUYỆT MẬT", document_id="x")),
    "pdf": lambda to: light.packet(to, light.part(light.pdf_saying("MẬT", CANARY)), subject=CANARY),
    "second-pdf": lambda to: light.packet(
        to, light.part(light.pdf()), light.part(light.pdf_saying("MẬT"), "pl.pdf"), subject=CANARY
    ),
    "zipped-pdf": lambda to: light.packet(
        to, light.part(zipped("vb.pdf", light.pdf_saying("MẬT")), media_type="application/zip"), subject=CANARY
    ),
    "word": lambda to: light.packet(to, light.part(light.word_saying("MẬT"), "vb.docx"), subject=CANARY),
}


@pytest.mark.parametrize("where", MARKED)
def test_of_a_marked_packet_only_its_hash_and_its_sender_are_kept(justice, there, pdf_tools, where):
    content = MARKED[where](light.code_of(justice))

    with pytest.raises(inbox.NotTaken) as refusal:
        inbox.receive(
            message_id="m1",
            recipient_code=light.code_of(justice),
            content=content,
            partner=there.partner,
            at=make.AT,
        )

    assert refusal.value.code == "refused_as_secret"
    assert (traces(), Inbound.objects.count(), Document.objects.count()) == ([], 0, 0)
    entry = AuditEntry.objects.get(action="documents.secret_refused")
    assert entry.obj == f"packet:{hashlib.sha256(content).hexdigest()}"
    assert (entry.actor, entry.details) == (there.name, {"sender": light.THERE})


def test_of_a_marked_state_nothing_is_kept(justice, there):
    document = light.issued(justice)
    content = light.status(document, "02", description=f"{CANARY}\nMẬT")

    with pytest.raises(inbox.NotTaken):
        inbox.receive(
            message_id="m1", recipient_code=light.code_of(justice), content=content, partner=there.partner, at=make.AT
        )

    assert traces() == []


# ---- the last wall ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["mat", "secret", ""])
def test_the_database_has_no_place_for_secret_documents(justice, level):
    document = make.draft(justice)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE documents_document SET secrecy = %s WHERE id = %s", [level, document.pk])

    document.refresh_from_db()
    assert document.secrecy == "ordinary"


def test_the_form_offers_no_secrecy():
    from tinhso.documents.forms import DraftForm

    assert not any("secre" in name or "mat" in name for name in DraftForm.base_fields)


def test_of_secret_documents_only_the_yearly_count_is_kept(justice):
    for count in (3, 4):
        secrets.enter_count(agency=justice.agency, year=2023, count=count, actor="van-thu", at=make.AT)

    assert SecretCount.objects.get().count == 4
    entries = AuditEntry.objects.filter(action="documents.secret_count_entered").order_by("pk")
    assert [entry.details["count"] for entry in entries] == [3, 4]
