"""Keys of agencies and documents, as two decisions and the exchange write them."""

import datetime as dt
import re
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from tinhso.edxml.values import ORGAN_ID, Kind, form, parse

ORGAN_ID_LIMIT = 35  # characters, QĐ 20/2020/QĐ-TTg
_FOUR_LEVELS = re.compile(r"[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z][0-9]{2}")


class NotAnOrganId(ValueError):
    """The text is no identifier of an agency."""


class NotADocumentId(ValueError):
    """The text is no key of a document."""


class Scheme(Enum):
    """Which decision an identifier follows (mã định danh cơ quan)."""

    TT_10_2016 = "TT 10/2016/TT-BTTTT"  # 000.00.13.H53, read from right to left
    QD_20_2020 = "QĐ 20/2020/QĐ-TTg"  # H53.13, read from left to right


class Aliases(Protocol):
    """Which identifiers mean the same agency; a mapping from identifier to any key of the agency will do."""

    def get(self, organ_id: str, /) -> object | None:
        """The key of the agency, or None for an identifier the table does not hold."""
        ...


def scheme_of(organ_id: str) -> Scheme:
    """The scheme an identifier is written in.

    Raises:
        NotAnOrganId: it follows neither.
    """
    if _FOUR_LEVELS.fullmatch(organ_id):
        return Scheme.TT_10_2016
    if len(organ_id) <= ORGAN_ID_LIMIT and ORGAN_ID.fullmatch(organ_id):
        return Scheme.QD_20_2020
    raise NotAnOrganId("Mã định danh gồm tối đa 35 ký tự 0-9, A-Z chia thành các nhóm bằng dấu chấm.")


def is_same_agency(one: str, other: str, aliases: Aliases) -> bool:
    """Whether two identifiers mean one agency.

    Identifiers that differ are the same agency only when the table says so: codes were issued anew when schemes
    changed, so no rule over their letters leads from one to the other.
    """
    if one == other:
        return True
    agency = aliases.get(one)
    return agency is not None and agency == aliases.get(other)


@dataclass(frozen=True, slots=True)
class DocumentId:
    """The key of a document (mã văn bản): `{organ_id},{yyyy/MM/dd},{number}/{notation}`.

    Raises:
        NotADocumentId: a part is missing or holds a character that separates the parts.
    """

    organ_id: str
    promulgated_on: dt.date
    number: str
    notation: str

    def __post_init__(self) -> None:
        try:
            scheme_of(self.organ_id)
        except NotAnOrganId as error:
            raise NotADocumentId(str(error)) from None
        is_good = self.number and "/" not in self.number and "," not in self.number and self.notation
        if not is_good or self.code != self.code.strip():
            raise NotADocumentId("Mã văn bản phải có số và ký hiệu, số không chứa dấu phẩy hoặc gạch chéo.")

    @property
    def code(self) -> str:
        """Number and notation as people write them, e.g. 12/KH-UBND."""
        return f"{self.number}/{self.notation}"

    def __str__(self) -> str:
        return f"{self.organ_id},{form(self.promulgated_on)},{self.code}"


def format_document_id(organ_id: str, promulgated_on: dt.date, number: str, notation: str) -> str:
    """The key of a document as text.

    Raises:
        NotADocumentId: a part does not fit.
    """
    return str(DocumentId(organ_id, promulgated_on, number, notation))


def parse_document_id(text: str) -> DocumentId:
    """The parts of a document's key.

    Raises:
        NotADocumentId: the text is none.
    """
    parts = [part.strip() for part in text.split(",", 2)]
    if len(parts) != len(("organ", "date", "code")):
        raise NotADocumentId("Mã văn bản gồm mã cơ quan, ngày ban hành và số, ký hiệu cách nhau bằng dấu phẩy.")
    number, _, notation = parts[2].partition("/")
    try:
        promulgated_on = parse(Kind.DATE, parts[1])
    except ValueError:
        raise NotADocumentId("Ngày trong mã văn bản phải viết theo dạng năm/tháng/ngày.") from None
    if not isinstance(promulgated_on, dt.date):  # for the type checker: a date is all this kind gives
        raise NotADocumentId("Ngày trong mã văn bản phải viết theo dạng năm/tháng/ngày.")
    return DocumentId(parts[0], promulgated_on, number, notation)
