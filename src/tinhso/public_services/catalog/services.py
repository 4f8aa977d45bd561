"""Writing procedures: a draft is written over, a published version stands."""

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit, outbox, words
from tinhso.core.errors import RuleViolation
from tinhso.organizations import api as organizations
from tinhso.organizations.api import UnitKind
from tinhso.public_services.catalog.choices import VersionState
from tinhso.public_services.catalog.models import Offering, Procedure, ProcedureVersion
from tinhso.public_services.catalog.rules import content, lint
from tinhso.public_services.catalog.rules.content import BadBundle, Bundle
from tinhso.public_services.catalog.rules.lint import Finding
from tinhso.reference import national

SHARED = "_shared.yaml"


class BundleRefused(RuleViolation):
    """A bundle that cannot be taken: the sentence says where."""


class NotPublishable(RuleViolation):
    """A draft with findings that stop its publishing.

    Args:
        findings: what stops it.
    """

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(_("Chưa công bố được: còn %(count)s chỗ phải sửa, nêu ở dưới.") % {"count": len(findings)})
        self.findings = findings


class NotInForce(RuleViolation):
    """A procedure that has ended, or has not begun."""


class NothingNew(RuleViolation):
    """The draft says the same as the version in force."""


@transaction.atomic
def write_draft(*, text: bytes, actor: str, at: dt.datetime) -> ProcedureVersion:
    """Take a bundle as the draft of its procedure's next version (nhập bộ thủ tục); an earlier draft is written over.

    Args:
        text: YAML or JSON.

    Raises:
        BundleRefused: it cannot be read, or parts contradict one another.
    """
    try:
        bundle = content.parsed(text, shared=shared_definitions())
    except BadBundle as error:
        raise BundleRefused(_sentence(error)) from None
    procedure, _new = Procedure.objects.get_or_create(code=bundle.code)
    row = ProcedureVersion.objects.filter(procedure=procedure, state=VersionState.DRAFT).first()
    row = row or ProcedureVersion(procedure=procedure, number=_next_number(procedure))
    _fill(row, bundle)
    row.written_by = actor
    row.save()
    _note("draft_written", row, actor, at)
    return row


@transaction.atomic
def publish(*, version: ProcedureVersion, valid_from: dt.date, actor: str, at: dt.datetime) -> ProcedureVersion:
    """Publish a draft (công bố): dossiers filed from its first day on follow it; the version before ends the day before.

    Raises:
        NotPublishable: findings stop it.
        NothingNew: it says what the version in force says already.
    """
    row = ProcedureVersion.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=version.pk)
    if row.state == VersionState.PUBLISHED:
        return row
    bundle = content.read(row.content)
    stopping = [finding for finding in lint.findings(bundle) if finding.stops]
    if stopping:
        raise NotPublishable(stopping)
    before = _newest_published(row.procedure)
    if before and before.digest == row.digest and before.valid_to is None:
        raise NothingNew(_("Bản soạn không khác bản đang áp dụng; hãy bỏ bản soạn này."))
    _end_before(before, valid_from)
    row.state, row.valid_from, row.published_at, row.published_by = VersionState.PUBLISHED, valid_from, at, actor
    row.save(update_fields=["state", "valid_from", "published_at", "published_by"])
    _offer(row.procedure, bundle, valid_from)
    _note("published", row, actor, at)
    outbox.publish(topic="public_services.procedure_published", payload={"version": row.pk}, at=at)
    return row


@transaction.atomic
def discard_draft(*, version: ProcedureVersion, actor: str, at: dt.datetime) -> None:
    """Drop a draft (bỏ bản soạn)."""
    row = ProcedureVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT).first()
    if row:
        _note("draft_discarded", row, actor, at)
        row.delete()


@transaction.atomic
def end_procedure(*, procedure: Procedure, last_day: dt.date, actor: str, at: dt.datetime) -> ProcedureVersion:
    """End a procedure (bãi bỏ thủ tục): nobody files it after its last day; dossiers under way go on.

    Another version may be published later, which begins it anew.

    Raises:
        NotInForce: no version of it is in force, or it begins after that day.
    """
    row = _newest_published(Procedure.objects.select_for_update().get(pk=procedure.pk))
    if row is None or row.valid_to is not None or row.valid_from is None or row.valid_from > last_day:
        raise NotInForce(_("Thủ tục không còn áp dụng, hoặc bắt đầu sau ngày đã chọn; hãy chọn ngày khác."))
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
    Offering.objects.filter(procedure=procedure, valid_to__isnull=True, valid_from__lte=last_day).update(
        valid_to=last_day
    )
    _note("ended", row, actor, at, last_day=last_day.isoformat())
    outbox.publish(topic="public_services.procedure_published", payload={"version": row.pk}, at=at)
    return row


@transaction.atomic
def adopt_reference(*, valid_from: dt.date, at: dt.datetime) -> int:
    """Publish the procedures that come with the platform and are not in the catalog yet; safe to repeat.

    Returns:
        How many were published.
    """
    known = set(Procedure.objects.values_list("code", flat=True))
    paths = [path for path in sorted(reference_folder().glob("[0-9]*.yaml")) if path.stem not in known]
    for path in paths:
        draft = write_draft(text=path.read_bytes(), actor="system", at=at)
        publish(version=draft, valid_from=valid_from, actor="system", at=at)
    return len(paths)


