"""Zipped attachments: honest ones are opened, the others refused by what they declare."""

import io
import struct
import time
import tracemalloc
import zipfile

import pytest

from tinhso.edxml import Limits, Unreadable
from tinhso.edxml.limits import UnpackedFile, is_packed, unpack

MEGABYTE = 1024 * 1024
SECONDS = 0.05


def make_zip(*files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    return info


def many(count: int) -> bytes:
    return make_zip(*((f"{number}.txt", b"") for number in range(count)), method=zipfile.ZIP_STORED)


def bomb(declared: int | None = None) -> bytes:
    """64 MB of zeros in 64 kB, of a declared size."""
    data = bytearray(make_zip(("a.txt", bytes(64 * MEGABYTE))))
    if declared is not None:
        at = data.rindex(b"PK\x01\x02")
        data[at + 24 : at + 28] = struct.pack("<L", declared)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(make_zip(("a.txt", b"abc")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def few_by_word(count: int) -> bytes:
    """More files than the last bytes of the zip admit."""
    data = bytearray(many(count))
    at = data.rindex(b"PK\x05\x06")
    data[at + 8 : at + 12] = struct.pack("<2H", 1, 1)
    return bytes(data)


def beyond_4_gb() -> bytes:
    data = make_zip(("a.txt", b"a"))
    at = data.rindex(b"PK\x05\x06")
    return data[:at] + b"PK\x06\x07" + bytes(16) + data[at:]


CORPUS = {
    "beyond 4 GB": (beyond_4_gb, "zip"),
    "bomb": (bomb, "zip-ratio"),
    "1 GB declared": (lambda: bomb(2**30), "zip-size"),
    "bomb that lies": (lambda: bomb(1000), "zip"),
    "10k files": (lambda: many(10_000), "zip-files"),
    "10k files that lie": (lambda: few_by_word(10_000), "zip-files"),
    "1001 files that lie": (lambda: few_by_word(1001), "zip-files"),
    "up": (lambda: make_zip(("../a.txt", b"a")), "zip-path"),
    "up inside": (lambda: make_zip(("a/../../b.txt", b"a")), "zip-path"),
    "up in Windows": (lambda: make_zip(("..\\a.txt", b"a")), "zip-path"),
    "absolute": (lambda: make_zip(("/etc/passwd", b"a")), "zip-path"),
    "drive": (lambda: make_zip(("C:a.txt", b"a")), "zip-path"),
    "newline": (lambda: make_zip(("a\n.txt", b"a")), "zip-path"),
    "symlink": (lambda: make_zip((link(), b"/etc/passwd")), "zip-link"),
    "encrypted": (encrypted, "zip-encrypted"),
    "other method": (lambda: make_zip(("a.txt", b"a"), method=zipfile.ZIP_LZMA), "zip-method"),
    "no zip": (lambda: b"%PDF-1.7", "zip"),
    "empty": (lambda: b"", "zip"),
    "cut": (lambda: make_zip(("a.txt", b"a"))[:-30], "zip"),
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_harmful_zip_is_refused_by_what_it_declares(name):
    make, code = CORPUS[name]
    data = make()

    started = time.process_time()
    with pytest.raises(Unreadable) as refused:
        unpack(data)
    used = time.process_time() - started

    assert refused.value.problems[0].code == code
    assert used < SECONDS


@pytest.mark.parametrize("name", CORPUS)
def test_a_harmful_zip_needs_no_memory(name):
    data = CORPUS[name][0]()

    tracemalloc.start()
    with pytest.raises(Unreadable):
        unpack(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 16 * MEGABYTE


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused():
    with pytest.raises(Unreadable) as refused:
        unpack(make_zip(("a.txt", b"a"), ("a.txt", b"b")))

    assert refused.value.problems[0].code == "zip-path"


def test_a_changed_byte_is_noticed():
    data = bytearray(make_zip(("a.txt", b"abcdef"), method=zipfile.ZIP_STORED))
    data[data.index(b"abcdef")] ^= 1

    with pytest.raises(Unreadable):
        unpack(bytes(data))


def test_files_come_out_and_folders_and_zips_stay():
    inner = make_zip(("x", b"x"))
    data = make_zip(("thư mục/", b""), ("thư mục/tệp.txt", b"a"), ("b.zip", inner))

    assert unpack(io.BytesIO(data)) == (UnpackedFile("thư mục/tệp.txt", b"a"), UnpackedFile("b.zip", inner))


def test_limits_are_the_callers():
    data = make_zip(("a", b"abc"), ("b", b"def"))

    assert len(unpack(data, Limits(files=2, unpacked=6))) == 2
    for limits in (Limits(files=1), Limits(unpacked=5)):
        with pytest.raises(Unreadable):
            unpack(data, limits)


@pytest.mark.parametrize(
    ("inside", "name", "media_type", "expected"),
    [
        ("0a1b.pdf", "Kế hoạch.pdf", "application/pdf", True),
        ("0a1b.docx", "Kế hoạch.docx", "", True),
        ("anything", "Kế hoạch.pdf", "application/zip", True),
        ("[Content_Types].xml", "Kế hoạch.docx", "", False),
        ("a.pdf", "Kế hoạch.zip", "application/zip", False),
        ("a.pdf", "Kế hoạch", "application/pdf", False),
    ],
)
def test_whether_an_attachment_was_zipped_for_the_journey(inside, name, media_type, expected):
    assert is_packed(make_zip((inside, b"a"))[:512], name=name, media_type=media_type) is expected


def test_a_plain_file_was_not_zipped():
    assert not is_packed(b"%PDF", name="a.pdf", media_type="application/zip")
