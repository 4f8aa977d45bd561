"""What happens in the synthetic province: who lags, what collapses, how shares move through the year.

Shares are given for 31 December before, 30 September and 31 December of the year and run straight between.
An entity adopts something when its own fixed draw falls below its unit's share, so adoption never flickers.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from tinhso.simulation.province import Floats, Ints, Province

SEASON = (0.80, 0.85, 1.08, 1.02, 1.05, 1.00, 0.96, 1.10, 1.24, 1.06, 1.00, 0.94)  # by month
LAGGARDS = (
    "03685",
    "03700",
    "03712",
    "03784",
    "03817",
    "03862",
    "03967",
    "04033",
    "04090",
    "04147",
    "04168",
    "04186",
)
COLLAPSED = "SL-SNNPTNT"  # its signing token expires in May and is half restored in September
COLLAPSE_MONTHS = {5: 0.18, 6: 0.15, 7: 0.15, 8: 0.16, 9: 0.55, 10: 0.60, 11: 0.62, 12: 0.65}


@dataclass(frozen=True)
class Course:
    """How a share moves: on 31 December before, 30 September and 31 December of the year."""

    before: float
    september: float
    december: float

    def on(self, day: dt.date, year: int) -> float:
        points = [dt.date(year - 1, 12, 31), dt.date(year, 9, 30), dt.date(year, 12, 31)]
        days = [point.toordinal() for point in points]
        return float(np.interp(day.toordinal(), days, [self.before, self.september, self.december]))


COURSES = {
    "online": Course(0.30, 0.58, 0.66),  # of dossiers of online services
    "signed": Course(0.86, 0.93, 0.96),
    "full_online": Course(0.62, 0.78, 0.86),
    "portal": Course(0.90, 1.00, 1.00),
    "einvoice": Course(0.920, 0.972, 0.985),
    "platform": Course(0.180, 0.288, 0.330),
    "fiber": Course(0.330, 0.389, 0.400),
    "smartphone": Course(0.520, 0.575, 0.590),
    "account": Course(0.610, 0.660, 0.690),
    "helped": Course(0.90, 0.94, 0.95),
    "teaching": Course(0.74, 0.975, 0.99),
    "management": Course(0.80, 0.975, 0.99),
    "cashless": Course(0.52, 0.90, 1.00),
    "address": Course(0.20, 0.56, 0.74),
    "level_approved": Course(0.60, 0.84, 0.90),
    "plan_implemented": Course(0.74, 0.885, 0.92),
    "protected": Course(0.71, 0.832, 0.88),
    "managed_office": Course(0.68, 0.930, 0.98),
    "managed_commune": Course(0.30, 0.625, 0.68),
    "awareness": Course(0.0, 0.72, 0.90),
    "specialist": Course(0.0, 0.83, 0.98),
}
LAG = {
    "online": 0.25,
    "fiber": 0.35,
    "address": 0.15,
    "protected": 0.55,
    "managed_commune": 0.30,
    "smartphone": 0.75,
}
SECTORS: tuple[tuple[str, float, float, float], ...] = (  # name, value added in billion đồng, digital share 2022, 2023
    ("Nông, lâm nghiệp và thủy sản", 15_200, 0.011, 0.014),
    ("Khai khoáng", 420, 0.024, 0.027),
    ("Công nghiệp chế biến, chế tạo", 4_900, 0.031, 0.035),
    ("Sản xuất và phân phối điện", 11_800, 0.022, 0.024),
    ("Xây dựng", 4_300, 0.019, 0.022),
    ("Bán buôn, bán lẻ", 6_100, 0.046, 0.055),
    ("Vận tải, kho bãi", 1_500, 0.038, 0.043),
    ("Lưu trú, ăn uống", 1_350, 0.033, 0.041),
    ("Thông tin, truyền thông", 2_050, 0.640, 0.655),
    ("Tài chính, ngân hàng, bảo hiểm", 2_600, 0.120, 0.140),
    ("Giáo dục, đào tạo", 4_100, 0.026, 0.031),
    ("Y tế", 1_450, 0.021, 0.025),
)


def unit_shares(name: str, day: dt.date, year: int, province: Province, tilt: Floats) -> Floats:
    """The share of every commune on a day: the province's course, tilted by commune, laggards far behind."""
    base = COURSES[name].on(day, year)
    shares = base + tilt * min(base, 1 - base) * 0.6
    lagging = np.isin(province.communes.codes, LAGGARDS)
    shares[lagging] *= LAG.get(name, 0.7)
    held: Floats = np.clip(shares, 0.0, 1.0)
    return held


def month_ends(year: int, until: dt.date, months: Ints | tuple[int, ...]) -> list[dt.date]:
    """31 December before the year and the ends of the given months up to a day."""
    days = [dt.date(year - 1, 12, 31)]
    for month in months:
        first_of_next = dt.date(year + month // 12, month % 12 + 1, 1)
        days.append(first_of_next - dt.timedelta(days=1))
    return [day for day in days if day <= until]
