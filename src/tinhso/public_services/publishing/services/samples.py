"""A few dossiers and sessions of help for the demonstration province, invented and called so, at every stage of their way.

They are made through the same services as any other, at moments of the last weeks.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tinhso.accounts import api as accounts
from tinhso.accounts.api import Profile, User
from tinhso.core.clock import VIETNAM
from tinhso.core.papers.pdf import PdfUnavailable
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitRow, WorkingCalendar
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.dossiers.choices import Action, Channel, DeliveryWay, Outcome, PartyRole
from tinhso.public_services.dossiers.models import Dossier
from tinhso.public_services.dossiers.selectors import standing
from tinhso.public_services.dossiers.services import drafts, filing
from tinhso.public_services.dossiers.services.apply import apply
from tinhso.public_services.dossiers.services.changes import Actor
from tinhso.public_services.dossiers.services.filing import PartyText
from tinhso.public_services.feedback import services as feedback
from tinhso.public_services.feedback.choices import Level
from tinhso.public_services.payments.selectors import dues
from tinhso.public_services.payments.services import collecting
from tinhso.public_services.publishing.services import sample_help
from tinhso.public_services.results.services import issue, wording

COMMUNE = "Phường Tô Hiệu"
RECEPTION, OFFICER, LEADER = "motcua.xa", "congchuc.xa", "lanhdao.xa"
OPENS = dt.time(8, 5)
APART = dt.timedelta(minutes=40)  # between two acts of one day
EXTRACT, MARRIAGE, ALLOWANCE = "2.000635", "1.004873", "1.001776"


@dataclass(frozen=True, slots=True)
class Sample:
    """One dossier.

    Attributes:
        citizen: which of the demonstration's citizens it is of.
        back: how many working days ago it was filed; 0 is today, a while ago.
        way: what was done to it (`ACTS`); a number waits so many working days.
        channel: counter: of somebody who has no account.
        is_helped: filed by the commune's team for the citizen.
    """

    code: str
    citizen: int
    back: int
    way: str = ""
    channel: Channel = Channel.ONLINE
    is_helped: bool = False


SAMPLES = (
    Sample(EXTRACT, 0, 0),
    Sample(MARRIAGE, 1, 3),
    Sample(EXTRACT, 2, 9, "refuse"),
    Sample(EXTRACT, 1, 1, "accept"),
    Sample(MARRIAGE, 0, 2, "accept pay"),
    Sample(ALLOWANCE, 2, 4, "accept advance"),
    Sample(ALLOWANCE, 1, 16, "accept 2 advance"),
    Sample(ALLOWANCE, 0, 6, "accept ask"),
    Sample(MARRIAGE, 2, 5, "ask"),
    Sample(ALLOWANCE, 1, 9, "accept ask 3 supply"),
    Sample(MARRIAGE, 2, 8, "accept pay extend"),
    Sample(MARRIAGE, 1, 7, "accept withdraw"),
    Sample(EXTRACT, 0, 6, "accept pay stop"),
    Sample(EXTRACT, 1, 4, "accept pay advance"),
    Sample(EXTRACT, 0, 5, "accept pay advance resolve deliver rate"),
    Sample(MARRIAGE, 2, 10, "accept pay 1 advance 1 resolve"),
    Sample(EXTRACT, 1, 12, "accept pay advance resolve deliver"),
    Sample(MARRIAGE, 0, 14, "accept pay 1 advance 1 reject deliver rate"),
    Sample(EXTRACT, 2, 3, "pay advance resolve", channel=Channel.COUNTER),
    Sample(EXTRACT, 2, 11, "pay advance resolve deliver", channel=Channel.COUNTER),
    Sample(ALLOWANCE, 2, 2, channel=Channel.COUNTER),
    Sample(EXTRACT, 3, 8, "accept pay advance resolve deliver", is_helped=True),
)


def give_sample_dossiers(*, today: dt.date, at: dt.datetime) -> int:
    """Give the sample dossiers (hồ sơ mẫu) and sessions of help; none where there are dossiers already.

    Where a result cannot be made as PDF, its dossier stays before that step.

    Args:
        today: day to which their days are relative; the procedures must have been published before.
        at: aware time, after which nothing has happened.

    Returns:
        How many dossiers were given.

    Raises:
        StopIteration: the demonstration's unit or people are not there.
    """
    if Dossier.objects.exists():
        return 0
    unit = next(row for row in organizations.units_on(today) if row.name == COMMUNE)
    citizens = accounts.create_demo_citizens(at=at)
    calendar = organizations.working_calendar()
    for sample in SAMPLES:
        _Making(sample, citizens[sample.citizen], unit, calendar, today, at).make()
    sample_help.give_sample_help(
        citizens=citizens, unit_id=unit.unit_id, opening=lambda back: _begins(today, back, calendar, at)
    )
    return len(SAMPLES)


class _Making:
    """One dossier under way; `moment` is when the next thing happens."""

    def __init__(
        self, sample: Sample, citizen: User, unit: UnitRow, calendar: WorkingCalendar, today: dt.date, at: dt.datetime
    ) -> None:
        self.sample, self.citizen, self.unit, self.calendar, self.at = sample, citizen, unit, calendar, at
        self.moment = _begins(today, sample.back, calendar, at)

    def make(self) -> None:
        self.key = self._file()
        for act in self.sample.way.split():
            self.moment += APART
            if act.isdigit():
                self.moment = _opening(organizations.add_working_days(self.moment.date(), int(act), self.calendar))
                continue
            try:
                ACTS[act](self)
            except PdfUnavailable:
                return

    # ---- filing ---------------------------------------------------------------------------------------------

    def _file(self) -> int:
        """Fill in and file, online, with help or at the counter.

        Returns:
            Primary key of the dossier.
        """
        online = self.sample.channel == Channel.ONLINE
        filer = self.citizen if online else User.objects.get(username=RECEPTION)
        version = procedures.in_force(self.sample.code, self.moment.date())
        if self.sample.is_helped:
            return sample_help.file_for(
                citizen=self.citizen,
                unit_id=self.unit.unit_id,
                version=version,
                answers=self._answers(),
                at=self.moment,
            ).pk
        draft = drafts.begin(
            user=filer, version=version, channel=self.sample.channel, at=self.moment, answers=self._answers()
        )
        actor = Actor(filer.username, filing.relations_of_filer(self.sample.channel), filer)
        named = {"draft_id": draft.pk, "agency": self.unit, "parties": [self._owner()], "actor": actor}
        done = filing.submit if online else filing.receive
        return done(**named, key=str(draft.key), at=self.moment).dossier.pk  # type: ignore[arg-type]  # of these types

    def _profile(self) -> Profile:
        """Who the citizen is.

        Raises:
            LookupError: the account is no citizen's.
        """
        profile = accounts.citizen_of(self.citizen)
        if profile is None:
            raise LookupError(self.citizen.username)
        return profile

    def _owner(self) -> PartyText:
        known = self._profile()
        has_account = self.sample.channel == Channel.ONLINE
        return PartyText(
            PartyRole.OWNER,
            known.full_name,
            known.identity_number,
            known.phone,
            address=known.address,
            user_id=self.citizen.pk if has_account else None,
        )

    def _answers(self) -> dict[str, Any]:
        known = self._profile()
        name = known.full_name
        common: dict[str, Any] = {
            "requester_name": name,
            "requester_identity": known.identity_number,
            "requester_phone": known.phone,
            "on_behalf": False,
            "subject_name": name,
            "subject_born_on": str(known.born_on),
            "truth": True,
        }
        if self.sample.code == EXTRACT:
            return common | {"address": known.address, "event": "khai_sinh", "copies": 2}
        subject = {
            "subject_sex": "nu",
            "subject_ethnic_group": "Thái",
            "subject_identity": known.identity_number,
            "subject_address": known.address,
        }
        return common | subject | (_MARRIAGE if self.sample.code == MARRIAGE else _ALLOWANCE)

    # ---- acts -----------------------------------------------------------------------------------------------

    @property
    def dossier(self) -> Dossier:
        return Dossier.objects.get(pk=self.key)

    def actor(self, username: str = "") -> Actor:
        """Somebody of the agency, or the citizen."""
        user = User.objects.get(username=username) if username else self.citizen
        return Actor(user.username, standing.relations(user, self.dossier, on=self.at.date()), user)

    def do(self, action: Action, username: str = "", **request: Any) -> None:
        key = f"sample:{self.key}:{self.dossier.revision}"
        actor = self.actor(username)
        apply(dossier_id=self.key, action=action.value, actor=actor, key=key, at=self.moment, request=request)

    def accept(self) -> None:
        self.do(Action.ACCEPT, RECEPTION)

    def refuse(self) -> None:
        self.do(
            Action.REFUSE,
            RECEPTION,
            reason="Không thuộc thẩm quyền của phường (mẫu).",
            basis="Luật Hộ tịch 2014, Điều 63",
        )

    def pay(self) -> None:
        amount = dues.due(self.dossier).remaining_vnd
        payer, key = self._owner().full_name, f"sample:{self.key}"
        collecting.take_cash(
            dossier_id=self.key, actor=self.actor(RECEPTION), payer=payer, amount_vnd=amount, key=key, at=self.moment
        )

    def advance(self) -> None:
        """On to the leader, every step on its own."""
        bundle = standing.bundle_of(self.dossier)
        while bundle.step_after(self.dossier.step) is not None:
            checked = bundle.step(self.dossier.step).checklist
            self.do(Action.ADVANCE, OFFICER, checked=list(checked), note="Đủ điều kiện (mẫu).")
            self.moment += APART / 4

    def ask(self) -> None:
        is_accepted = self.dossier.accepted_at is not None
        items = {"/subject_address": "Ghi rõ tổ, bản nơi đang ở."}
        self.do(
            Action.REQUEST_SUPPLEMENT,
            OFFICER if is_accepted else RECEPTION,
            items=items,
            reason="Chưa rõ nơi cư trú (mẫu).",
        )

    def supply(self) -> None:
        self.do(Action.SUPPLY, answers={"subject_address": "Tổ 5, phường Tô Hiệu, tỉnh Sơn La"})

    def extend(self) -> None:
        self.do(Action.EXTEND, LEADER, reason="Phải xác minh thêm ở nơi cư trú trước đây (mẫu).")

    def withdraw(self) -> None:
        self.do(Action.WITHDRAW, reason="Không còn nhu cầu (mẫu).")

    def stop(self) -> None:
        self.do(
            Action.STOP, LEADER, reason="Trùng với hồ sơ khác của cùng người (mẫu).", basis="Luật Hộ tịch 2014, Điều 64"
        )

    def resolve(self) -> None:
        self._issue(Outcome.APPROVED, wording.proposed(self.dossier, on=self.moment.date()))

    def reject(self) -> None:
        why = wording.Wording(
            titles=wording.proposed(self.dossier, on=self.moment.date()).titles,
            reason="Nơi đã cư trú chưa xác nhận được tình trạng hôn nhân (mẫu).",
            basis="Nghị định 123/2015/NĐ-CP, Điều 22",
        )
        self._issue(Outcome.REJECTED, why)

    def _issue(self, outcome: Outcome, text: wording.Wording) -> None:
        actor, key = self.actor(LEADER), f"sample:{self.key}:result"
        issue.issue(dossier_id=self.key, outcome=outcome, wording=text, actor=actor, key=key, at=self.moment)

    def deliver(self) -> None:
        if self.sample.channel == Channel.ONLINE:
            self.do(Action.DELIVER, way=DeliveryWay.ONLINE.value)
        else:
            self.do(Action.DELIVER, RECEPTION, way=DeliveryWay.COUNTER.value, receiver=self._owner().full_name)

    def rate(self) -> None:
        level = Level.VERY_SATISFIED if self.dossier.outcome == Outcome.APPROVED else Level.NEUTRAL
        feedback.rate(dossier_id=self.key, user=self.citizen, level=level, reasons=(), comment="", at=self.moment)


ACTS: dict[str, Callable[[_Making], None]] = {
    "accept": _Making.accept,
    "refuse": _Making.refuse,
    "pay": _Making.pay,
    "advance": _Making.advance,
    "ask": _Making.ask,
    "supply": _Making.supply,
    "extend": _Making.extend,
    "withdraw": _Making.withdraw,
    "stop": _Making.stop,
    "resolve": _Making.resolve,
    "reject": _Making.reject,
    "deliver": _Making.deliver,
    "rate": _Making.rate,
}
_MARRIAGE: dict[str, Any] = {
    "status": "chua_ket_hon",
    "residences": [{"place": "Phường Tô Hiệu, tỉnh Sơn La", "from_on": "2005-06-01", "is_current": True}],
    "purpose": "vay_von",
    "exemption": "khong",
}
_ALLOWANCE: dict[str, Any] = {
    "request": "huong",
    "group": "cao_tuoi",
    "poverty": "khong",
    "has_income": False,
    "payment": "tien_mat",
}


def _days_back(today: dt.date, count: int, calendar: WorkingCalendar) -> dt.date:
    """The working day so many working days before a day."""
    day = today
    while count:
        day -= dt.timedelta(days=1)
        count -= organizations.is_working_day(day, calendar)
    return day


def _begins(today: dt.date, back: int, calendar: WorkingCalendar, at: dt.datetime) -> dt.datetime:
    """The opening of the working day so many days back; for today, a while ago."""
    return _opening(_days_back(today, back, calendar)) if back else at - 2 * APART


def _opening(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, OPENS, VIETNAM)
