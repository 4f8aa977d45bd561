"""The exchange door: where partners lay down packets, known by the certificate that they show (ADR 0041)."""

import base64
import hashlib
import json
import ssl

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tinhso.core import clock
from tinhso.documents.models import Partner
from tinhso.documents.selectors import agencies
from tinhso.documents.services import inbox
from tinhso.edxml import Limits

STATUSES = {"18": 404, "19": 422, "22": 422, "23": 422, "conflict": 409, "refused_as_secret": 451}
MOST_PROBLEMS = 20


@csrf_exempt
@require_POST
def message(request: HttpRequest, message_id: str) -> HttpResponse:
    """Take one packet: 201 with a signed receipt, 200 with the same receipt when it had come before."""
    partner = _partner(request)
    if partner is None:
        return _problem(403, "unauthorized", _("Hệ thống gửi chưa được đăng ký ở đây."))
    length = request.META.get("CONTENT_LENGTH", "")
    if not length.isdecimal() or int(length) > Limits().packet:
        return _problem(413, "22", _("Gói tin lớn hơn giới hạn cho phép, hoặc không ghi độ dài."))
    content = request.read(int(length))
    if not _is_whole(request.headers.get("Content-Digest", ""), content):
        return _problem(422, "21", _("Gói tin đến không nguyên vẹn; hãy gửi lại."))
    try:
        taken = inbox.receive(
            message_id=str(message_id),
            recipient_code=request.headers.get("Tinhso-To", ""),
            content=content,
            partner=partner,
            at=clock.now(),
        )
    except inbox.NotTaken as refusal:
        return _problem(STATUSES.get(refusal.code, 422), refusal.code, refusal.text, refusal.problems)
    return HttpResponse(taken.receipt, status=201 if taken.is_new else 200, content_type="application/json")


def _partner(request: HttpRequest) -> Partner | None:
    """The partner whose certificate stands behind the connection; None for anybody else."""
    connection = request.META.get("gunicorn.socket")
    if not isinstance(connection, ssl.SSLSocket):
        return None
    shown = connection.getpeercert(binary_form=True)
    return agencies.partner_of(hashlib.sha256(shown).hexdigest()) if shown else None


def _is_whole(digest: str, content: bytes) -> bool:
    """Whether the bytes are those that were sent (RFC 9530)."""
    expected = base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")
    return digest == f"sha-256=:{expected}:"


def _problem(status: int, code: str, detail: str, problems: tuple[str, ...] = ()) -> HttpResponse:
    body = {"status": status, "code": code, "detail": detail, "problems": list(problems[:MOST_PROBLEMS])}
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type="application/problem+json")
