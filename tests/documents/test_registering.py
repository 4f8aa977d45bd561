"""Registers: documents in are numbered and answered for, the sender hears of every step once, everything is found."""

import datetime as dt
import unicodedata

import pytest

from tests.documents import factories as make
from tests.documents import light
from tinhso.documents.choices import State
from tinhso.documents.models import Delivery, Dispatch, Document
from tinhso.documents.selectors import documents, waiting
from tinhso.documents.services import inbox, numbers, registering, steps, unpacking

LATER = make.AT + dt.timedelta(minutes=5)


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def home_affairs(province):
    return make.office(make.HOME)


@pytest.fixture
def copy(justice, home_affairs):
    """A document that has arrived."""
    document = light.sent(justice, home_affairs)
    make.exchange()
    return make.copy_of(document, home_affairs)


def sent_of(copy):
    return Document.objects.get(direction="out", code=copy.code)


def test_documents_in_are_numbered_as_they_are_taken_in(justice, home_affairs):
    sent = [light.sent(justice, home_affairs, subject=subject) for subject in ("một", "hai")]
    make.exchange()
    first, second = (make.copy_of(document, home_affairs) for document in sent)

    numbers_in = [light.do("register", copy, home_affairs).arrival.number for copy in (second, first)]

    assert numbers_in == [1, 2]


def test_every_step_is_told_to_the_sender_once(copy, home_affairs):
    for minute, step in enumerate(("register", "assign", "begin", "finish")):
        light.do(step, copy, home_affairs, at=make.AT + dt.timedelta(minutes=minute))
        make.exchange(make.AT + dt.timedelta(minutes=minute))
        make.exchange(make.AT + dt.timedelta(minutes=minute))

    document = sent_of(copy)
    assert light.codes(document) == ["01", "03", "04", "05", "06"]
    assert light.delivery(document).standing == "done"


def test_a_refusal_is_told_with_its_reason(copy, home_affairs):
    light.do("refuse", copy, home_affairs, reason="Không đúng thẩm quyền")
    make.exchange()

    delivery = light.delivery(sent_of(copy))
    assert (delivery.standing, delivery.refusal) == ("refused", "Không đúng thẩm quyền")


def test_opinions_of_leaders_stay_at_home(copy, home_affairs):
    light.do("register", copy, home_affairs)

    light.do("assign", copy, home_affairs, opinion="Chỉ trong cơ quan")
    make.exchange()

    receipt = light.delivery(sent_of(copy)).receipts.get(code="04")
    assert "Chỉ trong cơ quan" not in receipt.raw + receipt.description


def test_a_refusal_without_a_reason_is_refused_itself(copy, home_affairs):
    with pytest.raises(registering.ReasonMissing):
        light.do("refuse", copy, home_affairs, reason="  ")

    copy.refresh_from_db()
    assert copy.state == State.ARRIVED


def test_a_step_and_its_word_to_the_sender_go_together_or_not_at_all(copy, home_affairs, monkeypatch):
    def broken(*_given, **_named):
        raise RuntimeError

    before = Dispatch.objects.count()
    monkeypatch.setattr(registering.statuses, "tell", broken)

    with pytest.raises(RuntimeError):
        light.do("register", copy, home_affairs)

    copy.refresh_from_db()
    assert (copy.state, copy.arrival.number, Dispatch.objects.count()) == (State.ARRIVED, None, before)
    assert numbers.take(agency=copy.agency, series=numbers.IN, document=copy, on=make.AT.date(), at=make.AT) == 1


def test_nothing_is_taken_in_before_its_files_are_stored(justice, home_affairs):
    document = light.sent(justice, home_affairs)
    make.dispatching.run(at=make.AT)

    with pytest.raises(registering.NotUnpacked):
        light.do("register", make.copy_of(document, home_affairs), home_affairs)


def test_of_two_registrars_the_second_is_told(copy, home_affairs):
    seen = copy.revision
    light.do("register", copy, home_affairs)

    with pytest.raises(steps.WrittenMeanwhile):
        registering.refuse(
            document_id=copy.pk,
            revision=seen,
            reason="muộn",
            actor=home_affairs.registrar,
            acts_as=make.REGISTRAR,
            at=make.AT,
        )


def test_an_arrival_that_nobody_answers_is_shown_after_its_day(copy, home_affairs):
    today, tomorrow = make.AT.replace(hour=23, minute=59), make.AT + dt.timedelta(days=1)

    assert list(waiting.unanswered(home_affairs.agency, today)) == []
    assert [each.document for each in waiting.unanswered(home_affairs.agency, tomorrow)] == [copy]

    light.do("register", copy, home_affairs)
    assert list(waiting.unanswered(home_affairs.agency, tomorrow)) == []


