"""The inbox as a page shows it: plain values, so that nothing is read while a hundred rows are drawn."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tinhso.core.badges import Badge
from tinhso.core.numbers import MISSING, number
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.desk.presenters import badges
from tinhso.public_services.desk.selectors import inbox
from tinhso.public_services.desk.selectors.reader import APPLICANT, CONSULTED, LEADER, MESSAGES, OFFICER, ONE_STOP
from tinhso.public_services.dossiers.choices import Channel
from tinhso.public_services.dossiers.models import Consultation, Dossier


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


def rows(
    found: Sequence[Dossier], owners: Mapping[int, str], since: Mapping[int, dt.datetime], *, at: dt.datetime
) -> list[Row]:
    """Dossiers of one page."""
    calendar = organizations.working_calendar()
    channels, base = {channel.value: str(channel.label) for channel in Channel}, _address_base()
    state = cache(badges.state)
    left = cache(lambda due_at: badges.term(due_at, at=at, calendar=calendar))
    made = []
    for dossier in found:
        bundle = procedures.bundle(dossier.version_id)
        made.append(
            Row(
                url=f"{base}{dossier.key}/",
                pick=f"{dossier.key}~{dossier.revision}",
                number=dossier.number,
                procedure=bundle.name,
                owner=owners.get(dossier.pk, ""),
                channel=channels[dossier.channel],
                state=state(dossier.state),
                step=bundle.step(dossier.step).name if dossier.step else MISSING,
                holder=dossier.claimed_by.full_name if dossier.claimed_by else "",
                term=badges.waiting(dossier) or left(dossier.act_by),
                due=badges.moment(dossier.due_at) if dossier.due_at else "",
                since=badges.moment(since.get(dossier.pk) or dossier.resolved_at or dossier.submitted_at),
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
    pick, owner, state, step = _("Chọn"), _("chủ hồ sơ"), _("trạng thái"), _("bước")
    term, due, since = _("thời hạn"), _("hẹn trả"), _("chờ từ")

    @cache
    def badge(shown: Badge | None) -> str:
        return format_html(BADGE, shown.code, shown.label) if shown else MISSING

    return format_html_join(
        "\n",
        ROW,
        (
            (
                format_html(PICK, row.pick, pick, row.number) if with_picks else "",
                row.url, row.number, row.procedure, format_html(WROTE, row.messages) if row.messages else "",
                owner, row.owner,
                state, badge(row.state), row.channel,
                step, row.step, row.holder,
                term, badge(row.term), f"{due} {row.due}" if row.due else "",
                since, row.since,
            )
            for row in rows
        ),
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
