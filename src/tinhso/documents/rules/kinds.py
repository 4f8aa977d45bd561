"""What each of the 29 types is called in a number and on a paper (NĐ 30/2020/NĐ-CP, Điều 7 and Phụ lục III)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of document.

    Attributes:
        code: our key.
        name: as it stands over the subject; a công văn has none there.
        abbreviation: in the notation; empty where the act gives none.
        number: of the type in the list of Điều 7.
        opening: what a draft begins with.
        closing: what a draft ends with, for the drafter to keep or strike.
        has_articles: its body is made of Điều.
    """

    code: str
    name: str
    abbreviation: str
    number: int
    opening: str = ""
    closing: str = ""
    has_articles: bool = False


_DECIDING = "Căn cứ Luật Tổ chức chính quyền địa phương;\nCăn cứ …;\nXét đề nghị của …,"
_PLEASE = "Đề nghị các cơ quan, đơn vị nghiêm túc triển khai thực hiện./."
KINDS = (
    Kind(
        "NQ", "Nghị quyết", "NQ", 1, _DECIDING + "\n\nQUYẾT NGHỊ:", "Nghị quyết này có hiệu lực kể từ ngày ký./.", True
    ),
    Kind(
        "QD", "Quyết định", "QĐ", 2, _DECIDING + "\n\nQUYẾT ĐỊNH:", "Quyết định này có hiệu lực kể từ ngày ký./.", True
    ),
    Kind("CT", "Chỉ thị", "CT", 3, "Thời gian qua, …\nĐể …, Chủ tịch Ủy ban nhân dân yêu cầu:", _PLEASE),
    Kind("QC", "Quy chế", "QC", 4, "Chương I\nQUY ĐỊNH CHUNG", "", True),
    Kind("QyD", "Quy định", "QyĐ", 5, "Chương I\nQUY ĐỊNH CHUNG", "", True),
    Kind("TC", "Thông cáo", "TC", 6, "…"),
    Kind("TB", "Thông báo", "TB", 7, "… thông báo như sau:"),
    Kind("HD", "Hướng dẫn", "HD", 8, "Căn cứ …, … hướng dẫn như sau:", _PLEASE),
    Kind("CTr", "Chương trình", "CTr", 9, "I. MỤC ĐÍCH, YÊU CẦU\n\nII. NỘI DUNG\n\nIII. TỔ CHỨC THỰC HIỆN"),
    Kind(
        "KH",
        "Kế hoạch",
        "KH",
        10,
        "Thực hiện …, … ban hành kế hoạch …, cụ thể như sau:\n\nI. MỤC ĐÍCH, YÊU CẦU\n\nII. NỘI DUNG\n\nIII. TỔ CHỨC THỰC HIỆN",
        _PLEASE,
    ),
    Kind("PA", "Phương án", "PA", 11, "I. SỰ CẦN THIẾT\n\nII. NỘI DUNG PHƯƠNG ÁN\n\nIII. TỔ CHỨC THỰC HIỆN"),
    Kind("DA_DE", "Đề án", "ĐA", 12, "I. SỰ CẦN THIẾT\n\nII. NỘI DUNG ĐỀ ÁN\n\nIII. TỔ CHỨC THỰC HIỆN"),
    Kind("DA", "Dự án", "DA", 13, "I. SỰ CẦN THIẾT ĐẦU TƯ\n\nII. NỘI DUNG DỰ ÁN\n\nIII. TỔ CHỨC THỰC HIỆN"),
    Kind(
        "BC",
        "Báo cáo",
        "BC",
        14,
        "Thực hiện …, … báo cáo như sau:\n\nI. KẾT QUẢ\n\nII. KHÓ KHĂN, VƯỚNG MẮC\n\nIII. ĐỀ XUẤT, KIẾN NGHỊ",
        "Trên đây là báo cáo của …./.",
    ),
    Kind(
        "BB",
        "Biên bản",
        "BB",
        15,
        "Thời gian bắt đầu: …\nĐịa điểm: …\nThành phần tham dự: …\nChủ trì: …\nThư ký: …\nNội dung:",
        "Biên bản kết thúc vào hồi … giờ … phút cùng ngày./.",
    ),
    Kind(
        "TTr",
        "Tờ trình",
        "TTr",
        16,
        "Kính gửi: …\n\nCăn cứ …, … kính trình … xem xét:",
        "Kính trình … xem xét, quyết định./.",
    ),
    Kind(
        "HDONG", "Hợp đồng", "HĐ", 17, "Căn cứ Bộ luật Dân sự;\nHôm nay, ngày … tháng … năm …, chúng tôi gồm:", "", True
    ),
    Kind("CV", "Công văn", "", 18, "Kính gửi: …", "Trân trọng./."),
    Kind("CD", "Công điện", "CĐ", 19, "… điện: …", "Yêu cầu … thực hiện nghiêm Công điện này./."),
    Kind("BGN", "Bản ghi nhớ", "BGN", 20, "Hai bên thống nhất ghi nhớ như sau:"),
    Kind("BTT", "Bản thỏa thuận", "BTT", 21, "Hai bên thống nhất thỏa thuận như sau:"),
    Kind(
        "GUQ",
        "Giấy ủy quyền",
        "GUQ",
        22,
        "Người ủy quyền: …\nNgười được ủy quyền: …\nNội dung ủy quyền: …\nThời hạn ủy quyền: …",
    ),
    Kind(
        "GM",
        "Giấy mời",
        "GM",
        23,
        "… trân trọng kính mời: …\nTới dự: …\nThời gian: …\nĐịa điểm: …",
        "Trân trọng kính mời./.",
    ),
    Kind(
        "GGT",
        "Giấy giới thiệu",
        "GGT",
        24,
        "… trân trọng giới thiệu: …\nĐược cử đến: …\nVề việc: …",
        "Giấy này có giá trị đến hết ngày …./.",
    ),
    Kind(
        "GNP",
        "Giấy nghỉ phép",
        "GNP",
        25,
        "Xét Đơn đề nghị nghỉ phép ngày … của …, … cho phép: …\nNghỉ phép từ ngày … đến hết ngày …",
    ),
    Kind("PG", "Phiếu gửi", "PG", 26, "… gửi kèm theo phiếu này các văn bản, tài liệu sau: …"),
    Kind("PC", "Phiếu chuyển", "PC", 27, "… đã nhận được …\nNay chuyển đến … để xem xét, giải quyết theo thẩm quyền."),
    Kind("PB", "Phiếu báo", "PB", 28, "… đã nhận được …\nNay báo để … biết."),
    Kind("TCO", "Thư công", "", 29, "Kính gửi: …", "Trân trọng./."),
)
BY_CODE = {kind.code: kind for kind in KINDS}
BY_NAME = {kind.name.casefold(): kind for kind in KINDS}
OFFICIAL_LETTER = "CV"
FILED = "Lưu: VT"  # last of the recipients
FIRST_ARTICLE = "Điều 1. …"


