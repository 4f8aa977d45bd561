from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

STATUSES = (
    ("met", "Đạt"),
    ("on_track", "Đúng tiến độ"),
    ("off_track", "Chậm tiến độ"),
    ("too_early", "Chưa đến lúc đánh giá"),
    ("not_met", "Không đạt"),
    ("no_occurrence", "Không phát sinh"),
    ("no_data", "Chưa có số liệu"),
)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component of the pages, with sample content."""
    statuses = [{"code": code, "label": label} for code, label in STATUSES]
    points = [0.2, 0.31, None, 0.4, 0.52, 0.58]
    return render(request, "core/gallery.html", {"statuses": statuses, "points": points})
