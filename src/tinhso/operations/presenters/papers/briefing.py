"""A briefing as an official report (báo cáo) in the layout of NĐ 30/2020/NĐ-CP."""

from tinhso.core.numbers import change, number, percent, points
from tinhso.core.papers import (
    Block,
    Drawing,
    Items,
    Letterhead,
    Paper,
    Paragraph,
    Section,
    Signature,
    Subheading,
    Table,
)
from tinhso.operations.presenters.briefing import Behind, Briefing

TARGET_WIDTHS = (8, 34, 24, 24, 14, 14, 17)
LATE_WIDTHS = (8, 50, 34, 18, 14)


def paper(briefing: Briefing) -> Paper:
    """The briefing as a paper, ready for number, day and signature."""
    return Paper(
        head=_head(briefing),
        opening=_opening(briefing),
        sections=[
            Section("Kết quả thực hiện các mục tiêu", _results(briefing)),
            Section("Mục tiêu chậm tiến độ và nơi hụt", _shortfalls(briefing)),
            Section("Dấu hiệu khác thường", _signals(briefing)),
            Section("Việc đề nghị chỉ đạo", _actions(briefing)),
            Section("Nhiệm vụ quá hạn và tác dụng của nhiệm vụ đã giao", _tasks(briefing)),
            Section("Chất lượng dữ liệu", _data(briefing)),
        ],
        recipients=[
            "Ban Chỉ đạo Chuyển đổi số",
            "Lãnh đạo Ủy ban nhân dân",
            "Các cơ quan, đơn vị liên quan",
            "Lưu: VT",
        ],
        signature=Signature(["Thủ trưởng cơ quan"]),
    )


def _head(briefing: Briefing) -> Letterhead:
    is_whole = briefing.unit.kind == "province"
    return Letterhead(
        superior="" if is_whole else briefing.plan.issuer,
        issuer=briefing.plan.issuer if is_whole else briefing.unit.name,
        symbol="BC-UBND" if briefing.unit.kind != "department" else "BC",
        place=briefing.unit.name.removeprefix("Tỉnh "),
        kind="Báo cáo",
        subject=f"Tình hình thực hiện {briefing.plan.title}, {briefing.period_words}",
    )


def _opening(briefing: Briefing) -> list[str]:
    plan, release = briefing.plan, briefing.release
    act = f"Thực hiện Kế hoạch số {plan.number} ngày {plan.issued_on:%d/%m/%Y} của {plan.issuer} ({plan.title})"
    about = f"tình hình {briefing.period_words} tại {briefing.unit.name}, số liệu đến ngày {briefing.as_of:%d/%m/%Y}, như sau."
    said = [f"{act}, {about}"]
    if release is None:
        return [*said, "Số liệu đang cập nhật, chưa chốt."]
    frozen = f"Mọi số liệu dẫn từ bản chốt số {release.number} ({release.created_at:%d/%m/%Y}), giữ nguyên dù dữ liệu sau đó được sửa"
    finality = f" Còn {briefing.unsettled} báo cáo chưa khóa nên số liệu là tạm tính." if briefing.unsettled else ""
    return [*said, f"{frozen}; mỗi số mở được tới hồ sơ gốc trên hệ thống.{finality}"]


def _results(briefing: Briefing) -> list[Block]:
    counted = ", ".join(f"{one.count} {one.status.label.lower()}" for one in briefing.counts)
    blocks: list[Block] = [Paragraph(f"Trong {len(briefing.rows)} mục tiêu của kế hoạch: {counted}.")]
    headers = ["TT", "Mục tiêu", "Tử số", "Mẫu số", "Thực hiện", "Mục tiêu", "Tình trạng"]
    place = 0
    for pillar in briefing.pillars:
        rows = []
        for row in pillar.rows:
            place += 1
            shown = (number(row.numerator), number(row.denominator), percent(row.value), percent(row.target))
            rows.append([str(place), row.title, *shown, row.status.label])
        blocks.append(Table(pillar.title, headers, rows, TARGET_WIDTHS, frozenset({2, 3, 4, 5})))
    return blocks


def _shortfalls(briefing: Briefing) -> list[Block]:
    if not briefing.behind:
        return [Paragraph("Không có mục tiêu nào chậm tiến độ.")]
    blocks: list[Block] = [Drawing(chart) for chart in briefing.charts]
    for one in briefing.behind:
        blocks += [Subheading(one.row.title), Paragraph(_behind(one)), *([Items(one.words)] if one.words else [])]
    return blocks


def _behind(one: Behind) -> str:
    row = one.row
    return f"{one.owner} chủ trì. {row.rule}"


def _signals(briefing: Briefing) -> list[Block]:
    if not briefing.signals:
        return [Paragraph("Không có tháng nào khác thường trong 6 tháng gần nhất.")]
    lines = [f"{one.title}: {' '.join(one.words)}" for one in briefing.signals]
    note = "Đây là căn cứ để xem lại hồ sơ, không phải kết luận về sai phạm."
    return [Items(lines), Paragraph(note)]


def _actions(briefing: Briefing) -> list[Block]:
    if not briefing.actions:
        return [Paragraph("Không có việc nào phải giao thêm.")]
    lines = [
        f"{one.unit_name}: {one.row.title}; đang đạt {percent(one.row.value)}, mục tiêu {percent(one.row.target)}, "
        f"còn thiếu {number(one.missing)}; bù đủ thì {briefing.unit.name} thêm được tới {points(one.points)} điểm %"
        for one in briefing.actions
    ]
    return [Paragraph(f"{len(lines)} việc bù được nhiều nhất, theo thứ tự:"), Items(lines)]


def _tasks(briefing: Briefing) -> list[Block]:
    blocks: list[Block] = []
    if briefing.late:
        rows = [
            [str(one.number), one.title, one.lead, f"{one.due_on:%d/%m/%Y}", number(one.days)] for one in briefing.late
        ]
        headers = ["Số", "Nhiệm vụ", "Cơ quan chủ trì", "Thời hạn", "Quá hạn (ngày làm việc)"]
        title = f"Nhiệm vụ quá hạn đến ngày {briefing.made_on:%d/%m/%Y}"
        blocks.append(Table(title, headers, rows, LATE_WIDTHS, frozenset({0, 4})))
    else:
        blocks.append(Paragraph(f"Đến ngày {briefing.made_on:%d/%m/%Y} không có nhiệm vụ nào quá hạn."))
    lines = [
        f"{one.title} ({one.badge.label.lower()}): {one.unit_name}, {one.target}: {percent(one.before)} → {percent(one.after)}"
        + (f" ({change(one.difference)} điểm %)" if one.difference is not None else "")
        for one in briefing.effects
    ]
    return [*blocks, Items(lines)] if lines else blocks


def _data(briefing: Briefing) -> list[Block]:
    headers = ["Nguồn số liệu", "Số liệu đến ngày", "Số lô", "Ghi chú"]
    rows = [
        [
            one.title,
            f"{one.last_day:%d/%m/%Y}" if one.last_day else "–",
            number(one.batches),
            "im lặng quá 45 ngày" if one.is_old else "",
        ]
        for one in briefing.sources
    ]
    blocks: list[Block] = [Table("", headers, rows, (50, 22, 12, 30), frozenset({2}))]
    kept = [f"{one.title}: {number(one.quarantined)} dòng bị giữ lại chờ sửa" for one in briefing.kept_back]
    return [*blocks, Paragraph("Dòng dữ liệu bị giữ lại khi nhập:"), Items(kept)] if kept else blocks
