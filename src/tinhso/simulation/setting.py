"""What every generator needs to know: the year, the scale, the units, and draws that repeat."""

import datetime as dt
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinhso.simulation import province as provinces
from tinhso.simulation.province import Floats, Province, Texts

NONE, PARTIAL, FULL = "none", "partial", "full"
REAL_PROCEDURES = (
    ("2.000815", "Chứng thực bản sao từ bản chính", "Chứng thực"),
    ("1.001193", "Đăng ký khai sinh", "Hộ tịch"),
    ("1.004873", "Cấp giấy xác nhận tình trạng hôn nhân", "Hộ tịch"),
    ("2.000635", "Cấp bản sao trích lục hộ tịch", "Hộ tịch"),
    ("1.000894", "Đăng ký kết hôn", "Hộ tịch"),
    ("1.000656", "Đăng ký khai tử", "Hộ tịch"),
    ("2.000908", "Cấp bản sao từ sổ gốc", "Chứng thực"),
    ("1.004222", "Đăng ký thường trú", "Cư trú"),
    ("1.004194", "Đăng ký tạm trú", "Cư trú"),
)
FIELDS = (
    "Đất đai",
    "Xây dựng",
    "Bảo trợ xã hội",
    "Y tế",
    "Giáo dục",
    "Kinh doanh",
    "Giao thông",
    "Nông nghiệp",
)


@dataclass(frozen=True)
class Procedures:
    """The province's procedures; `level` is the online level at the start, `tier` who receives dossiers."""

    codes: Texts
    names: Texts
    fields: Texts
    agencies: Texts
    level: Texts
    eligible: "np.ndarray"
    tier: Texts
    popularity: Floats


@dataclass(frozen=True)
class Staff:
    """Invented members of staff by agency."""

    codes: Texts
    agency: Texts
    tier: Texts
    role: Texts


@dataclass(frozen=True)
class Setting:
    """One simulation.

    Attributes:
        until: last day that has happened.
        weights: part of the population in each commune; sums to 1.
    """

    out: Path
    scale: float
    seed: int
    year: int
    until: dt.date
    province: Province
    weights: Floats

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, 1, 1)

    def draws(self, name: str) -> np.random.Generator:
        """Random draws for one purpose; they do not change when another purpose draws more."""
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:8], "big")))

    @functools.cached_property
    def procedures(self) -> Procedures:
        draw = self.draws("catalog")
        count = max(150, round(1900 * min(self.scale, 1.0)))
        real = len(REAL_PROCEDURES)
        invented = [f"9.{number:06d}" for number in range(1, count - real + 1)]
        fields = draw.choice(FIELDS, count)
        fields[:real] = [field for _code, _name, field in REAL_PROCEDURES]
        tier = draw.choice(["department", "district", "commune"], count, p=[0.55, 0.25, 0.20])
        tier[:real] = "commune"
        level = draw.choice([NONE, PARTIAL, FULL], count, p=[0.28, 0.30, 0.42])
        level[:real] = FULL
        owners = self.province.departments.codes
        popularity = 1.0 / np.arange(1, count + 1) ** 0.85
        popularity[real:] = draw.permutation(popularity[real:])
        return Procedures(
            codes=np.array([*(code for code, _name, _field in REAL_PROCEDURES), *invented]),
            names=np.array(
                [
                    *(name for _code, name, _field in REAL_PROCEDURES),
                    *(f"Thủ tục mẫu số {code[2:]}" for code in invented),
                ]
            ),
            fields=fields,
            agencies=owners[draw.integers(0, len(owners), count)],
            level=level,
            eligible=(level != NONE) & (draw.random(count) < 0.92),
            tier=tier,
            popularity=np.asarray(popularity, dtype=np.float64),
        )

    @functools.cached_property
    def staff(self) -> Staff:
        draw = self.draws("people")
        units = self.province
        heads = [(units.departments.codes, "department", 330.0), (units.districts.codes, "district", 420.0)]
        heads.append((units.communes.codes, "commune", 65.0))
        agency, tier = [], []
        for codes, kind, size in heads:
            sizes = np.maximum(2, np.round(size * self.scale * draw.uniform(0.6, 1.4, len(codes)))).astype(np.int64)
            agency.append(np.repeat(codes, sizes))
            tier.append(np.full(int(sizes.sum()), kind))
        agencies, tiers = np.concatenate(agency), np.concatenate(tier)
        count = len(agencies)
        role = draw.choice(["official", "it_dedicated", "it_part_time"], count, p=[0.955, 0.015, 0.03])
        first = np.concatenate([[True], agencies[1:] != agencies[:-1]])
        role[first] = np.where(tiers[first] == "commune", "it_part_time", "it_dedicated")
        return Staff(np.array([f"CB-MAU-{number:06d}" for number in range(count)]), agencies, tiers, role)


def setting(*, out: Path, scale: float, seed: int, year: int, until: dt.date) -> Setting:
    """The setting of a simulation."""
    units = provinces.load(year)
    draw = np.random.Generator(np.random.PCG64(seed))
    raw = draw.uniform(0.5, 1.5, len(units.communes))
    return Setting(out, scale, seed, year, until, units, raw / raw.sum())
