"""Senders ask for documents back, mend them or send others in their stead: whenever that comes, all hear of it."""

import datetime as dt

import pytest

from tests.documents import factories as make
from tests.documents import light
from tests.documents.test_drafting import act
from tinhso.documents.choices import RequestState, State
from tinhso.documents.models import Delivery, Dispatch, Document, DocumentText, Inbound, ReceivedRequest
from tinhso.documents.services import dispatching, drafting, inbox, requests, sending
from tinhso.edxml import Business

BEFORE = {  # what the receiver has done before the request comes
    "01": (),
    "03": ("register",),
    "04": ("register", "assign"),
    "05": ("register", "begin"),
    "06": ("register", "finish"),
}


@pytest.fixture
def justice(province):
    return make.office(make.JUSTICE)


@pytest.fixture
def home_affairs(province):
    return make.office(make.HOME)


class Clock:
    """Minutes that pass."""

    def __init__(self):
        self.now = make.AT

    def __call__(self):
        self.now += dt.timedelta(minutes=1)
        return self.now


@pytest.fixture
def later():
    return Clock()


def arrived(justice, home_affairs, later, *steps):
    """A document, and its copy on which some steps were done."""
    document = light.sent(justice, home_affairs)
    make.exchange(later())
    copy = make.copy_of(document, home_affairs)
    for step in steps:
        light.do(step, copy, home_affairs, at=later())
    make.exchange(later())
    return document, copy


def ask(what, document, later, **given):
    document.refresh_from_db()
    wanted = {"reason": "Có sai sót"} | given
    return what(
        document_id=document.pk,
        revision=document.revision,
        actor="van-thu",
        acts_as=make.REGISTRAR,
        at=later(),
        **wanted,
    )


def update(document, later, **given):
    return ask(sending.update, document, later, **({"subject": "Trích yếu mới", "reply_due_on": None} | given))


def replaced_by(document, justice, later, *to):
    """A document that is sent in another's stead."""
    successor = light.issued(justice, at=later(), subject="Văn bản thay thế")
    Document.objects.filter(pk=successor.pk).update(replaces=document)
    make.send(successor, justice, *to, at=later())
    return successor


def standing(document):
    delivery = Delivery.objects.get(document=document)
    return delivery.standing, delivery.recall


# ---- recall -------------------------------------------------------------------------------------------------------


def test_a_copy_that_nobody_has_taken_in_is_given_back_at_once(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later)

    ask(sending.recall, document, later)
    assert standing(document) == ("arrived", "asked")
    make.exchange(later())

    copy.refresh_from_db()
    assert copy.state == State.RECALLED
    assert (standing(document), light.codes(document)) == (("arrived", "agreed"), ["01", "15"])


def test_what_was_given_back_leaves_neither_packet_nor_text(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later)
    assert DocumentText.objects.filter(document=copy).exists()

    ask(sending.recall, document, later)
    make.exchange(later())

    assert not DocumentText.objects.filter(document=copy).exists()
    assert [each.content for each in Inbound.objects.filter(document=copy)] == [None]


@pytest.mark.parametrize("code", [code for code in BEFORE if code != "01"])
@pytest.mark.parametrize("agrees", [True, False])
def test_of_a_copy_that_is_registered_a_person_decides(justice, home_affairs, later, code, agrees):
    document, copy = arrived(justice, home_affairs, later, *BEFORE[code])
    state = Document.objects.get(pk=copy.pk).state
    ask(sending.recall, document, later)
    make.exchange(later())
    request = ReceivedRequest.objects.get()
    assert (request.state, Document.objects.get(pk=copy.pk).state) == (RequestState.WAITING, state)

    light.decide(request.pk, agrees=agrees, at=later())
    make.exchange(later())

    copy.refresh_from_db()
    assert copy.state == (State.RECALLED if agrees else state)
    assert light.codes(document)[-1] == ("15" if agrees else "16")
    assert standing(document)[1] == ("agreed" if agrees else "declined")


def test_a_decision_is_made_once(justice, home_affairs, later):
    document, _copy = arrived(justice, home_affairs, later, "register")
    ask(sending.recall, document, later)
    make.exchange(later())
    request = ReceivedRequest.objects.get()
    light.decide(request.pk, agrees=False, at=later())

    with pytest.raises(requests.AlreadyAnswered):
        light.decide(request.pk, agrees=True, at=later())

    assert ReceivedRequest.objects.get().state == RequestState.DECLINED


