"""What a check found, in words for people and codes for programs."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from tinhso.signing.trust import Material


class Verdict(StrEnum):
    """Whether a signed file counts."""

    PASSED = "dat"
    FAILED = "khong_dat"
    UNDETERMINED = "chua_du"  # grounds are missing; the same file may pass later


class Coverage(StrEnum):
    """How much of the file a signature covers."""

    FILE = "entire_file"
    REVISION = "entire_revision"  # all that was there when it was made
    PARTIAL = "partial"


class Role(StrEnum):
    """As what somebody signed."""

    PERSON = "person"
    ORGANIZATION = "organization"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file, or one of its signatures, does not pass.

    Args:
        code: stable word for programs, a key of `TEXTS`.
        verdict: FAILED or UNDETERMINED.
        text: Vietnamese sentences: what is wrong, and what that means.
        field: the signature's field; empty for the whole file.
    """

    code: str
    verdict: Verdict
    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """One signature, or time stamp, and what was found.

    Args:
        field: name of the form field.
        signer: name in the certificate; empty when it cannot be read.
        organization: in the certificate.
        serial: of the certificate, hexadecimal.
        sha256: fingerprint of the certificate.
        stated_at: moment that the signer states; None when there is none.
        proved_at: earliest moment proved by a time stamp; None without one.
        coverage: how much of the file it covers.
    """

    field: str
    signer: str
    organization: str
    serial: str
    sha256: str
    stated_at: dt.datetime | None
    proved_at: dt.datetime | None
    role: Role
    coverage: Coverage
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A certificate of which nobody proved yet that it was not revoked.

    Args:
        serial: of the certificate, hexadecimal.
        issuer: name of the authority that has to prove it.
        issuer_certificate: of that authority, DER.
        certificate: DER.
        crl_urls: where its list of revoked certificates is found.
        ocsp_urls: where its OCSP responder is found.
    """

    serial: str
    issuer: str
    issuer_certificate: bytes
    certificate: bytes
    crl_urls: tuple[str, ...]
    ocsp_urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of a file.

    Args:
        reasons: of the file and of all its signatures; empty when it passed.
        signatures: in the order in which they were made, time stamps among them.
        evidence: what the verdict rests on; `verify` answers the same from it and the same moment.
        wanted: what has to be fetched before the check can be decided.
        policy: version of the policy.
        at: moment of the check.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    signatures: tuple[SignatureReport, ...]
    evidence: Material
    wanted: tuple[Wanted, ...]
    policy: str
    at: dt.datetime

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the reasons."""
        return tuple(reason.code for reason in self.reasons)


FAILED, UNDETERMINED = Verdict.FAILED, Verdict.UNDETERMINED
TEXTS: dict[str, tuple[Verdict, str]] = {
    "not_pdf": (FAILED, "Tệp không phải là PDF nên không có chữ ký số nào để kiểm tra."),
    "too_large": (FAILED, "Tệp lớn hơn 100 MB nên không được kiểm tra; chữ ký của tệp không được công nhận."),
    "unreadable": (FAILED, "Không đọc được tệp (hỏng hoặc bị đặt mật khẩu) nên không biết ai đã ký nội dung nào."),
    "too_complex": (
        FAILED,
        "Tệp có quá nhiều phiên bản hoặc chữ ký nên không được kiểm tra; tệp không được công nhận.",
    ),
    "unsigned": (FAILED, "Tệp chưa có chữ ký số nào; đây chưa phải là văn bản điện tử đã ký."),
    "broken": (FAILED, "Chữ ký hỏng, không đọc được; không thể biết ai đã ký."),
    "changed": (FAILED, "Nội dung đã bị sửa sau khi ký; tệp không còn là văn bản mà người ký đã ký."),
    "forged": (FAILED, "Chữ ký không khớp với chứng thư số của người ký; chữ ký này là giả hoặc đã hỏng."),
    "gap": (FAILED, "Chữ ký bỏ sót một phần của tệp, nơi có thể giấu nội dung chưa ai ký."),
    "appended": (FAILED, "Có phần được thêm vào sau chữ ký cuối cùng mà không chữ ký nào bảo vệ."),
    "field_changed": (FAILED, "Có ô thông tin ngoài số và ngày ban hành bị điền hoặc sửa sau khi ký."),
    "untrusted": (
        FAILED,
        "Chứng thư số không thuộc tổ chức chứng thực nào được tin cậy; không xác định được người ký.",
    ),
    "chain_expired": (FAILED, "Chứng thư số của tổ chức chứng thực không còn hiệu lực vào lúc cần chứng minh."),
    "expired": (FAILED, "Chứng thư số đã hết hạn và không có dấu thời gian chứng minh đã ký trước đó."),
    "not_yet_valid": (FAILED, "Chứng thư số chưa có hiệu lực vào lúc kiểm tra; chữ ký chưa có giá trị."),
    "signed_outside": (FAILED, "Thời điểm ký ghi trong chữ ký nằm ngoài thời hạn của chứng thư số."),
    "revoked": (FAILED, "Chứng thư số đã bị thu hồi; chữ ký không có giá trị."),
    "no_revocation": (
        UNDETERMINED,
        "Chưa có dữ liệu chứng minh chứng thư số còn hiệu lực (CRL, OCSP); cần lấy và kiểm tra lại.",
    ),
    "old_revocation": (UNDETERMINED, "Dữ liệu thu hồi chứng thư số đã cũ; cần lấy bản mới và kiểm tra lại."),
    "future": (
        UNDETERMINED,
        "Thời điểm ký ở tương lai quá 5 phút; đồng hồ của người ký sai hoặc thời điểm bị khai khống.",
    ),
    "undated": (UNDETERMINED, "Chữ ký không ghi thời điểm ký nên chưa đủ căn cứ biết chứng thư số còn hạn lúc ký."),
    "key_usage": (FAILED, "Chứng thư số không được cấp để ký văn bản; chữ ký không có giá trị."),
    "weak_key": (FAILED, "Khóa của người ký quá ngắn, có thể bị làm giả; chữ ký không được công nhận."),
    "weak_hash": (FAILED, "Chữ ký dùng hàm băm không còn an toàn (SHA-1 hoặc cũ hơn); chữ ký không được công nhận."),
    "old_hash": (UNDETERMINED, "Chữ ký dùng SHA-1 từ thời còn được phép; chưa đủ căn cứ chứng minh đã ký trước hạn."),
    "other_organization": (
        FAILED,
        "Cơ quan trong chứng thư số không phải là cơ quan ban hành được khai; văn bản không đúng nơi gửi.",
    ),
    "timestamp": (UNDETERMINED, "Dấu thời gian không kiểm tra được nên thời điểm ký chưa được chứng minh."),
}


def reason(code: str, field: str = "") -> Reason:
    """The reason with this code."""
    verdict, text = TEXTS[code]
    return Reason(code, verdict, text, field)


def worst(reasons: tuple[Reason, ...]) -> Verdict:
    """The verdict to which reasons lead."""
    found = {each.verdict for each in reasons}
    if Verdict.FAILED in found:
        return Verdict.FAILED
    return Verdict.UNDETERMINED if found else Verdict.PASSED
