"""The inbox as a page shows it: plain values, so that nothing is read while a hundred rows are drawn."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tinhso.core.badges import Badge
from tinhso.core.numbers import MISSING, number
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.desk.presenters import badges
from tinhso.public_services.desk.selectors import inbox
from tinhso.public_services.desk.selectors.inbox import Line
from tinhso.public_services.desk.selectors.reader import APPLICANT, CONSULTED, LEADER, MESSAGES, OFFICER, ONE_STOP
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import Consultation


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier of the inbox.

    Attributes:
        pick: key and revision, by which it is picked.
        holder: who has claimed it; empty for nobody.
        term: what is left of the time that this desk has; None where there is none.
        due: day promised for the result; empty while the clock stands.
        messages: how many messages of the applicant wait for a word; empty for none.
    """

    url: str
    pick: str
    number: str
    procedure: str
    owner: str
    channel: str
    state: Badge
    step: str
    holder: str
    term: Badge | None
    due: str
    since: str
    messages: str


def desk_title(desk: str) -> str:
    return {
        MESSAGES: _("Lời nhắn"),
        ONE_STOP: _("Một cửa"),
        OFFICER: _("Thụ lý"),
        LEADER: _("Lãnh đạo"),
        APPLICANT: _("Chờ người dân"),
        CONSULTED: _("Xin ý kiến"),
    }[desk]


def rows(found: Sequence[Line], *, at: dt.datetime) -> list[Row]:
    """Dossiers of one page."""
    calendar = organizations.working_calendar()
    channels, base = {channel.value: str(channel.label) for channel in Channel}, _address_base()
    state, bundles = cache(badges.state), cache(procedures.bundle)
    left = cache(lambda due_at: badges.term(due_at, at=at, calendar=calendar))
    made = []
    for dossier in found:
        bundle = bundles(dossier.version_id)
        made.append(
            Row(
                url=f"{base}{dossier.key}/",
                pick=f"{dossier.key}~{dossier.revision}",
                number=dossier.number,
                procedure=bundle.name,
                owner=inbox.owner_name(dossier.owner),
                channel=channels[dossier.channel],
                state=state(dossier.state),
                step=bundle.step(dossier.step).name if dossier.step else MISSING,
                holder=dossier.holder or "",
                term=badges.waiting(dossier) or left(dossier.act_by),
                due=badges.moment(dossier.due_at) if dossier.due_at else "",
                since=badges.moment(dossier.since),
                messages=messages_text(dossier.unanswered),
            )
        )
    return made


ROW = (  # drawn a hundred times at every look, so made in one go and not node by node
    '<tr data-ts-row>{}<th scope="row"><a href="{}">{}</a><span class="ts-under">{}</span>{}</th>'
    '<td data-label="{}">{}</td>'
    '<td data-label="{}">{}<span class="ts-under">{}</span></td>'
    '<td data-label="{}">{}<span class="ts-under">{}</span></td>'
    '<td data-label="{}">{}<span class="ts-under">{}</span></td>'
    '<td class="ts-nowrap" data-label="{}">{}</td></tr>'
)
PICK = '<td><input type="checkbox" name="pick" value="{}" aria-label="{} {}"></td>'
WROTE = '<span class="ts-under"><strong>{}</strong></span>'
BADGE = '<span class="ts-badge ts-badge-{}">{}</span>'


def body(rows: Sequence[Row], *, with_picks: bool) -> SafeString:
    """The rows of the table; each can be picked where something is done to several at once."""
    pick, owner, state, step = (escape(word) for word in (_("Chọn"), _("chủ hồ sơ"), _("trạng thái"), _("bước")))
    term, due, since = (escape(word) for word in (_("thời hạn"), _("hẹn trả"), _("chờ từ")))
    text = cache(escape)

    @cache
    def badge(shown: Badge | None) -> str:
        return BADGE.format(escape(shown.code), escape(shown.label)) if shown else MISSING

    return mark_safe(  # noqa: S308 - every value goes through `escape`, once
        "\n".join(
            ROW.format(
                PICK.format(escape(row.pick), pick, escape(row.number)) if with_picks else "",
                escape(row.url), escape(row.number), text(row.procedure),
                WROTE.format(text(row.messages)) if row.messages else "",
                owner, escape(row.owner),
                state, badge(row.state), text(row.channel),
                step, text(row.step), text(row.holder),
                term, badge(row.term), f"{due} {escape(row.due)}" if row.due else "",
                since, escape(row.since),
            )
            for row in rows
        )
    )  # fmt: skip


def _address_base() -> str:
    return reverse("public_services:desk")


@dataclass(frozen=True, slots=True)
class Asked:
    """An opinion that is asked for."""

    url: str
    number: str
    procedure: str
    by: str
    asked: str
    term: Badge | None


def asked_rows(found: Sequence[Consultation], *, at: dt.datetime, on: dt.date) -> list[Asked]:
    """Opinions that an agency has to give."""
    calendar = organizations.working_calendar()
    return [
        Asked(
            url=reverse("public_services:desk_dossier", args=[row.dossier.key]),
            number=row.dossier.number,
            procedure=procedures.bundle(row.dossier.version_id).name,
            by=organizations.named_unit(row.dossier.agency_id, on).name,
            asked=badges.moment(row.asked_at),
            term=badges.term(row.answer_by, at=at, calendar=calendar),
        )
        for row in found
    ]


def messages_text(count: int) -> str:
    """“2 lời nhắn chưa trả lời”; empty for none."""
    if not count:
        return ""
    text = ngettext("%(count)s lời nhắn chưa trả lời", "%(count)s lời nhắn chưa trả lời", count)
    return text % {"count": number(count)}


def tab_title(desk: str, count: int) -> str:
    """The title of a tab, with how much waits there: “Lời nhắn (3)”; without it for nothing."""
    shown = f"{number(inbox.MOST_COUNTED)}+" if count > inbox.MOST_COUNTED else number(count)
    return f"{desk_title(desk)} ({shown})" if count else desk_title(desk)


def count_text(count: int) -> str:
    """“12 hồ sơ”; “hơn 1.000 hồ sơ” where nobody counts on."""
    if count > inbox.MOST_COUNTED:
        return _("hơn %(count)s hồ sơ") % {"count": number(inbox.MOST_COUNTED)}
    return _("%(count)s hồ sơ") % {"count": number(count)}