def test_an_urgent_arrival_is_to_be_answered_within_the_hour(justice, home_affairs):
    document = light.sent(justice, home_affairs, urgency=3)
    make.exchange()

    arrival = make.copy_of(document, home_affairs).arrival
    assert arrival.acknowledge_by == make.AT + dt.timedelta(hours=1)


def test_what_answers_our_letter_is_tied_to_it(justice, home_affairs):
    question = light.sent(justice, home_affairs)
    make.exchange()
    theirs = make.copy_of(question, home_affairs)
    answer = light.issued(home_affairs)
    Document.objects.filter(pk=answer.pk).update(answers=theirs)

    make.send(answer, home_affairs, justice)
    make.exchange()

    assert make.copy_of(answer, justice).answers == question


def test_the_same_document_under_another_message_has_one_entry(justice):
    there = light.agency_there(light.partner())
    for message, content in (
        ("m1", light.packet(light.code_of(justice))),
        ("m2", light.packet(light.code_of(justice), subject="Lần hai")),
    ):
        inbox.receive(
            message_id=message,
            recipient_code=light.code_of(justice),
            content=content,
            partner=there.partner,
            at=make.AT,
        )

    assert Document.objects.filter(direction="in").count() == 1


def test_what_looks_like_the_same_document_is_warned_of(justice):
    there = light.agency_there(light.partner())
    for message, code in (("m1", "07/KH-SNV"), ("m2", "7/KH-SNV")):
        content = light.packet(light.code_of(justice), document_id=f"{light.THERE},2024/01/15,{code}")
        inbox.receive(
            message_id=message,
            recipient_code=light.code_of(justice),
            content=content,
            partner=there.partner,
            at=make.AT,
        )

    one, other = Document.objects.filter(direction="in").order_by("pk")
    assert list(documents.twins(one)) == [other]
    Document.objects.filter(pk=other.pk).update(state=State.REFUSED)
    assert list(documents.twins(one)) == []


def test_documents_of_one_number_in_two_years_are_no_twins(justice):
    one = light.issued(justice)
    other = light.issued(justice, at=make.AT.replace(year=2025))

    assert (one.number, other.number) == (1, 1)
    assert not documents.twins(one).exists()


# ---- search -------------------------------------------------------------------------------------------------------


def found(text):
    return list(documents.matching(Document.objects.order_by("pk"), text))


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("chuyển đổi", True),
        ("chuyen doi", True),
        ("CHUYỂN ĐỔI SỐ", True),
        ("đổi 2024 chuyển", True),
        (unicodedata.normalize("NFD", "chuyển đổi"), True),
        ("01/KH-STP", True),
        ("01/kh-stp", True),
        ("sở tư pháp", True),
        ("so tu phap", True),
        ("chuyện đổi", False),
        ("chuyển nhượng", False),
        ("02/KH-STP", False),
    ],
)
def test_documents_are_found_by_words_with_and_without_tone_marks(justice, words, is_found):
    document = light.issued(justice)

    assert found(words) == ([document] if is_found else [])


def test_a_subject_whose_marks_are_letters_of_their_own_is_found(justice):
    document = make.draft(justice, subject=unicodedata.normalize("NFD", "Đẩy mạnh cải cách"))

    assert found("cải cách") == [document]


@pytest.mark.parametrize(
    ("words", "is_found"), [("nghị quyết đặc biệt", True), ("dac biet", True), ("đặc biẹt", False)]
)
def test_documents_are_found_by_what_they_say(justice, words, is_found):
    document = make.draft(justice)
    unpacking.finding.keep_text(document, "Thực hiện Nghị quyết\nĐẶC BIỆT của tỉnh")

    assert found(words) == ([document] if is_found else [])


@pytest.mark.parametrize("words", ["%", "_", "' OR 1=1", "\\", "100%"])
def test_signs_of_the_database_are_letters_like_others(justice, words):
    make.draft(justice)

    assert found(words) == []


def test_an_edited_subject_is_found_and_the_old_one_is_not(justice):
    document = make.draft(justice)
    make.drafting.edit_draft(
        document_id=document.pk,
        revision=document.revision,
        text=make.text(justice, subject="Phòng cháy"),
        actor="x",
        acts_as=make.DRAFTER,
        at=make.AT,
    )

    assert (found("phòng cháy"), found("chuyển đổi")) == ([document], [])


def test_what_is_due_to_be_sent_is_listed_until_it_is(justice, home_affairs):
    document = light.issued(justice)
    assert list(waiting.late_to_send(justice.agency)) == [document]

    make.send(document, justice, home_affairs)

    assert list(waiting.late_to_send(justice.agency)) == []
    assert Delivery.objects.get().send_by == make.AT.replace(day=16, hour=12)