def overtake(document, later):
    """Let what was sent about a document after it arrive before it."""
    first = Dispatch.objects.get(delivery__document=document)
    Dispatch.objects.filter(pk=first.pk).update(next_at=make.AT + dt.timedelta(days=1))
    make.exchange(later())


def test_a_recall_that_overtakes_its_document_waits_for_it(justice, home_affairs, later):
    document = light.sent(justice, home_affairs)
    ask(sending.recall, document, later)
    overtake(document, later)
    assert ReceivedRequest.objects.get().state == RequestState.EARLY

    later.now += dt.timedelta(days=2)
    make.exchange(later())

    assert make.copy_of(document, home_affairs).state == State.RECALLED
    assert (light.codes(document), standing(document)) == (["01", "15"], ("arrived", "agreed"))


def test_of_two_recalls_the_second_is_answered_likewise_and_changes_nothing(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later)
    ask(sending.recall, document, later)
    make.exchange(later())
    revision = Document.objects.get(pk=copy.pk).revision
    Document.objects.filter(pk=document.pk).update(state=State.ISSUED)

    ask(sending.recall, document, later)
    assert standing(document)[1] == "asked"
    make.exchange(later())

    assert Document.objects.get(pk=copy.pk).revision == revision
    assert (light.codes(document), standing(document)[1]) == (["01", "15", "15"], "agreed")


def test_a_document_that_was_refused_is_not_asked_back(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later)
    light.do("refuse", copy, home_affairs, at=later(), reason="Gửi nhầm")
    make.exchange(later())

    ask(sending.recall, document, later)

    assert make.exchange(later()) == 0
    assert standing(document) == ("refused", "none")


def test_a_recalled_document_cannot_be_recalled_or_mended_again(justice, home_affairs, later):
    document, _copy = arrived(justice, home_affairs, later)
    ask(sending.recall, document, later)

    for what in (lambda: ask(sending.recall, document, later), lambda: update(document, later)):
        with pytest.raises(sending.steps.NotNow):
            what()


# ---- update -------------------------------------------------------------------------------------------------------


def test_the_register_of_the_receiver_is_mended(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later)

    update(document, later, reply_due_on=dt.date(2024, 2, 1))
    make.exchange(later())

    copy.refresh_from_db()
    assert (copy.subject, copy.reply_due_on, copy.state) == ("Trích yếu mới", dt.date(2024, 2, 1), State.ARRIVED)
    assert light.codes(document) == ["01", "15"]
    assert "Trích yếu mới" in copy.events.order_by("-seq")[0].note


def test_the_register_stays_as_it_is_where_the_receiver_declines(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later, "register")
    before = copy.subject
    update(document, later)
    make.exchange(later())

    light.decide(ReceivedRequest.objects.get().pk, agrees=False, at=later())
    make.exchange(later())

    copy.refresh_from_db()
    assert (copy.subject, standing(document)[1]) == (before, "declined")


def test_who_is_asked_again_after_an_answer_is_waited_for_again(justice, home_affairs, later):
    document, _copy = arrived(justice, home_affairs, later, "register")
    update(document, later)
    make.exchange(later())
    light.decide(ReceivedRequest.objects.get().pk, agrees=False, at=later())
    make.exchange(later())
    assert standing(document)[1] == "declined"

    update(document, later, subject="Trích yếu lần ba")
    assert standing(document)[1] == "asked"
    make.exchange(later())
    assert standing(document)[1] == "asked"

    light.decide(ReceivedRequest.objects.order_by("-pk")[0].pk, agrees=True, at=later())
    make.exchange(later())
    assert standing(document)[1] == "agreed"


def test_progress_that_is_told_meanwhile_answers_no_request(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later, "register")
    update(document, later)
    make.exchange(later())

    light.do("finish", copy, home_affairs, at=later())
    make.exchange(later())

    assert standing(document) == ("done", "asked")


def test_a_receipt_that_was_on_its_way_when_we_asked_answers_no_request(justice, home_affairs, later):
    document = light.sent(justice, home_affairs)
    (dispatch,) = dispatching._lease(later(), 20)
    tried = dispatching._try(dispatch, later())
    ask(sending.recall, document, later)

    dispatching._settle([tried], later())

    assert standing(document) == ("arrived", "asked")


