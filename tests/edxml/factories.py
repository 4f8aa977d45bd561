"""Packets for tests, and strategies that fill every field."""

import datetime as dt
import string

from hypothesis import strategies as st

from tinhso.edxml import (
    Attachment,
    Business,
    Organ,
    Packet,
    Receiver,
    Replacement,
    ResponseFor,
    Staff,
    Status,
    Trace,
    Unknown,
    XmlElement,
)

HANOI = dt.timezone(dt.timedelta(hours=7))
AT = dt.datetime(2023, 1, 3, 8, 30, 5, tzinfo=HANOI)
SENDER = Organ("H52.01", "UBND tỉnh Sơn La", "Sở Thông tin và Truyền thông", "Đường Hoàng Quốc Việt", "so@sonla.gov.vn")
RECIPIENT = Organ("000.00.13.H53", name="Sở Nội vụ")
CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 8


def make_packet(**changes: object) -> Packet:
    """A letter with one attachment and some of everything."""
    values: dict[str, object] = {
        "sender": SENDER,
        "recipients": (RECIPIENT, Organ("H52.02")),
        "document_id": "H52.01,2022/12/13,292/KH-UBND",
        "number": "292",
        "notation": "KH-UBND",
        "place": "Sơn La",
        "promulgated_on": dt.date(2022, 12, 13),
        "type_name": "Kế hoạch",
        "subject": "Kế hoạch chuyển đổi số năm 2023 & các <nhiệm vụ>",
        "signer_name": "Nguyễn Văn Mẫu",
        "priority": 1,
        "copies": 3,
        "message_id": "6f1c1b1e-4a51-4f9d-8a45-0c2d0cbe2b52",
        "traces": (Trace("H52.01", AT),),
        "business": Business(0, paper="0"),
        "attachments": (Attachment.of("tep-1", "Kế hoạch.pdf", "application/pdf", CONTENT, "Toàn văn"),),
    }
    return Packet(**{**values, **changes})


def make_status(**changes: object) -> Status:
    """The first agency tells the sender that the letter was received."""
    values: dict[str, object] = {
        "response_for": ResponseFor("H52.01", "292/KH-UBND", dt.date(2022, 12, 13), "H52.01,2022/12/13,292/KH-UBND"),
        "sender": RECIPIENT,
        "code": "03",
        "description": "Đã tiếp nhận",
        "at": AT,
        "staff": Staff("Văn thư", "Trần Thị Mẫu", "0900000000", "vt@example.vn"),
    }
    return Status(**{**values, **changes})


# --- strategies ----------------------------------------------------------------------------------------------------

_VIETNAMESE = "ăâđêôơưĂÂĐÊÔƠƯáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
_LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="￾￿") | st.sampled_from(
    _VIETNAMESE + string.ascii_letters + " <>&'\"\n\t\r]"
)
_NAMES = st.text(string.ascii_letters + "đế", min_size=1, max_size=8)


def texts(limit: int = 50, *, least: int = 0) -> st.SearchStrategy[str]:
    """Text as people write it; required text says something."""
    words = st.text(_LETTERS, min_size=least, max_size=limit)
    return words.filter(lambda text: bool(text.strip())) if least else words


CODES = st.text(string.ascii_letters + string.digits + "/.-,Đ ", max_size=20).map(str.strip)
REQUIRED_CODES = CODES.filter(bool)
ORGAN_IDS = st.from_regex(
    r"[0-9A-Z]{1,4}(\.[0-9A-Z]{1,4}){0,4}", fullmatch=True, alphabet=string.ascii_uppercase + string.digits
)
DATES = st.none() | st.dates(dt.date(1900, 1, 1), dt.date(2999, 12, 31))
TIMES = st.none() | st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2900, 1, 1), timezones=st.just(HANOI)).map(
    lambda at: at.replace(microsecond=0)
)
NUMBERS = st.none() | st.integers(0, 999_999_999)
ORGANS = st.builds(Organ, ORGAN_IDS, texts(), texts(), texts(), texts(), texts(), texts(), texts())
STAFF = st.builds(Staff, texts(), texts(), texts(), texts()).filter(lambda staff: staff != Staff())
RESPONSES = st.builds(ResponseFor, ORGAN_IDS, CODES, DATES, CODES)
ATTACHMENTS = st.builds(Attachment.of, REQUIRED_CODES, texts(), CODES, st.binary(max_size=300), texts())
BUSINESS = st.builds(
    Business,
    kind=st.integers(0, 3),
    reason=texts(),
    document_info=texts(),
    document_receiver=texts(),
    receivers=st.lists(st.builds(Receiver, st.integers(0, 1), ORGAN_IDS), max_size=3).map(tuple),
    document_id=CODES,
    staff=st.none() | STAFF,
    paper=st.sampled_from(["", "0", "1"]),
    replacements=st.lists(
        st.builds(Replacement, REQUIRED_CODES, st.lists(ORGAN_IDS, max_size=3).map(tuple)), max_size=3
    ).map(tuple),
)


