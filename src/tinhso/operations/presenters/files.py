"""What the downloads of tables hold: headers, and what stands under them."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from tinhso.core.exports import Column
from tinhso.indicators.api import Figure
from tinhso.operations.presenters.common import level_names
from tinhso.operations.presenters.data import BatchRow, ColumnRow, DatasetRow, Problem
from tinhso.operations.presenters.history import HistoryRow, certainty_in_words
from tinhso.operations.presenters.members import MemberRow
from tinhso.operations.presenters.releases import ChangeRow, CutRow, ReleaseEntry, reason_words
from tinhso.operations.presenters.targets import PartRow, TargetRow
from tinhso.operations.presenters.units import CardRow
from tinhso.organizations.api import UnitRow


def targets() -> list[Column[TargetRow]]:
    """The targets of a unit."""
    return [
        (_("Chỉ tiêu"), lambda row: row.indicator),
        (_("Mục tiêu"), lambda row: row.title),
        (_("Tử số"), lambda row: row.numerator),
        (_("Mẫu số"), lambda row: row.denominator),
        (_("Giá trị"), lambda row: row.value),
        (_("Mục tiêu đặt ra"), lambda row: row.target),
        (_("Mức cần đạt"), lambda row: row.expected),
        (_("Tình trạng"), lambda row: row.status.label),
        (_("Số liệu đến"), lambda row: row.data_day or row.year),
        (_("Ước tính"), lambda row: _yes_or_no(row.is_estimated)),
    ]


def card() -> list[Column[CardRow]]:
    """The targets of a unit's card, with its place among its siblings."""
    return [
        (_("Chỉ tiêu"), lambda row: row.target.indicator),
        (_("Mục tiêu"), lambda row: row.target.title),
        (_("Tử số"), lambda row: row.target.numerator),
        (_("Mẫu số"), lambda row: row.target.denominator),
        (_("Giá trị"), lambda row: row.target.value),
        (_("Mục tiêu đặt ra"), lambda row: row.target.target),
        (_("Tình trạng"), lambda row: row.target.status.label),
        (_("Thứ hạng"), lambda row: row.place),
        (_("Số đơn vị cùng cấp"), lambda row: row.siblings or None),
        (_("Ước tính"), lambda row: _yes_or_no(row.target.is_estimated)),
    ]


def parts() -> list[Column[PartRow]]:
    """A target by unit."""
    return [
        (_("Mã đơn vị"), lambda row: row.unit_code),
        (_("Đơn vị"), lambda row: row.unit_name),
        (_("Tử số"), lambda row: row.numerator),
        (_("Mẫu số"), lambda row: row.denominator),
        (_("Giá trị"), lambda row: row.value),
        (_("Còn thiếu"), lambda row: row.missing),
        (_("Phần hụt"), lambda row: row.share),
        (_("Tình trạng"), lambda row: row.status.label),
        (_("Ước tính"), lambda row: _yes_or_no(row.is_estimated)),
    ]


def sectors() -> list[Column[Figure]]:
    """A target by sector of the economy."""
    return [
        (_("Ngành"), lambda row: row.category),
        (_("Giá trị tăng thêm của kinh tế số (đồng)"), lambda row: row.numerator),
        (_("Giá trị tăng thêm (đồng)"), lambda row: row.denominator),
        (_("Tỷ trọng"), lambda row: row.value),
    ]


def months() -> list[Column[tuple[str, float | None]]]:
    """What a target had reached by the end of each month."""
    return [(_("Đến hết tháng"), lambda row: row[0]), (_("Thực hiện"), lambda row: row[1])]


def missing(name: str) -> list[Column[MemberRow]]:
    """Members that are still missing, by the word for what they are."""
    return [(name, lambda row: row.code), (_("Tên gọi"), lambda row: row.label)]


def releases() -> list[Column[ReleaseEntry]]:
    """Releases with what they froze."""
    return [
        (_("Số"), lambda row: row.number),
        (_("Kế hoạch"), lambda row: row.plan_number),
        (_("Phiên bản kế hoạch"), lambda row: row.plan_version),
        (_("Kỳ"), lambda row: row.period),
        (_("Số liệu đến ngày"), lambda row: row.as_of),
        (_("Người chốt"), lambda row: row.created_by),
        (_("Chốt lúc"), lambda row: row.created_at),
        (_("Ghi chú"), lambda row: row.note),
        (_("Số ô số liệu"), lambda row: row.cells),
    ]


