"""Random officials and citizens do random things: whatever they try, the dossier stays lawful and its log whole."""

import datetime as dt
import random

import pytest

from tests.public_services import factories as make
from tests.public_services.test_apply import links
from tinhso.accounts.api import Role
from tinhso.core.errors import RuleViolation
from tinhso.public_services.dossiers.choices import Action
from tinhso.public_services.dossiers.models import Charge, Dossier
from tinhso.public_services.dossiers.rules import chain, machine

REQUESTS = {
    Action.REFUSE: {"reason": "r", "basis": "b"},
    Action.STOP: {"reason": "r", "basis": "b"},
    Action.REJECT: {"reason": "r", "basis": "b"},
    Action.ADVANCE: {
        "checked": [
            "Đã tìm thấy việc hộ tịch trong sổ hoặc cơ sở dữ liệu",
            "Thông tin trên trích lục khớp với sổ",
        ]
    },
    Action.REQUEST_SUPPLEMENT: {"items": {"/address": "Ghi rõ."}, "lawful_reason": "Luật X, Điều 1"},
    Action.SUPPLY: {"answers": {"address": "Bản Mới, xã Mẫu"}},
    Action.CONSULT: {"reason": "Hỏi"},
    Action.RECALCULATE_DUE: {"calendar": 1},
}
TRIED = [one for one in Action if one not in (Action.SUBMIT, Action.RECEIVE, Action.AMEND_RECORD)]

ENDINGS = {Action.REFUSE, Action.WITHDRAW, Action.STOP, Action.LAPSE}


@pytest.mark.parametrize("seed", range(2, 14))
def test_a_random_walk(catalog, seed):
    dice = random.Random(seed)
    person = make.citizen()
    people = [None, person] + [
        make.official(role) for role in (Role.ONE_STOP_OFFICER, Role.CASE_OFFICER, Role.AGENCY_LEAD)
    ]
    dossier, at, done = make.filed(person), make.AT, 0
    for _attempt in range(80):
        at += dt.timedelta(hours=dice.randint(1, 30))
        action = _tried(dice)
        if action == Action.PAYMENT_SETTLED:
            Charge.objects.filter(dossier=dossier).update(settled_at=at)
        request = REQUESTS.get(action, {"reason": "r"}) | _chosen(dossier, action)
        before = Dossier.objects.get(pk=dossier.pk)
        try:
            dossier = make.do(dossier, action, dice.choice(people), at=at, **request)
            done += 1
        except RuleViolation:
            assert Dossier.objects.get(pk=dossier.pk).revision == before.revision
        _holds(Dossier.objects.get(pk=dossier.pk), at)
    assert done > 0


def _tried(dice):
    """Anything at all; what ends a dossier is tried less often, so that walks are long."""
    action = dice.choice(TRIED)
    return dice.choice(TRIED) if action in ENDINGS and dice.random() < 0.8 else action


def _chosen(dossier, action):
    if action == Action.CONSULT:
        return {"agency": make.another_commune().unit_id}
    if action == Action.ANSWER_CONSULTATION:
        open_one = dossier.consultations.filter(answered_at__isnull=True).first()
        return {"consultation": open_one.pk if open_one else 0}
    return {}


def _holds(dossier, at):
    """What is true of a dossier after every step."""
    events = list(dossier.events.order_by("seq").values_list("kind", "to_state"))
    assert machine.fold(events) == dossier.state
    assert len(events) == dossier.revision
    assert chain.broken(links(dossier)) is None
    assert (dossier.desk != "") >= (dossier.state in machine.OPEN)
    open_pauses = dossier.pauses.filter(ended_at__isnull=True).count()
    is_waiting = dossier.state.startswith("awaiting") and dossier.accepted_at is not None
    assert open_pauses == int(is_waiting)
    if dossier.accepted_at and dossier.state == "in_progress":
        assert dossier.due_at is not None
        assert dossier.due_at >= dossier.accepted_at
    assert dossier.step_tasks.filter(closed_at__isnull=True).count() <= 1
