"""What each action does to a dossier and to what hangs on it, before its event is appended."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from tinhso.core import sealed
from tinhso.core.clock import VIETNAM
from tinhso.core.models import StoredFile
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.rules.content import Step
from tinhso.public_services.dossiers.choices import Action, Channel, DeliveryWay, Outcome, PauseReason, Relation, State
from tinhso.public_services.dossiers.models import (
    Attachment,
    Charge,
    ClockPause,
    Consultation,
    Dossier,
    StepTask,
    Supplement,
)
from tinhso.public_services.dossiers.rules import supplements
from tinhso.public_services.dossiers.rules.machine import OPEN, Clock
from tinhso.public_services.dossiers.selectors import deadlines, standing
from tinhso.public_services.dossiers.services.changes import Change
from tinhso.public_services.dossiers.services.refusals import NotAllowed, ReasonMissing, Unfinished
from tinhso.public_services.form_engine.rules import answers as answer_rules

WAITING = (State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT)
PAUSED_FOR = {State.AWAITING_SUPPLEMENT: PauseReason.SUPPLEMENT, State.AWAITING_PAYMENT: PauseReason.PAYMENT}


def carry_out(change: Change) -> None:
    """Change the dossier's rows as the action demands; the state, the clock and the desk follow."""
    EFFECTS[change.action](change)
    _move(change)
    _turn_clock(change)
    _seat(change)


def opened(change: Change) -> None:
    """A dossier that begins: its term, if it is accepted already, and whose turn it is."""
    _turn_clock(change)
    _seat(change)


def follow_ups(dossier: Dossier, action: str) -> list[tuple[str, Mapping[str, Any]]]:
    """What the system does at once after an action: it begins the work, and asks for what is to be paid then.

    What is due on delivery is asked for once the result is there (khi trả kết quả); a refusal owes nothing more.
    """
    later: list[tuple[str, Mapping[str, Any]]] = []
    if action in (Action.ACCEPT, Action.RECEIVE):
        later.append((Action.START.value, {}))
    when = {Action.ACCEPT: "receive", Action.RECEIVE: "receive", Action.RESOLVE: "deliver"}.get(Action(action), "")
    if when and fees_due(dossier, when):
        later.append((Action.REQUEST_PAYMENT.value, {"when": when}))
    return later


def fees_due(dossier: Dossier, when: str) -> list[tuple[str, str, int]]:
    """(code, name, amount in VND) of the fees collected at a time that are not charged yet."""
    charged = set(dossier.charges.values_list("code", flat=True))
    fees = standing.bundle_of(dossier).fees_for(standing.answers_of(dossier), dossier.channel)
    return [(f.code, f.name, amount) for f, amount in fees if f.when == when and amount and f.code not in charged]


# ---- one effect per action --------------------------------------------------------------------------------------


def _nothing(change: Change) -> None:
    """The move says it all."""


def _accept(change: Change) -> None:
    change.dossier.accepted_at = change.at
    change.payload["papers"] = {
        name: change.request[name] for name in ("checked", "originals") if name in change.request
    }


def _with_reason(change: Change) -> None:
    change.secret["reason"] = _reason(change)


def _with_reason_and_basis(change: Change) -> None:
    change.secret["reason"] = _reason(change)
    basis = str(change.request.get("basis", "")).strip()
    if not basis:
        raise ReasonMissing(_("Hãy ghi căn cứ pháp luật (tên văn bản, điều, khoản) của việc từ chối."))
    change.payload["basis"] = basis


def _start(change: Change) -> None:
    """Open the first step; reception has been done by whoever accepted."""
    steps = change.bundle.steps
    first = steps[0]
    if first.role == "one_stop" and len(steps) > 1:
        _open_step(change, first)
        _close_step(change, by=change.dossier.events.order_by("-seq").values_list("actor", flat=True)[0])
        first = steps[1]
    _open_step(change, first)


def _advance(change: Change) -> None:
    dossier = change.dossier
    step = change.bundle.step(dossier.step)
    checked = [line for line in step.checklist if line in change.request.get("checked", ())]
    if len(checked) < len(step.checklist):
        missing = next(line for line in step.checklist if line not in checked)
        raise ReasonMissing(_("Hãy kiểm tra và đánh dấu: “%(line)s”.") % {"line": missing})
    change.payload["step"] = dossier.step
    change.secret["note"] = str(change.request.get("note", "")).strip()
    _close_step(change, by=change.actor.name)
    following = change.bundle.step_after(step.code)
    if following is None:
        raise AssertionError("the machine refuses to advance from the last step")
    _open_step(change, following)


def _send_back(change: Change) -> None:
    change.payload["step"] = change.dossier.step
    change.secret["reason"] = _reason(change)
    before = change.bundle.step_before(change.dossier.step)
    if before is None:
        raise ReasonMissing(_("Đây là bước đầu; không có bước trước để chuyển lại."))
    _close_step(change, by=change.actor.name)
    _open_step(change, before)


