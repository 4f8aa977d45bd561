"""State secrets have no place here: what bears their mark is refused, and only a yearly count is kept."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from tinhso.core import audit
from tinhso.core.errors import RuleViolation
from tinhso.documents.models import Agency, SecretCount
from tinhso.documents.rules import secrecy


class StateSecret(RuleViolation):
    """Something bears the mark of a state secret. Nothing of it is kept; there is no way around it."""


def require_none(lines: Iterable[str]) -> None:
    """Check texts, line by line, for a mark of secrecy.

    Raises:
        StateSecret: there is one.
    """
    level = secrecy.mark(part for line in lines for part in line.splitlines())
    if level:
        raise StateSecret(
            _(
                "Có dấu độ mật “%(level)s”: văn bản bí mật nhà nước không được soạn thảo, lưu giữ, gửi trên hệ thống này "
                "(Luật Bảo vệ bí mật nhà nước). Không có gì được lưu; hãy xử lý theo đường văn bản mật."
            )
            % {"level": level}
        )


@transaction.atomic
def enter_count(*, agency: Agency, year: int, count: int, actor: str, at: dt.datetime) -> SecretCount:
    """Enter how many secret documents an agency issued in a year (số lượng văn bản mật), and nothing else of them."""
    found, _created = SecretCount.objects.update_or_create(
        agency=agency, year=year, defaults={"count": count, "entered_by": actor, "at": at}
    )
    audit.record(
        actor=actor,
        action="documents.secret_count_entered",
        obj=f"agency:{agency.pk}",
        details={"year": year, "count": count},
        at=at,
    )
    return found
