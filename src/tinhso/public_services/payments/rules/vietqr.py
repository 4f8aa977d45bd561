"""The text of a VietQR code: EMVCo merchant-presented fields as NAPAS fills them (QR Format v1.5.2)."""

import re

GUID = "A000000727"  # of NAPAS
TO_ACCOUNT = "QRIBFTTA"  # quick transfer to an account
VND = "704"
MOST_DIGITS = 13  # of an amount
MOST_PURPOSE = 25  # letters that banks pass on


class BadTransfer(ValueError):
    """An account, amount or purpose that a VietQR code cannot hold."""


def text(*, bank: str, account: str, amount_vnd: int, purpose: str) -> str:
    """What the code says: pay so much to the account, with the purpose as content of the transfer.

    Args:
        bank: BIN of the bank, six digits.
        account: number of the account, up to 19 letters and digits.
        purpose: letters and digits without tone marks.

    Raises:
        BadTransfer: one of them does not fit.
    """
    if not re.fullmatch(r"\d{6}", bank) or not re.fullmatch(r"[0-9A-Za-z]{1,19}", account):
        raise BadTransfer("bank or account")
    if not 0 < amount_vnd < 10**MOST_DIGITS or not re.fullmatch(rf"[0-9A-Za-z ]{{1,{MOST_PURPOSE}}}", purpose):
        raise BadTransfer("amount or purpose")
    beneficiary = _field("00", bank) + _field("01", account)
    merchant = _field("00", GUID) + _field("01", beneficiary) + _field("02", TO_ACCOUNT)
    fields = [("00", "01"), ("01", "12"), ("38", merchant), ("53", VND), ("54", str(amount_vnd))]
    fields += [("58", "VN"), ("62", _field("08", purpose))]
    body = "".join(_field(tag, value) for tag, value in fields) + "6304"
    return f"{body}{crc(body.encode()):04X}"


def crc(content: bytes) -> int:
    """CRC-16/CCITT-FALSE (ISO/IEC 13239): polynomial 0x1021, begun with 0xFFFF."""
    found = 0xFFFF
    for byte in content:
        found ^= byte << 8
        for _bit in range(8):
            found = (found << 1 ^ 0x1021) & 0xFFFF if found & 0x8000 else found << 1
    return found


def _field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"