def _consult(change: Change) -> None:
    question = _reason(change)
    agency = int(change.request["agency"])
    Consultation.objects.create(
        dossier=change.dossier,
        agency_id=agency,
        sealed_question=sealed.seal(question),
        asked_at=change.at,
        answer_by=deadlines.opinion_due(change.at),
    )
    change.payload["agency"] = agency
    change.secret["question"] = question


def _answer_consultation(change: Change) -> None:
    text = _reason(change)
    row = change.dossier.consultations.filter(answered_at__isnull=True, pk=change.request["consultation"]).first()
    if row is None:
        raise NotAllowed("state")
    if not change.actor.relations & {Relation.HANDLER.value, Relation.SYSTEM.value} and not _is_asked(change, row):
        raise NotAllowed("relation")
    row.sealed_answer, row.answered_at, row.answered_by = sealed.seal(text), change.at, change.actor.name
    row.save(update_fields=["sealed_answer", "answered_at", "answered_by"])
    change.payload["agency"] = row.agency_id
    change.secret["answer"] = text


def _is_asked(change: Change, row: Consultation) -> bool:
    user = change.actor.user
    return user is not None and standing.may_answer(user, row, on=change.at.astimezone(VIETNAM).date())


def _request_supplement(change: Change) -> None:
    """Ask for what is missing, naming every answer and paper (NĐ 61/2018/NĐ-CP, Điều 17: một lần, đầy đủ)."""
    items: Mapping[str, str] = change.request.get("items", {})
    known = supplements.nameable(change.bundle)
    if not items or not all(name in known and text.strip() for name, text in items.items()):
        raise ReasonMissing(_("Hãy chọn đúng mục phải bổ sung và ghi rõ cần gì ở từng mục."))
    Supplement.objects.create(
        dossier=change.dossier,
        opened_seq=change.seq,
        step=change.dossier.step,
        items=sorted(items),
        sealed=sealed.seal_values({"reason": str(change.request.get("reason", "")), "items": dict(items)}),
        lawful_reason=str(change.request.get("lawful_reason", ""))[:200],
        wait_until=deadlines.supplement_due(change.dossier, change.at),
    )
    change.payload["items"] = sorted(items)
    change.payload["lawful_reason"] = str(change.request.get("lawful_reason", ""))
    change.secret |= {"items": dict(items), "reason": str(change.request.get("reason", ""))}


def _supply(change: Change) -> None:
    """Take what was asked for, and nothing else.

    An official says who brought it, by which channel, and which papers came on paper only (`giver`, `channel`,
    `originals`).
    """
    dossier = change.dossier
    opened = dossier.supplements.filter(closed_seq__isnull=True).latest("opened_seq")
    named = set(opened.items)
    new: Mapping[str, Any] = change.request.get("answers", {})
    files: Mapping[str, list[dict[str, Any]]] = change.request.get("files", {})
    answers, given = supplements.settled(change.bundle, standing.answers_of(dossier), new, named)
    is_own = Relation.APPLICANT.value in change.actor.relations
    ticked = () if is_own else change.request.get("originals", ())
    originals = [paper for paper in ticked if f"{supplements.PAPER}{paper}" in given]
    brought: dict[str, Sequence[Any]] = dict.fromkeys(originals, ("original",))
    brought |= {paper: sent for paper, sent in files.items() if sent}
    found = answer_rules.problems(change.bundle.read_form, answers)
    found += supplements.missing_files(change.bundle, named, given, brought)
    if found:
        raise Unfinished(found)
    kept = {paper: sent for paper, sent in files.items() if f"{supplements.PAPER}{paper}" in given}
    for paper, sent in kept.items():
        _replace_files(change, paper, sent)
    dossier.sealed = sealed.seal_values(answers)
    opened.closed_seq = change.seq
    opened.save(update_fields=["closed_seq"])
    taken = {name: value for name, value in new.items() if f"/{name}" in given}
    change.payload |= {
        "answers": sorted(taken),
        "files": _hashes(kept),
        "originals": sorted(originals),
        "channel": Channel.ONLINE.value if is_own else str(change.request.get("channel", Channel.COUNTER.value)),
    }
    change.secret |= {"answers": taken, "giver": str(change.request.get("giver", "")).strip()}
    if set(originals) - set(kept):
        dossier.is_digitized = False


def _replace_files(change: Change, paper: str, sent: list[dict[str, Any]]) -> None:
    there = change.dossier.attachments.filter(paper=paper, removed_seq__isnull=True)
    there.update(removed_seq=change.seq)
    Attachment.objects.bulk_create(
        Attachment(
            dossier=change.dossier,
            paper=paper,
            file_id=one["file"],
            name=one["name"],
            scan=one["scan"],
            added_seq=change.seq,
        )
        for one in sent
    )