def template(kind: str) -> str:
    """What a draft of a type begins with (Phụ lục III)."""
    found = BY_CODE[kind]
    parts = (found.opening, FIRST_ARTICLE if found.has_articles else "", found.closing)
    return "\n\n".join(part for part in parts if part)


def notation(*, kind: str, issuer: str, unit: str = "") -> str:
    """The notation that follows the number (ký hiệu; Phụ lục I, mục II.3).

    Args:
        kind: code of the type.
        issuer: abbreviation of the agency or title that issues, such as `UBND`.
        unit: abbreviation of the drafting unit; stands in letters without a type's abbreviation only.

    Returns:
        `KH-UBND`, or `UBND-KGVX` for a công văn.
    """
    abbreviation = BY_CODE[kind].abbreviation
    if abbreviation:
        return f"{abbreviation}-{issuer}"
    return f"{issuer}-{unit}" if unit else issuer


def shown_number(number: int | None, notation_: str) -> str:
    """“05/KH-UBND”: numbers below ten bear a nought (Phụ lục I, mục II.3); a dash while there is none."""
    return f"{number:02d}/{notation_}" if number is not None else f"…/{notation_}"


def kind_of_wire(type_code: str, type_name: str) -> str:
    """The code of a type that a packet names by its abbreviation or name; a công văn where it names none we know."""
    found = BY_NAME.get(type_name.strip().casefold())
    if found is None:
        found = next((kind for kind in KINDS if kind.abbreviation and kind.abbreviation == type_code.strip()), None)
    return found.code if found else OFFICIAL_LETTER
