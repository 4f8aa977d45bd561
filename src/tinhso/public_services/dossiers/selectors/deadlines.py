"""Every deadline of an open dossier, counted from what began it by the calendar in force (các thời hạn của hồ sơ)."""

import datetime as dt

from tinhso.organizations.api import Term, TermUnit
from tinhso.public_services.catalog.rules.content import Step
from tinhso.public_services.dossiers.choices import State
from tinhso.public_services.dossiers.models import Dossier, StepTask
from tinhso.public_services.dossiers.selectors import standing, supplement

CONSULTATION_TERM = Term(5, TermUnit.WORKING_DAY)
OPINION = "opinion:"  # before the key of a consultation
Deadlines = dict[str, dt.datetime | None]
Moved = dict[str, tuple[dt.datetime | None, dt.datetime | None]]


def moved(dossier: Dossier) -> Moved:
    """The deadlines that the calendar in force puts elsewhere, each with where it stands and where it belongs.

    Names: `due_at` (promised day), `act_by` (of whose turn it is), `step` (of the open step), `wait_until` (of the open
    supplement) and `opinion:KEY` (of a consultation that waits). What the applicant was told to do by a day is never
    asked for earlier.

    Args:
        dossier: an open one.

    Raises:
        OutsideCalendar: the calendar does not reach that far.
    """
    there, belongs = _kept(dossier), _counted(dossier)
    return {name: (there[name], belongs[name]) for name in there if there[name] != belongs[name]}


def step_due(step: Step, *, since: dt.datetime, promised: dt.datetime | None) -> dt.datetime:
    """When a step is due: its own term, never later than the dossier's.

    Args:
        since: when it was opened, or went on after a wait, with which its term begins anew.
        promised: the dossier's; None while its clock stands.
    """
    own = standing.due_after(since, step.term.term)
    return min(own, promised) if promised else own


def step_since(dossier: Dossier) -> dt.datetime | None:
    """Since when the term of the open step runs; None where none is open."""
    task = _open_step(dossier)
    if task is None:
        return None
    pause = dossier.pauses.filter(ended_at__gt=task.opened_at).order_by("-ended_at").first()
    return pause.ended_at if pause else task.opened_at


def answer_due(since: dt.datetime) -> dt.datetime:
    """Until when an online filing is answered."""
    return standing.due_after(since, standing.ANSWER_HOURS)


def supplement_due(dossier: Dossier, since: dt.datetime) -> dt.datetime:
    """Until when a supplement that was asked for at a moment is waited for."""
    days = Term(standing.bundle_of(dossier).supplement_days, TermUnit.WORKING_DAY)
    return standing.due_after(since, days)


def opinion_due(since: dt.datetime) -> dt.datetime:
    """Until when an agency gives the opinion that it was asked for at a moment."""
    return standing.due_after(since, CONSULTATION_TERM)


def entered_at(dossier: Dossier) -> dt.datetime:
    """When a dossier came into the state in which it is."""
    entering = dossier.events.filter(to_state=dossier.state).exclude(from_state=dossier.state)
    return entering.order_by("-seq").values_list("at", flat=True)[0]


def _open_step(dossier: Dossier) -> StepTask | None:
    return dossier.step_tasks.filter(closed_at__isnull=True).first()


def _kept(dossier: Dossier) -> Deadlines:
    """As they stand; those of the step while the clock runs only."""
    found: Deadlines = {"due_at": dossier.due_at, "act_by": dossier.act_by}
    task = _open_step(dossier) if dossier.state == State.IN_PROGRESS else None
    if task:
        found["step"] = task.due_at
    asked = supplement.open_supplement(dossier)
    if asked:
        found["wait_until"] = asked.wait_until
    return found | {f"{OPINION}{row.pk}": row.answer_by for row in standing.open_consultations(dossier)}


def _counted(dossier: Dossier) -> Deadlines:
    """As they belong."""
    due_at = standing.due_of(dossier)
    found: Deadlines = {"due_at": due_at, "act_by": dossier.act_by}
    match dossier.state:
        case State.SUBMITTED:
            found["act_by"] = answer_due(entered_at(dossier))
        case State.ACCEPTED:
            found["act_by"] = due_at
        case State.IN_PROGRESS:
            found |= _counted_step(dossier, due_at)
        case State.AWAITING_SUPPLEMENT:
            found |= _counted_wait(dossier)
    return found | {f"{OPINION}{row.pk}": opinion_due(row.asked_at) for row in standing.open_consultations(dossier)}


def _counted_step(dossier: Dossier, due_at: dt.datetime | None) -> Deadlines:
    since = step_since(dossier)
    if since is None:
        return {}
    due = step_due(standing.bundle_of(dossier).step(dossier.step), since=since, promised=due_at)
    return {"step": due, "act_by": due}


def _counted_wait(dossier: Dossier) -> Deadlines:
    asked = supplement.open_supplement(dossier)
    if asked is None:
        return {}
    at = dossier.events.values_list("at", flat=True).get(seq=asked.opened_seq)
    belongs = supplement_due(dossier, at)
    until = max(belongs, asked.wait_until) if asked.wait_until else belongs
    return {"wait_until": until, "act_by": until}