def _in_normal_form(content: list[str | XmlElement]) -> tuple[str | XmlElement, ...]:
    kept: list[str | XmlElement] = []
    for item in content:
        if isinstance(item, str) and (not item or (kept and isinstance(kept[-1], str))):
            continue
        kept.append(item)
    return tuple(kept)


def _elements(children: st.SearchStrategy[XmlElement]) -> st.SearchStrategy[XmlElement]:
    names = st.one_of(_NAMES, _NAMES.map(lambda name: "{urn:x:y}" + name))
    attributes = st.dictionaries(names, texts(), max_size=3).map(lambda pairs: tuple(pairs.items()))
    content = st.lists(texts() | children, max_size=3).map(_in_normal_form)
    return st.builds(
        XmlElement, _NAMES.map("X".__add__), st.sampled_from(["", "urn:x", "urn:y&z"]), attributes, content
    )


ELEMENTS = st.recursive(_elements(st.nothing()), _elements, max_leaves=4)
_PLACES = [
    "",
    "edXMLEnvelope/edXMLHeader",
    "edXMLEnvelope/edXMLHeader/MessageHeader",
    "edXMLEnvelope/edXMLHeader/MessageHeader/From",
]
UNKNOWN = st.lists(st.builds(Unknown, st.sampled_from(_PLACES), ELEMENTS), max_size=3).map(tuple)

PACKETS = st.builds(
    Packet,
    sender=ORGANS,
    recipients=st.lists(ORGANS, min_size=1, max_size=4, unique_by=lambda organ: organ.organ_id).map(tuple),
    document_id=REQUIRED_CODES,
    number=REQUIRED_CODES,
    notation=REQUIRED_CODES,
    subject=texts(least=1),
    place=texts(),
    promulgated_on=DATES,
    type_code=CODES,
    type_detail=CODES,
    type_name=texts(),
    content=texts(),
    signer_competence=texts(),
    signer_position=texts(),
    signer_name=texts(),
    due_on=DATES,
    to_places=st.lists(texts(least=1), max_size=3).map(tuple),
    priority=st.none() | st.integers(0, 4),
    sphere=texts(),
    typer=texts(),
    copies=NUMBERS,
    pages=NUMBERS,
    direction=texts(),
    appendixes=st.lists(texts(least=1), max_size=3).map(tuple),
    responses=st.lists(RESPONSES, max_size=3).map(tuple),
    steering=st.none() | st.integers(0, 3),
    task_codes=st.lists(REQUIRED_CODES, max_size=3).map(tuple),
    application_type=CODES,
    message_id=texts(),
    traces=st.lists(st.builds(Trace, ORGAN_IDS, TIMES), max_size=3).map(tuple),
    business=st.none() | BUSINESS,
    attachments=st.lists(ATTACHMENTS, max_size=3, unique_by=lambda file: file.content_id).map(tuple),
    unknown=UNKNOWN,
)
STATUSES = st.builds(
    Status,
    response_for=RESPONSES,
    sender=ORGANS,
    code=st.integers(1, 16).map("{:02d}".format),
    description=texts(),
    at=TIMES,
    staff=st.none() | STAFF,
    to=st.none() | ORGANS,
    unknown=UNKNOWN.map(lambda kept: tuple(one for one in kept if "MessageHeader" not in one.path)),
)