def reference_folder() -> Path:
    """Where the procedures that come with the platform lie."""
    return Path(str(national.__path__[0])) / "procedures"


def shared_definitions() -> dict[str, Any]:
    """Pieces that every form may refer to."""
    found: dict[str, Any] = yaml.safe_load((reference_folder() / SHARED).read_text(encoding="utf-8"))
    return found


def _fill(row: ProcedureVersion, bundle: Bundle) -> None:
    row.content = bundle.content()
    row.digest = content.digest(row.content)
    row.name, row.field, row.online_level = bundle.name, bundle.field, bundle.online_level
    row.eligible_full, row.national_portal = bundle.eligible_full, bundle.national_portal
    row.plain = words.without_tones(" ".join([bundle.code, bundle.name, bundle.field, bundle.summary]))


def _next_number(procedure: Procedure) -> int:
    newest = procedure.versions.order_by("-number").first()
    return newest.number + 1 if newest else 1


def _newest_published(procedure: Procedure) -> ProcedureVersion | None:
    return procedure.versions.filter(state=VersionState.PUBLISHED).order_by("-number").first()


def _end_before(version: ProcedureVersion | None, day: dt.date) -> None:
    """End a version on the day before; one that would end before it began is passed over by the newer one."""
    if version is None or version.valid_from is None:
        return
    last = max(day - dt.timedelta(days=1), version.valid_from)
    version.valid_to = min(last, version.valid_to or last)
    version.save(update_fields=["valid_to"])


def _offer(procedure: Procedure, bundle: Bundle, day: dt.date) -> None:
    """Let the units that the bundle names offer the procedure from a day on, and no others."""
    wanted = {_offerer(name, day) for name in bundle.offered_by}
    running = Offering.objects.filter(procedure=procedure, valid_to__isnull=True)
    there = {(row.unit_kind, row.org_unit_id): row for row in running}
    for key, row in there.items():
        if key not in wanted:
            row.valid_to = max(day - dt.timedelta(days=1), row.valid_from)
            row.save(update_fields=["valid_to"])
    for kind, unit in wanted - set(there):
        Offering.objects.create(procedure=procedure, unit_kind=kind, org_unit_id=unit, valid_from=day)


def _offerer(name: str, day: dt.date) -> tuple[str, int | None]:
    """A kind of unit, or a single unit by its code."""
    if name in UnitKind.values:
        return name, None
    return "", organizations.last_named(name, day).org_unit_id


def _note(action: str, row: ProcedureVersion, actor: str, at: dt.datetime, **more: str) -> None:
    details = {"code": row.procedure.code, "number": row.number, "digest": row.digest, **more}
    audit.record(
        actor=actor,
        action=f"public_services.procedure_{action}",
        obj=f"procedure_version:{row.pk}",
        details=details,
        at=at,
    )


def _sentence(error: BadBundle) -> str:
    """Where a bundle is wrong and why, in one sentence."""
    where = _("mục %(part)s") % {"part": error.where} if error.where not in ("file", "bundle") else ""
    line = _("dòng %(line)s") % {"line": error.line} if error.line else ""
    place = ", ".join(filter(None, [line, where]))
    said = {"why": _reason(error), "place": place}
    if not place:
        return _("Không nhập được bộ thủ tục: %(why)s.") % said
    return _("Không nhập được bộ thủ tục, %(place)s: %(why)s.") % said


def _reason(error: BadBundle) -> str:
    """Why a bundle is wrong; what the parts say of one another is told in the words of the check."""
    known = {
        "too_large": _("tệp lớn hơn %(limit)s kB"),
        "too_deep": _("lồng nhau quá %(limit)s tầng"),
        "not_utf8": _("tệp không phải chữ UTF-8"),
        "not_yaml": _("không phải YAML hay JSON đúng cách viết, hoặc dùng tham chiếu (&, *)"),
        "not_object": _("tệp không phải một bộ thủ tục"),
        "not_json": _("có giá trị mà JSON không ghi được"),
        "missing": _("thiếu mục này"),
        "extra_forbidden": _("không có mục nào tên như vậy"),
        "literal_error": _("phải là một trong: %(limit)s"),
        "enum": _("phải là một trong: %(limit)s"),
        "string_pattern_mismatch": _("viết sai dạng %(limit)s"),
        "string_too_short": _("phải có ít nhất %(limit)s chữ"),
        "string_too_long": _("nhiều nhất %(limit)s chữ"),
        "too_short": _("phải có ít nhất %(limit)s mục con"),
        "greater_than_equal": _("phải từ %(limit)s trở lên"),
        "less_than_equal": _("nhiều nhất là %(limit)s"),
    }
    if error.kind in known:
        return known[error.kind] % {"limit": error.limit}
    if error.kind.endswith(("_type", "_parsing", "_from_float")):
        return _("sai kiểu (chữ, số, có/không, danh sách hay nhóm)")
    return error.why
