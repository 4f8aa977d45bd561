"""Amounts in words, as receipts write them (số tiền bằng chữ)."""

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
BILLION = 10**9
MOST = BILLION**2 - 1


def amount(vnd: int) -> str:
    """16000 as “Mười sáu nghìn đồng”.

    Raises:
        ValueError: negative, or more than words reach.
    """
    words = number(vnd)
    return f"{words[0].upper()}{words[1:]} đồng"


def number(value: int) -> str:
    """1004 as “một nghìn không trăm lẻ bốn”.

    Raises:
        ValueError: negative, or 10^18 and more.
    """
    if not 0 <= value <= MOST:
        raise ValueError(f"no words for {value}")
    return _read(value, has_more=False) if value else DIGITS[0]


def _read(value: int, *, has_more: bool) -> str:
    """A number above nought; `has_more` when something stands before it, so that its hundreds are spoken."""
    billions, rest = divmod(value, BILLION)
    spoken = [f"{_read(billions, has_more=has_more)} tỷ"] if billions else []
    for unit, name in ((1_000_000, " triệu"), (1000, " nghìn"), (1, "")):
        group, rest = divmod(rest, unit)
        if group:
            spoken.append(_group(group, with_hundreds=has_more or bool(spoken)) + name)
    return " ".join(spoken)


def _group(value: int, *, with_hundreds: bool) -> str:
    """One to 999: “một trăm lẻ năm”, “hai mươi mốt”."""
    hundreds, rest = divmod(value, 100)
    spoken = [f"{DIGITS[hundreds]} trăm"] if hundreds or with_hundreds else []
    if rest:
        spoken.append(_tens(rest, after_hundreds=bool(spoken)))
    return " ".join(spoken)


def _tens(value: int, *, after_hundreds: bool) -> str:
    tens, ones = divmod(value, 10)
    if tens == 0:
        return f"lẻ {DIGITS[ones]}" if after_hundreds else DIGITS[ones]
    if tens == 1:
        return "mười" if ones == 0 else f"mười {'lăm' if ones == 5 else DIGITS[ones]}"
    last = {0: "", 1: " mốt", 4: " tư", 5: " lăm"}.get(ones, f" {DIGITS[ones]}")
    return f"{DIGITS[tens]} mươi{last}"
