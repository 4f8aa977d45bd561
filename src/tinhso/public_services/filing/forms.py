"""What every filing asks beside the procedure's own form, drawn and checked by the same engine."""

from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tinhso.public_services.dossiers.choices import Channel, DeliveryWay
from tinhso.public_services.filing.choices import Mandate
from tinhso.public_services.filing.rules import keys
from tinhso.public_services.filing.selectors.drafts import Filling
from tinhso.public_services.form_engine.rules import form
from tinhso.public_services.form_engine.rules.filling import Part

OTHER = {"==": [f"/{keys.FOR}", keys.OTHER]}
NAME = {"type": "string", "minLength": 2, "maxLength": 120}
IDENTITY = {"type": "string", "pattern": "^[0-9]{12}$"}


def owner_part() -> Part:
    """For whom somebody files online: the person's own dossier, or that of somebody else with a mandate."""
    return _owner_part(get_language() or "")


def own_part(found: Filling) -> Part | None:
    """`owner_part` where it is asked; None in a session of assistance, which knows the person."""
    return owner_part() if found.draft.assistance is None else None


def counter_part() -> Part:
    """Whose dossier an official takes in, and who brings it."""
    return _counter_part(get_language() or "")


def delivery_part(channel: str) -> Part:
    """How the result reaches the person."""
    return _delivery_part(get_language() or "", channel)


@lru_cache(maxsize=4)
def _owner_part(_language: str) -> Part:
    choices = [(keys.SELF, _("Tôi nộp cho chính mình")), (keys.OTHER, _("Tôi nộp thay cho người khác"))]
    return _part(
        _("Chủ hồ sơ"),
        {
            keys.FOR: _choice(_("Ông, bà nộp hồ sơ cho ai?"), choices),
            keys.OWNER_NAME: NAME | {"title": _("Họ, chữ đệm, tên của người đó")},
            keys.OWNER_IDENTITY: IDENTITY
            | {
                "title": _("Số định danh cá nhân của người đó"),
                "description": _("Gồm 12 chữ số, in trên thẻ căn cước."),
            },
            keys.MANDATE: _choice(_("Căn cứ để nộp thay"), Mandate.choices),
        },
        [
            _asked(keys.FOR, "choice"),
            _asked(keys.OWNER_NAME, "text", visible_if=OTHER),
            _asked(keys.OWNER_IDENTITY, "identity_number", visible_if=OTHER),
            _asked(keys.MANDATE, "choice", visible_if=OTHER),
        ],
    )


@lru_cache(maxsize=4)
def _counter_part(_language: str) -> Part:
    choices = [(keys.SELF, _("Chính chủ hồ sơ")), (keys.OTHER, _("Người khác nộp thay"))]
    return _part(
        _("Chủ hồ sơ và người nộp"),
        {
            keys.OWNER_NAME: NAME | {"title": _("Họ, chữ đệm, tên chủ hồ sơ")},
            keys.OWNER_IDENTITY: IDENTITY
            | {
                "title": _("Số định danh cá nhân"),
                "description": _("Để trống nếu chưa có; có số này thì chủ hồ sơ theo dõi được trên mạng."),
            },
            keys.OWNER_PHONE: {"type": "string", "title": _("Số điện thoại"), "pattern": r"^(0|\+84)[0-9]{9,10}$"},
            keys.OWNER_ADDRESS: {"type": "string", "title": _("Địa chỉ"), "maxLength": 250},
            keys.FOR: _choice(_("Người nộp"), choices),
            keys.APPLICANT_NAME: NAME | {"title": _("Họ, chữ đệm, tên người nộp")},
            keys.APPLICANT_IDENTITY: IDENTITY | {"title": _("Số định danh cá nhân của người nộp")},
            keys.MANDATE: _choice(_("Căn cứ để nộp thay"), Mandate.choices),
        },
        [
            _asked(keys.OWNER_NAME, "text"),
            {"name": keys.OWNER_IDENTITY, "widget": "identity_number"},
            {"name": keys.OWNER_PHONE, "widget": "phone"},
            {"name": keys.OWNER_ADDRESS, "widget": "text"},
            _asked(keys.FOR, "choice"),
            _asked(keys.APPLICANT_NAME, "text", visible_if=OTHER),
            _asked(keys.APPLICANT_IDENTITY, "identity_number", visible_if=OTHER),
            _asked(keys.MANDATE, "choice", visible_if=OTHER),
        ],
    )


@lru_cache(maxsize=8)
def _delivery_part(_language: str, channel: str) -> Part:
    labels = dict(DeliveryWay.choices)
    order = list(DeliveryWay.values)
    if channel != Channel.ONLINE:
        order.sort(key=lambda way: way == DeliveryWay.ONLINE)
    choices = [(way, str(labels[way])) for way in order]
    schema = {keys.DELIVERY: _choice(_("Cách nhận kết quả"), choices)}
    return _part(_("Nhận kết quả"), schema, [_asked(keys.DELIVERY, "choice")])


def _choice(title: str, choices: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "oneOf": [{"const": str(v), "title": str(label)} for v, label in choices]}


def _asked(name: str, widget: str, **rest: Any) -> dict[str, Any]:
    return {"name": name, "widget": widget, "required": True, **rest}


def _part(title: str, properties: dict[str, Any], items: list[dict[str, Any]]) -> Part:
    schema = {"type": "object", "properties": properties}
    read = form.read({"schema": schema, "pages": [{"id": "filing", "title": title, "items": items}]})
    return Part(read, read.pages[0])
