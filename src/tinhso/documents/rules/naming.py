"""What agencies are called on papers and in notations (NĐ 30/2020/NĐ-CP, Phụ lục I, mục II.2 to II.4), and how their
identifiers are told apart."""

PROVISIONAL = "tạm"
GIVEN = "QĐ 20/2020"
DEPARTMENT = "department"
_LEFT_OUT = ("và", "tỉnh")
_KINDS = ("Tỉnh ", "Thành phố ", "Thị trấn ", "Huyện ", "Phường ", "Xã ")


def official_name(kind: str, name: str) -> str:
    """Communes, districts and the province issue documents as their People's Committees."""
    return name if kind == DEPARTMENT else f"Ủy ban nhân dân {_lower_first(name)}"


def superior(kind: str, province: str) -> str:
    """The agency above a department: the province's People's Committee; nothing above the others."""
    return f"UBND {_lower_first(province)}" if kind == DEPARTMENT and province else ""


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]


def notation(kind: str, name: str) -> str:
    """The abbreviation in notations: UBND, or the letters of a department's name (Sở Tư pháp: STP)."""
    if kind != DEPARTMENT:
        return "UBND"
    words = [word for word in name.replace(",", " ").replace("-", " ").split() if word.casefold() not in _LEFT_OUT]
    return "".join(word if word.isupper() else word[0].upper() for word in words)[:20]


def place(kind: str, name: str, province: str) -> str:
    """Where documents of an agency are issued (Phụ lục I, mục II.4): the province's name, or the commune's own."""
    whole = province if kind in ("province", DEPARTMENT) else name
    for prefix in _KINDS:
        whole = whole.removeprefix(prefix)
    return whole