# ---- replace ------------------------------------------------------------------------------------------------------


def test_a_replaced_copy_is_marked_and_names_its_successor(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later)

    successor = replaced_by(document, justice, later, home_affairs)
    make.exchange(later())

    copy.refresh_from_db()
    document.refresh_from_db()
    assert (copy.state, document.state) == (State.REPLACED, State.REPLACED)
    assert make.copy_of(successor, home_affairs).replaces == copy
    assert (standing(document)[1], light.codes(document)) == ("agreed", ["01", "15"])
    assert light.codes(successor) == ["01"]


def test_who_has_the_replaced_document_gets_its_successor_without_being_named(justice, home_affairs, later):
    finance = make.office(make.FINANCE)
    document = light.sent(justice, home_affairs)
    make.exchange(later())

    successor = replaced_by(document, justice, later, finance)
    make.exchange(later())

    assert make.copy_of(document, home_affairs).state == State.REPLACED
    names = set(successor.deliveries.values_list("recipient__name", flat=True))
    assert names == {finance.agency.name, home_affairs.agency.name}


def test_of_a_registered_copy_a_person_decides_whether_it_is_replaced(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later, "register")
    replaced_by(document, justice, later, home_affairs)
    make.exchange(later())
    copy.refresh_from_db()
    assert copy.state == State.REGISTERED

    light.decide(ReceivedRequest.objects.get().pk, agrees=True, at=later())
    make.exchange(later())

    copy.refresh_from_db()
    assert (copy.state, standing(document)[1]) == (State.REPLACED, "agreed")


def test_a_successor_that_overtakes_what_it_replaces_waits_for_it(justice, home_affairs, later):
    document = light.sent(justice, home_affairs)
    successor = replaced_by(document, justice, later, home_affairs)
    overtake(document, later)
    assert make.copy_of(successor, home_affairs).state == State.ARRIVED

    later.now += dt.timedelta(days=2)
    make.exchange(later())

    assert make.copy_of(document, home_affairs).state == State.REPLACED
    assert make.copy_of(successor, home_affairs).replaces == make.copy_of(document, home_affairs)


def test_what_is_replaced_is_mended_no_more(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later)
    replaced_by(document, justice, later, home_affairs)
    make.exchange(later())
    Document.objects.filter(pk=document.pk).update(state=State.ISSUED)

    update(document, later)
    make.exchange(later())

    assert Document.objects.get(pk=copy.pk).subject == copy.subject
    assert light.codes(document) == ["01", "15", "16"]


# ---- strangers ----------------------------------------------------------------------------------------------------


def test_nobody_but_its_sender_recalls_a_document(justice, home_affairs, later):
    document, copy = arrived(justice, home_affairs, later)
    there = light.agency_there(light.partner())
    content = light.packet(light.code_of(home_affairs), business=Business(1, reason="giả", document_id=document.code))

    inbox.receive(
        message_id="m1",
        recipient_code=light.code_of(home_affairs),
        content=content,
        partner=there.partner,
        at=later(),
    )

    copy.refresh_from_db()
    assert (copy.state, ReceivedRequest.objects.get().state) == (State.ARRIVED, RequestState.EARLY)


def test_an_answer_of_somebody_whom_we_sent_nothing_changes_nothing(justice, home_affairs, later):
    document, _copy = arrived(justice, home_affairs, later)
    there = light.agency_there(light.partner())

    inbox.receive(
        message_id="m1",
        recipient_code=light.code_of(justice),
        content=light.status(document, "06", at=later()),
        partner=there.partner,
        at=later(),
    )

    assert light.codes(document) == ["01"]


def test_a_draft_that_replaces_is_sent_to_nobody_before_it_is_issued(justice, later):
    document = light.issued(justice)

    draft = drafting.create_draft(
        agency=justice.agency, text=make.text(justice), author=justice.clerk, at=later(), replaces=document
    )

    with pytest.raises(sending.steps.NotNow):
        act(sending.send, draft, make.REGISTRAR, recipients=[])
    document.refresh_from_db()
    assert document.state == State.ISSUED
