"""Which prescribed paper records an event, and under which number: the forms changed their numbers in 2025.

Sources: Thông tư 01/2018/TT-VPCP, Phụ lục (Mẫu số 01-06), which Thông tư 03/2025/TT-VPCP (15/9/2025), Phụ lục I (Mẫu số
01-07) follows under Nghị định 118/2025/NĐ-CP, in force since 1/7/2025.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Page = Literal["A5", "A4", "A4 landscape"]
SINCE_2025 = dt.date(
    2025, 9, 15
)  # TT 03/2025/TT-VPCP is of this day; when it takes effect is to be checked by the agency

RECEIPT, SUPPLEMENT, REFUSAL, APOLOGY = "receipt", "supplement", "refusal", "apology"
STOP, CONTROL, REGISTER = "stop", "control", "register"
# What no circular prescribes: the answers to a filing online until it is accepted, and to a supplement.
FILING, SUPPLIED = "filing", "supplied"


@dataclass(frozen=True, slots=True)
class Form:
    """A prescribed form (mẫu).

    Attributes:
        kind: what it is for, the same in every set; as it stands in addresses.
        number: within its set, such as `01`.
        title: as the circular writes it.
        symbol: in the number of the paper, such as `TNHS`; empty where the form has none.
    """

    kind: str
    number: str
    title: str
    circular: str
    page: Page = "A5"
    symbol: str = ""

    @property
    def source(self) -> str:
        """The line that says where the form is from; empty where no circular prescribes it."""
        return f"Mẫu số {self.number}, {self.circular}" if self.number else ""


_OLD, _NEW = "Thông tư 01/2018/TT-VPCP", "Thông tư 03/2025/TT-VPCP"
_RECEIPT, _SUPPLEMENT = "Giấy tiếp nhận hồ sơ và hẹn trả kết quả", "Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ"
_REFUSAL, _CONTROL = "Phiếu từ chối tiếp nhận giải quyết hồ sơ", "Phiếu kiểm soát quá trình giải quyết hồ sơ"
_REGISTER = "Sổ theo dõi hồ sơ"

SET_2018 = (
    Form(RECEIPT, "01", _RECEIPT, _OLD, symbol="TNHS"),
    Form(SUPPLEMENT, "02", _SUPPLEMENT, _OLD, symbol="HDHS"),
    Form(REFUSAL, "03", _REFUSAL, _OLD, symbol="TCHS"),
    Form(APOLOGY, "04", "Phiếu xin lỗi và hẹn lại ngày trả kết quả", _OLD, symbol="PXL"),
    Form(CONTROL, "05", _CONTROL, _OLD),
    Form(REGISTER, "06", _REGISTER, _OLD, "A4 landscape"),
)
SET_2025 = (
    Form(RECEIPT, "01", _RECEIPT, _NEW, symbol="TNHS"),
    Form(SUPPLEMENT, "02", _SUPPLEMENT, _NEW, symbol="HDHS"),
    Form(REFUSAL, "03", _REFUSAL, _NEW, symbol="TCHS"),
    Form(APOLOGY, "04", "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết", _NEW, "A4", symbol="XLGH"),
    Form(STOP, "05", "Thông báo dừng giải quyết hồ sơ", _NEW, "A4", symbol="TBDHS"),
    Form(CONTROL, "06", _CONTROL, _NEW),
    Form(REGISTER, "07", _REGISTER, _NEW, "A4 landscape"),
)
OWN = {
    FILING: Form(FILING, "", "Xác nhận đã nộp hồ sơ trực tuyến", ""),
    SUPPLIED: Form(SUPPLIED, "", "Giấy xác nhận đã nhận bổ sung hồ sơ", ""),
}
KINDS: dict[str, tuple[str, ...]] = {  # what an event is recorded by
    "submit": (FILING,),
    "receive": (RECEIPT, CONTROL),
    "accept": (RECEIPT, CONTROL),
    "refuse": (REFUSAL,),
    "request_supplement": (SUPPLEMENT,),
    "supply": (SUPPLIED,),
    "advance": (CONTROL,),
    "send_back": (CONTROL,),
    "extend": (APOLOGY,),
    "lapse": (STOP,),
    "stop": (STOP,),
}


def form_set(on: dt.date) -> Sequence[Form]:
    """The forms that apply on a day."""
    return SET_2018 if on < SINCE_2025 else SET_2025


def form_on(kind: str, on: dt.date) -> Form | None:
    """The form of a kind on a day; None where the set has none, as for stopping before 2025."""
    if kind in OWN:
        return OWN[kind]
    return next((form for form in form_set(on) if form.kind == kind), None)


def forms_of(action: str, on: dt.date) -> list[Form]:
    """The forms that record an event of a day."""
    found = (form_on(kind, on) for kind in KINDS.get(action, ()))
    return [form for form in found if form is not None]
