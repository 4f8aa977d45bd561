"""Issued files get time stamps when the authority can be had, and count without until then."""

import io

import pytest

from tests.documents import factories as make
from tinhso.core import files, signers
from tinhso.documents.choices import Verdict, VersionKind
from tinhso.documents.models import Attachment, Verification
from tinhso.documents.services import raising, sending, signing
from tinhso.signing import stand_in
from tinhso.signing.timestamps import TimestampFailed


class Down:
    def stamp(self, digest):
        raise TimestampFailed("down")


@pytest.fixture
def justice(province, pdf_tools):
    return make.office(make.JUSTICE)


@pytest.fixture
def authority():
    return stand_in.TimestampAuthority.create(signers.folder(), make.AT).at(make.AT)


def test_a_file_gets_time_stamps_and_still_passes(justice, authority):
    document = make.issued(justice)

    assert raising.raise_waiting(at=make.AT, authority=authority) == 1

    newest = sending.sealed(document)
    check = Verification.objects.get(file=newest.file)
    assert newest.kind == VersionKind.RAISED
    assert (check.verdict, check.report["reasons"]) == (Verdict.PASSED, [])
    assert {each["role"] for each in check.report["signatures"]} == {"person", "organization", "timestamp"}
    assert raising.raise_waiting(at=make.AT, authority=authority) == 0


def test_an_authority_that_is_down_leaves_the_document_issued(justice):
    document = make.issued(justice)

    assert raising.raise_waiting(at=make.AT, authority=Down()) == 0

    assert sending.sealed(document).kind == VersionKind.SEALED
    assert raising.waiting(make.AT).count() == 1


def test_an_appendix_is_signed_with_number_and_moment(justice):
    document = make.signed(justice)
    with io.BytesIO(make.appendix()) as content:
        stored = files.store(content=content, name="phu-luc.pdf", media_type="application/pdf", at=make.AT)
    Attachment.objects.create(
        document=document, position=1, file=stored, name="phu-luc.pdf", media_type="application/pdf"
    )

    document = signing.issue(
        document_id=document.pk, revision=document.revision, actor="vanthu", acts_as=make.REGISTRAR, at=make.AT
    )

    appendix = document.attachments.get()
    with files.open_stored(appendix.file.sha256) as content:
        whole = content.read()
    assert appendix.is_signed
    assert make.shown(whole).count("01/KH-STP; 15/01/2024 09:00:00 +07:00") == 1
