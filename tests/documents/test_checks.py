"""Checks of signatures: undecided while grounds are missing, made again by themselves, and never the exchange's brake."""

import contextlib
import datetime as dt
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings as django_settings

from tests.documents import factories as make
from tests.documents import light
from tinhso.core import files, signers
from tinhso.core.models import AuditEntry, StoredFile
from tinhso.documents.choices import Verdict
from tinhso.documents.models import Document, DocumentEvent, Verification
from tinhso.documents.selectors import documents
from tinhso.documents.services import checks, inbox, trusting, unpacking
from tinhso.documents.services.agencies import Unfit
from tinhso.signing import soft_key
from tinhso.signing.soft_key import SoftKey

THEM = "Sở Nội vụ tỉnh bạn"
SOON = make.AT + checks.AGAIN


class Lists:
    """A server of revocation lists that can be up, down, slow, or fall silent in the middle."""

    def __init__(self):
        self.answer, self.asked, self.release = b"", 0, threading.Event()
        self.how = "up"
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked += 1
                if outer.how == "slow":
                    outer.release.wait(20)
                self.send_response(503 if outer.how == "down" else 200)
                self.send_header("Content-Length", str(len(outer.answer)))
                self.end_headers()
                if outer.how == "up":
                    self.wfile.write(outer.answer)
                if outer.how == "silent":
                    self.wfile.write(outer.answer[: len(outer.answer) // 2])
                    self.wfile.flush()
                    outer.release.wait(20)

            def log_message(self, *_given):
                pass

            def handle(self):
                with contextlib.suppress(OSError):  # who asked has gone
                    super().handle()

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/authority.crl"

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def lists(monkeypatch):
    found = Lists()
    monkeypatch.setattr(checks, "SECONDS", 0.3)
    yield found
    found.close()


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def theirs(tmp_path, lists):
    """Keys of another province, whose revocation list is at a server."""
    folder = tmp_path / "theirs"
    key = SoftKey.create(folder, name=THEM, organization=THEM, at=make.AT - dt.timedelta(days=9), crl_url=lists.url)
    lists.answer = soft_key.crl_of(folder, make.AT)
    return key


@pytest.fixture
def received(justice, theirs):
    """A signed document of an agency elsewhere, whose authority is trusted here."""
    trust(theirs)
    there = light.agency_there(light.partner(), name=THEM)
    content = light.packet(light.code_of(justice), light.part(theirs.sign(light.pdf(), at=make.AT)))
    inbox.receive(
        message_id="m1", recipient_code=light.code_of(justice), content=content, partner=there.partner, at=make.AT
    )
    for key in unpacking.waiting():
        unpacking.unpack(inbound_id=key, at=make.AT)
    return Document.objects.get(direction="in")


def trust(key, **changed):
    return trusting.trust_certificate(certificate=key.authority, kind="partner", actor="admin", at=make.AT, **changed)


def verdict(document):
    return documents.verification(document, THEM).verdict


# ---- F7: lists that cannot be had ---------------------------------------------------------------------------------


def test_without_a_revocation_list_nothing_is_decided(received):
    check = documents.verification(received, THEM)

    assert (check.verdict, check.next_try_at) == (Verdict.UNDETERMINED, SOON)


def test_once_the_list_can_be_had_the_check_passes_by_itself(received, lists):
    assert checks.retry(at=SOON) == 1

    assert verdict(received) == Verdict.PASSED
    assert lists.asked == 1
    assert DocumentEvent.objects.filter(document=received, step="checked").count() == 1
    assert checks.retry(at=SOON + checks.AGAIN) == 0


@pytest.mark.parametrize("how", ["down", "slow", "silent"])
def test_a_server_that_gives_no_list_leaves_the_check_open_until_it_does(received, lists, how):
    lists.how = how
    assert checks.retry(at=SOON) == 0
    assert (verdict(received), documents.verification(received, THEM).next_try_at) == (
        Verdict.UNDETERMINED,
        SOON + checks.AGAIN,
    )
    lists.release.set()

    lists.how = "up"
    assert checks.retry(at=SOON + checks.AGAIN) == 1
    assert verdict(received) == Verdict.PASSED


@pytest.mark.parametrize("answer", [b"", b"<html>404</html>", b"\x30\x82" * 50], ids=["empty", "html", "garbage"])
def test_what_is_no_list_decides_nothing(received, lists, answer):
    lists.answer = answer

    assert checks.retry(at=SOON) == 0

    assert verdict(received) == Verdict.UNDETERMINED


def test_a_list_of_somebody_else_decides_nothing(received, lists, tmp_path):
    SoftKey.create(tmp_path / "liar", name="x", organization="x", at=make.AT)
    lists.answer = soft_key.crl_of(tmp_path / "liar", make.AT)

    assert checks.retry(at=SOON) == 0

    assert verdict(received) == Verdict.UNDETERMINED


def test_an_old_list_decides_nothing(received, lists, tmp_path):
    lists.answer = soft_key.crl_of(tmp_path / "theirs", make.AT - dt.timedelta(days=400))

    assert checks.retry(at=SOON) == 0

    assert verdict(received) == Verdict.UNDETERMINED


def test_a_list_that_is_too_long_is_not_kept(received, lists, monkeypatch):
    monkeypatch.setattr(checks, "MOST", 100)

    assert checks.retry(at=SOON) == 0

    assert not list((django_settings.HOME / "revocation").glob("*.crl"))


def test_checks_that_are_not_due_are_left_alone(received, lists):
    assert checks.retry(at=make.AT) == 0
    assert lists.asked == 0


# ---- what must not stop the others --------------------------------------------------------------------------------


def undecided(content, at=make.AT):
    import io

    file = files.store(content=io.BytesIO(content), name="x.pdf", media_type="application/pdf", at=at)
    return checks.check(file=file, pdf=content, expected=THEM, at=at)


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_a_file_that_cannot_be_read_keeps_no_other_from_being_checked(justice, theirs, lists, how):
    trust(theirs)
    lost, fine = (undecided(theirs.sign(light.pdf(), at=make.AT, reason=reason)) for reason in ("mất", "còn"))
    path = files.path_of(lost.file.sha256)
    path.unlink() if how == "missing" else path.write_bytes(b"other")

    assert checks.retry(at=SOON, most=1) + checks.retry(at=SOON, most=1) == 1

    fine.refresh_from_db()
    assert fine.verdict == Verdict.PASSED


def test_a_check_that_a_newer_policy_decides_is_not_made_for_ever(received, theirs, lists, tmp_path):
    other = SoftKey.create(tmp_path / "other", name="x", organization="x", at=make.AT)
    trust(other)  # another list of authorities, so another policy

    assert checks.retry(at=SOON) == 1
    assert checks.retry(at=SOON + checks.AGAIN) == 0

    assert verdict(received) == Verdict.PASSED
    assert DocumentEvent.objects.filter(document=received, step="checked").count() == 1


def test_a_check_that_was_decided_is_not_made_again(received, monkeypatch):
    checks.retry(at=SOON)
    check = documents.verification(received, THEM)
    monkeypatch.setattr(checks, "verify", None)

    again = checks.check(file=check.file, pdf=b"", expected=THEM, at=SOON)

    assert again.pk == check.pk


# ---- whose signature ----------------------------------------------------------------------------------------------


def test_the_signature_of_another_agency_than_the_sender_does_not_pass(justice, theirs, lists):
    trust(theirs)
    content = theirs.sign(light.pdf(), at=make.AT)
    file = StoredFile.objects.create(sha256="1" * 64, size=1, name="x", media_type="x", stored_at=make.AT)

    found = checks.check(file=file, pdf=content, expected="Sở Tài chính", at=make.AT)

    assert found.verdict == Verdict.FAILED


def test_a_signature_from_the_future_is_not_decided_yet(justice):
    later = make.AT + dt.timedelta(days=1)
    key = signers.of_organization(name=THEM, at=make.AT)
    content = key.sign(light.pdf(), at=later)

    early, then = (checks.look_at(content, expected=THEM, at=at) for at in (make.AT, later))

    assert (early.verdict, then.verdict) == (Verdict.UNDETERMINED, Verdict.PASSED)


def test_looking_at_a_file_keeps_nothing(justice):
    checks.look_at(light.pdf(), expected="", at=make.AT)

    assert not Verification.objects.exists()


def test_the_evidence_of_a_check_is_kept_with_it(received):
    checks.retry(at=SOON)

    check = documents.verification(received, THEM)
    material = checks.Material.loads(bytes(check.evidence).decode())
    assert material.crls


# ---- whom we trust ------------------------------------------------------------------------------------------------


def test_an_authority_on_the_list_is_noted_in_the_audit(theirs, province):
    fingerprint = trust(theirs, note="Tỉnh bạn")

    entry = AuditEntry.objects.get(action="documents.authority_trusted")
    assert (entry.obj, entry.details) == (f"certificate:{fingerprint}", {"kind": "partner"})
    assert len(checks.trust().anchors) == 1


def test_an_authority_is_on_the_list_once(theirs, province):
    for _time in range(2):
        trust(theirs)

    assert len(checks.trust().anchors) == 1


@pytest.mark.parametrize(
    "content", [b"", b"khong phai", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_not_trusted(db, content):
    with pytest.raises(Unfit):
        trusting.trust_certificate(certificate=content, kind="partner", actor="admin", at=make.AT)

    assert checks.trust().anchors == ()


def test_an_unknown_kind_of_authority_is_refused_and_the_list_stays(theirs, province):
    trust(theirs)

    with pytest.raises(Unfit, match="kind"):
        trusting.trust_certificate(certificate=theirs.authority, kind="bạn bè", actor="admin", at=make.AT)

    assert [str(anchor.kind) for anchor in checks.trust().anchors] == ["partner"]


def test_only_active_partners_are_believed_at_the_door(province):
    light.partner()
    other = light.partner("axis", name="Trục")
    gone = light.identity.own(make.AT).certificate_pem

    where = trusting.write_partners_file()
    assert where.read_text().strip() == gone.strip()
    light.Partner.objects.exclude(pk=other.pk).update(is_active=False)

    assert trusting.write_partners_file().read_text().strip() == ""