def _hashes(files: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """SHA-256 of the files by paper, so that the receipt can prove what was handed in."""
    keys = [one["file"] for sent in files.values() for one in sent]
    known = dict(StoredFile.objects.filter(pk__in=keys).values_list("pk", "sha256"))
    return {paper: [known[one["file"]] for one in sent] for paper, sent in files.items()}


def _request_payment(change: Change) -> None:
    when = str(change.request.get("when", "receive"))
    if (when == "deliver") != (change.dossier.state == State.RESOLVED):
        raise NotAllowed("state")
    due = fees_due(change.dossier, when)
    if not due:
        raise NotAllowed("nothing_due")
    Charge.objects.bulk_create(
        Charge(dossier=change.dossier, code=code, name=name, amount_vnd=amount, created_at=change.at)
        for code, name, amount in due
    )
    change.payload["charges"] = {code: amount for code, _name, amount in due}


def _payment_settled(change: Change) -> None:
    change.payload |= {
        name: change.request[name] for name in ("amount_vnd", "provider", "reference") if name in change.request
    }


def _extend(change: Change) -> None:
    change.secret["reason"] = _reason(change)
    change.payload["due_before"] = _iso(change.dossier.due_at)
    change.dossier.is_extended = True


def _resolve(change: Change) -> None:
    dossier = change.dossier
    dossier.outcome = Outcome.APPROVED if change.action == Action.RESOLVE else Outcome.REJECTED
    if dossier.outcome == Outcome.REJECTED:
        _with_reason_and_basis(change)
    issued = dossier.results.filter(issued_seq__isnull=True, superseded_by__isnull=True, revoked_at__isnull=True)
    change.payload["results"] = sorted(issued.values_list("number", flat=True))
    issued.update(issued_seq=change.seq)
    dossier.resolved_at = change.at
    _close_step(change, by=change.actor.name)


def _deliver(change: Change) -> None:
    way = str(change.request.get("way", change.dossier.delivery))
    if way not in DeliveryWay.values:
        raise ReasonMissing(_("Hãy chọn cách trả kết quả."))
    change.dossier.delivered_at = change.at
    change.payload["way"] = way
    change.secret["receiver"] = str(change.request.get("receiver", ""))


def _correct_result(change: Change) -> None:
    change.secret["reason"] = _reason(change)
    fresh = change.dossier.results.filter(issued_seq__isnull=True, superseded_by__isnull=True)
    change.payload["results"] = sorted(fresh.values_list("number", flat=True))
    fresh.update(issued_seq=change.seq)
    change.dossier.delivered_at = None


def _revoke_result(change: Change) -> None:
    """The paper stays in the register with the reason, and stands for nothing any more; the dossier stays as it is."""
    change.secret["reason"] = _reason(change)
    row = change.dossier.results.filter(key=change.request["result"]).first()
    if row is None or not row.is_in_force:
        raise NotAllowed("not_in_force")
    row.revoked_at, row.revoked_reason = change.at, change.secret["reason"][:300]
    row.save(update_fields=["revoked_at", "revoked_reason"])
    change.payload["results"] = [row.number]


def _recalculate(change: Change) -> None:
    """Count every deadline anew; those of the dossier, its step and its desk follow with the clock."""
    dossier, moved = change.dossier, deadlines.moved(change.dossier)
    if "wait_until" in moved:
        dossier.supplements.filter(closed_seq__isnull=True).update(wait_until=moved["wait_until"][1])
    for row in standing.open_consultations(dossier):
        name = f"{deadlines.OPINION}{row.pk}"
        if name in moved:
            row.answer_by = moved[name][1]
            row.save(update_fields=["answer_by"])
    change.payload["due_before"] = _iso(dossier.due_at)
    change.payload["calendar"] = change.request.get("calendar", 0)
    change.payload["moved"] = {name: [_iso(before), _iso(after)] for name, (before, after) in moved.items()}


def _amend(change: Change) -> None:
    """A correction that two people stand for; what it changes is named, what it was stays in the events."""
    change.payload |= {"proposed_by": change.request["proposed_by"], "amendment": change.request["amendment"]}
    change.secret["reason"] = _reason(change)
    if change.request.get("answers"):
        change.secret["answers"] = dict(change.request["answers"])
        merged = standing.answers_of(change.dossier) | dict(change.request["answers"])
        change.dossier.sealed = sealed.seal_values(merged)


EFFECTS: dict[str, Callable[[Change], None]] = {
    Action.ACCEPT: _accept,
    Action.REFUSE: _with_reason_and_basis,
    Action.START: _start,
    Action.ADVANCE: _advance,
    Action.SEND_BACK: _send_back,
    Action.CONSULT: _consult,
    Action.ANSWER_CONSULTATION: _answer_consultation,
    Action.REQUEST_SUPPLEMENT: _request_supplement,
    Action.SUPPLY: _supply,
    Action.LAPSE: _nothing,
    Action.REQUEST_PAYMENT: _request_payment,
    Action.PAYMENT_SETTLED: _payment_settled,
    Action.EXTEND: _extend,
    Action.WITHDRAW: _with_reason,
    Action.STOP: _with_reason_and_basis,
    Action.RESOLVE: _resolve,
    Action.REJECT: _resolve,
    Action.DELIVER: _deliver,
    Action.CORRECT_RESULT: _correct_result,
    Action.REVOKE_RESULT: _revoke_result,
    Action.RECALCULATE_DUE: _recalculate,
    Action.AMEND_RECORD: _amend,
}


# ---- state, clock and desk --------------------------------------------------------------------------------------


def _move(change: Change) -> None:
    dossier, target = change.dossier, change.move.target
    if target == dossier.state:
        return
    waits = target in WAITING
    dossier.previous_state = dossier.state if waits else ""
    dossier.state = target


def _turn_clock(change: Change) -> None:
    dossier, clock = change.dossier, change.move.row.clock
    if dossier.accepted_at is not None:
        if clock == Clock.PAUSE:
            reason = PAUSED_FOR[State(dossier.state)]
            ClockPause.objects.create(dossier=dossier, reason=reason, began_at=change.at)
        if clock in (Clock.RESUME, Clock.STOP):
            dossier.pauses.filter(ended_at__isnull=True).update(ended_at=change.at)
    if clock in (Clock.START, Clock.PAUSE, Clock.RESUME, Clock.NEW_DUE):
        dossier.due_at = standing.due_of(dossier)
        change.payload["due"] = _iso(dossier.due_at)
        if dossier.due_at is not None:
            dossier.calendar = organizations.calendar_number()
    if clock in (Clock.RESUME, Clock.NEW_DUE) and dossier.state == State.IN_PROGRESS:
        _renew_step(change)


def _seat(change: Change) -> None:
    """Whose turn it is, and until when."""
    dossier = change.dossier
    match dossier.state:
        case State.SUBMITTED:
            dossier.desk, dossier.act_by = "one_stop", deadlines.answer_due(_entered_at(change))
        case State.ACCEPTED:
            dossier.desk, dossier.act_by = "one_stop", dossier.due_at
        case State.IN_PROGRESS:
            dossier.desk = change.bundle.step(dossier.step).role
        case State.AWAITING_SUPPLEMENT:
            opened = dossier.supplements.filter(closed_seq__isnull=True).order_by("-opened_seq").first()
            dossier.desk, dossier.act_by = "applicant", opened.wait_until if opened else None
        case State.AWAITING_PAYMENT:
            dossier.desk, dossier.act_by = "applicant", None
        case State.RESOLVED if standing.unpaid_on_delivery_vnd(dossier):
            dossier.desk, dossier.act_by = "applicant", None
        case State.RESOLVED if dossier.delivery != DeliveryWay.ONLINE or dossier.channel != Channel.ONLINE:
            dossier.desk, dossier.act_by = "one_stop", dossier.due_at
        case _:
            dossier.desk, dossier.act_by = "", None
    if dossier.state not in OPEN:
        dossier.claimed_by = None


def _entered_at(change: Change) -> dt.datetime:
    """When the dossier came into its state: now, unless it stays there."""
    stays = change.snapshot.state == change.dossier.state
    return deadlines.entered_at(change.dossier) if stays else change.at


def _open_step(change: Change, step: Step) -> None:
    dossier = change.dossier
    dossier.step, dossier.claimed_by = step.code, None
    dossier.act_by = deadlines.step_due(step, since=change.at, promised=dossier.due_at)
    StepTask.objects.create(dossier=dossier, step=step.code, role=step.role, opened_at=change.at, due_at=dossier.act_by)


def _renew_step(change: Change) -> None:
    """The open step's deadline: after a wait its term begins anew, and it follows the dossier's."""
    dossier, since = change.dossier, deadlines.step_since(change.dossier)
    if since is None:
        return
    step = change.bundle.step(dossier.step)
    dossier.act_by = deadlines.step_due(step, since=since, promised=dossier.due_at)
    dossier.step_tasks.filter(closed_at__isnull=True).update(due_at=dossier.act_by)


def _close_step(change: Change, *, by: str) -> None:
    change.dossier.step_tasks.filter(closed_at__isnull=True).update(closed_at=change.at, closed_by=by)


def _reason(change: Change) -> str:
    reason = str(change.request.get("reason", "")).strip()
    if not reason:
        raise ReasonMissing(_("Hãy ghi rõ lý do hoặc nội dung."))
    return reason


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