def cut() -> list[Column[CutRow]]:
    """The batches that a release was made from."""
    return [
        (_("Bộ dữ liệu"), lambda row: row.title),
        (_("Lô"), lambda row: ", ".join(str(key) for key, _url in row.batches)),
    ]


def changes() -> list[Column[ChangeRow]]:
    """The figures that differ between two releases."""
    return [
        (_("Chỉ tiêu"), lambda row: row.indicator),
        (_("Mã đơn vị"), lambda row: row.unit_code),
        (_("Đơn vị"), lambda row: row.unit_name),
        (_("Kỳ"), lambda row: row.period),
        (_("Ngành"), lambda row: row.category),
        (_("Tử số trước"), lambda row: row.before.numerator),
        (_("Mẫu số trước"), lambda row: row.before.denominator),
        (_("Giá trị trước"), lambda row: row.before.value),
        (_("Tử số sau"), lambda row: row.after.numerator),
        (_("Mẫu số sau"), lambda row: row.after.denominator),
        (_("Giá trị sau"), lambda row: row.after.value),
        (_("Lý do"), lambda row: reason_words(row.reasons)),
    ]


def units(names: Mapping[int, str]) -> list[Column[UnitRow]]:
    """Units with their superiors, whose names are given."""
    levels = level_names()
    return [
        (_("Mã"), lambda row: row.code),
        (_("Đơn vị"), lambda row: row.name),
        (_("Cấp"), lambda row: levels[row.kind]),
        (_("Thuộc"), lambda row: names.get(row.parent_id or 0)),
    ]


def history() -> list[Column[HistoryRow]]:
    """What a unit was, where it came from and what became of it."""
    return [
        (_("Nội dung"), lambda row: row.line),
        (_("Từ ngày"), lambda row: row.since),
        (_("Đến ngày"), lambda row: row.until),
        (_("Đơn vị"), lambda row: row.unit),
        (_("Mã"), lambda row: row.code),
        (_("Diễn giải"), lambda row: row.text),
        (_("Tỷ lệ"), lambda row: row.share),
        (_("Căn cứ chia"), lambda row: row.basis),
        (_("Văn bản"), lambda row: row.act),
        (_("Độ chắc chắn"), lambda row: certainty_in_words(row.certainty)),
    ]


def datasets() -> list[Column[DatasetRow]]:
    """Datasets with their reach."""
    return [
        (_("Bộ dữ liệu"), lambda row: row.name),
        (_("Tên"), lambda row: row.title),
        (_("Số liệu đến ngày"), lambda row: row.last_day),
        (_("Dòng được nhận"), lambda row: row.rows),
        (_("Dòng giữ lại"), lambda row: row.quarantined),
        (_("Số lô"), lambda row: row.batches),
        (_("Nhập lúc"), lambda row: row.imported_at),
    ]


def batches() -> list[Column[BatchRow]]:
    """Imports with what came of them."""
    return [
        (_("Lô"), lambda row: row.number),
        (_("Bộ dữ liệu"), lambda row: row.dataset),
        (_("Nhập lúc"), lambda row: row.at),
        (_("Người nhập"), lambda row: row.actor),
        (_("Đọc"), lambda row: row.read),
        (_("Nhận"), lambda row: row.accepted),
        (_("Giữ lại"), lambda row: row.quarantined),
        (_("Trùng"), lambda row: row.duplicate),
        (_("Từ chối"), lambda row: row.refused),
        (_("Tình trạng"), lambda row: row.status.label),
    ]


def columns() -> list[Column[ColumnRow]]:
    """The columns that a file of a dataset holds."""
    return [
        (_("Tiêu đề"), lambda row: row.title),
        (_("Tên cột"), lambda row: row.name),
        (_("Kiểu"), lambda row: row.type),
        (_("Giá trị"), lambda row: ", ".join(row.values)),
        (_("Tên khác"), lambda row: ", ".join(row.aliases)),
        (_("Bắt buộc"), lambda row: _yes_or_no(row.is_required)),
        (_("Dữ liệu cá nhân"), lambda row: _yes_or_no(row.is_personal)),
    ]


def problems() -> list[Column[Problem]]:
    """The first rows of an upload that would be kept back."""
    return [
        (_("Dòng"), lambda row: row.line),
        (_("Cột"), lambda row: row.column),
        (_("Giá trị"), lambda row: row.value),
        (_("Lý do"), lambda row: row.reason),
    ]


def _yes_or_no(value: bool) -> str:
    return _("có") if value else _("không")
