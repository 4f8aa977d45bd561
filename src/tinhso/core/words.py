"""Words as people type them, made comparable."""

import re
import unicodedata


def without_tones(text: str) -> str:
    """Without tone marks and case, as people type when they search: “Mã hồ sơ” is `ma ho so`."""
    letters = unicodedata.normalize("NFD", text.strip().lower().replace("đ", "d"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def plain(text: str) -> str:
    """A header or word without tone marks, case, spaces and punctuation: “Mã hồ sơ ” is `ma_ho_so`."""
    return re.sub(r"[^a-z0-9]+", "_", without_tones(text)).strip("_")
