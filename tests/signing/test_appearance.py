"""What pages show of signatures."""

import io

import pypdf
import pytest
from PIL import Image

from tests.signing.conftest import AT, NAME, ORGANIZATION
from tinhso.signing import appearance, fields, fonts, samples
from tinhso.signing.port import Place
from tinhso.signing.verify import Verdict, verify

BOX = (300.0, 700.0, 560.0, 730.0)


@pytest.fixture(scope="module")
def framed(plain):
    return fields.prepare(plain, texts=[], signatures=[fields.SignatureBox("Khung", 0, BOX)])


def drawing_of(content):
    widget = pypdf.PdfReader(io.BytesIO(content)).pages[0]["/Annots"][0].get_object()
    return widget["/AP"]["/N"]


@pytest.mark.parametrize("make", [lambda: samples.handwriting(NAME), lambda: samples.seal(ORGANIZATION)])
def test_a_sample_is_a_small_transparent_picture(make):
    content = make()
    picture = Image.open(io.BytesIO(content))

    assert picture.mode == "RGBA"
    assert picture.getpixel((0, 0))[3] == 0
    assert len(content) < 40_000
    assert make() == content


@pytest.mark.parametrize(
    ("shown", "color"),
    [
        (lambda: appearance.person(samples.handwriting(NAME)), 2),
        (lambda: appearance.organization(samples.seal(ORGANIZATION)), 0),
    ],
)
def test_a_picture_is_drawn_with_its_transparency(key, framed, lenient, shown, color):
    signed = key.sign(framed, at=AT, place=Place("Khung", shown()))
    image = drawing_of(signed)["/Resources"]["/XObject"]["/Image"]

    assert image["/SMask"]["/ColorSpace"] == "/DeviceGray"
    flat = Image.frombytes("RGB", (image["/Width"], image["/Height"]), image.get_data())
    mask = Image.frombytes("L", flat.size, image["/SMask"].get_data())
    strong = [one for one, seen in zip(flat.get_flattened_data(), mask.get_flattened_data(), strict=True) if seen > 200]
    assert all(max(one) == one[color] for one in strong)
    assert verify(signed, policy=lenient, at=AT).verdict is Verdict.PASSED


def test_a_copy_shows_number_and_moment_in_black_upright_letters(key, framed):
    signed = key.sign(framed, at=AT, place=Place("Khung", appearance.copy_line("12/QĐ-UBND", AT)))
    drawing = drawing_of(signed)
    font = drawing["/Resources"]["/Font"]["/Text"]
    below = font["/DescendantFonts"][0].get_object()

    assert b"BT 0 g /Text 10.00 Tf" in drawing.get_data()
    assert text_of(drawing) == "12/QĐ-UBND; 15/01/2024 09:00:00 +07:00"
    assert below["/FontDescriptor"]["/ItalicAngle"] == 0
    assert "/FontFile2" in below["/FontDescriptor"]


@pytest.mark.parametrize("number", ["1/TTr-SỞ", "7/KH-ƯỚNG"])
def test_every_vietnamese_letter_is_drawn(key, framed, number):
    signed = key.sign(framed, at=AT, place=Place("Khung", appearance.copy_line(number, AT)))

    assert text_of(drawing_of(signed)).startswith(number)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"0" * 50])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(appearance.NotAPicture):
        appearance.person(content)


def test_a_huge_picture_is_refused():
    made = io.BytesIO()
    Image.new("1", (5000, 5000)).save(made, "PNG")

    with pytest.raises(appearance.NotAPicture):
        appearance.organization(made.getvalue())


def test_a_missing_font_is_told(tmp_path, plain):
    field = fields.TextField(fields.NUMBER, 0, BOX, 13, font=tmp_path / "none.ttf")

    with pytest.raises(fonts.FontMissing):
        fields.prepare(plain, texts=[field], signatures=[])


def test_italic_digits_stay_italic(plain):
    italic = fields.TextField(fields.DATE, 0, BOX, 13, offsets=(0.0, 40.0, 80.0), font=samples.ITALIC)
    prepared = fields.prepare(plain, texts=[italic], signatures=[])
    form = pypdf.PdfReader(io.BytesIO(prepared)).trailer["/Root"]["/AcroForm"]
    (font,) = form["/DR"]["/Font"].values()

    assert "Italic" in font.get_object()["/BaseFont"]
    assert font.get_object()["/FontDescriptor"]["/ItalicAngle"] < 0


def text_of(drawing) -> str:
    """Letters of a drawing, by the font's own table."""
    table = drawing["/Resources"]["/Font"]["/Text"]["/ToUnicode"].get_data().decode("ascii")
    letters = {}
    for line in table.splitlines():
        parts = line.split("> <")
        if line.startswith("<") and len(parts) == 2 and len(parts[0]) == 5 and "endcode" not in line:
            letters[parts[0][1:]] = bytes.fromhex(parts[1].rstrip(">")).decode("utf-16-be")
    shown = drawing.get_data().split(b"Tm <")[1].split(b">")[0].decode("ascii")
    return "".join(letters[shown[start : start + 4]] for start in range(0, len(shown), 4))
