"""Pages speak Vietnamese and, when asked, English: every text is marked, every message translated."""

import ast
import gettext
import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.test import Client
from django.utils import translation
from scripts import messages

from tests.conftest import AT
from tinhso.accounts import api as accounts

SRC = messages.SOURCES / "tinhso"
LANGUAGES = ["en", "vi"]
LETTERS = re.compile(r"[ăâđêôơưàáãèéìíòóõùúýĩũ\u1ea0-\u1ef9]", re.IGNORECASE)
PLACEHOLDERS = re.compile(r"%\(\w+\)s|%%|%d|\{\w+\}")
MARKS = {"_", "_lazy", *messages.KEYWORDS}

# Vietnamese in templates and on English pages that is no message: the product, and what data call things.
NAMES = [
    "Tỉnh Số",
    "Tiếng Việt",
    "Tỉnh Sơn La",
    "Thành phố Sơn La",
    "Huyện Mai Sơn",
    "Sở Thông tin và Truyền thông",
    "Mã hồ sơ",
]
# Folders and files whose Vietnamese reaches no page: the command line, definitions' authors, made-up data, and official
# papers, which are Vietnamese by law.
NOT_SHOWN = {
    "config",
    "simulation",
    "engine",
    "migrations",
    "management",
    "papers",
    "papers.py",
    "prescribed.py",
    "issuers.py",
    "body.py",
    "kinds.py",
    "naming.py",
    "receipts.py",
    "sample_help.py",
    "samples.py",
    "signing",
    "secrecy.py",
    "spelled.py",
    "stand_in.py",
    "witness.py",
    "edxml",
}
# Data, words that are read rather than shown, and faults.
DATA = re.compile(
    r"Người (dùng|dân) mẫu – .*|.* Mẫu|Phường Tô Hiệu|Sở Tư pháp|Tổ |, phường Tô Hiệu, tỉnh Sơn La"
    r"|Bộ luật Lao động 2019, .*|Tỉnh Sơn La|Huyện Mai Sơn|đ|có|không| ngoài "
)


def _key(message):
    return str(message.id), message.context


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language):
    catalog = messages.updated(language)

    assert messages.messages(catalog)
    assert messages.untranslated(catalog) == [], "run `make messages`, then translate what is empty"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalog_holds_what_the_sources_say_and_nothing_else(language):
    wanted = {_key(message) for message in messages.messages(messages.found(language))}
    there = {_key(message) for message in messages.messages(messages.written(language))}

    assert there == wanted, "run `make messages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language):
    for message in messages.messages(messages.written(language)):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = sorted(PLACEHOLDERS.findall(ids[-1]))
        for string in strings:
            assert sorted(PLACEHOLDERS.findall(string)) == wanted, string
            assert (string[:1].isspace(), string[-1:].isspace()) == (ids[0][:1].isspace(), ids[0][-1:].isspace())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalog_is_that_of_the_text(language):
    def content(file):
        read = dict(gettext.GNUTranslations(file)._catalog)
        return {key: string for key, string in read.items() if key}

    with messages.po_path(language).with_suffix(".mo").open("rb") as compiled:
        wanted = content(io.BytesIO(messages.compiled(messages.written(language))))
        assert content(compiled) == wanted, "run `make messages`"


def test_english_translations_are_english():
    for message in messages.messages(messages.written("en")):
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        for string in strings:
            assert not LETTERS.search(_without([*NAMES, "có/không"], string)), string


def _without(names, text):
    for name in names:
        text = text.replace(name, "")
    return text


def _reader() -> accounts.User:
    """Somebody who may sign in, and whose name is no Vietnamese."""
    return accounts.create_user(username="reader", full_name="A. Reader", password="mat-khau-thu", actor="test", at=AT)


def _english(client: Client, url: str) -> str:
    """A page as somebody sees it who has chosen English."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override(settings.LANGUAGE_CODE):  # and Vietnamese again for the next test
        answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def _assert_english(page: str) -> None:
    assert '<html lang="en">' in page
    found = [line.strip() for line in _without(NAMES, page).splitlines() if LETTERS.search(_without(NAMES, line))]
    assert found == []


def test_the_sign_in_page_is_english_when_asked(client, db):
    page = _english(client, "/accounts/login/")

    assert "Sign in" in page
    _assert_english(page)


def test_the_gallery_is_english_when_asked(client, db):
    client.force_login(_reader())

    page = _english(client, "/ui/")

    assert "Components of the interface" in page
    _assert_english(page)


def test_pages_of_the_library_are_vietnamese(client, db):
    client.force_login(_reader())

    page = client.get("/accounts/2fa/").content.decode()

    assert '<html lang="vi">' in page
    assert "Ứng dụng xác thực" in page
    assert "Authenticator" not in page


def unmarked_in_template(text: str) -> list[str]:
    """Vietnamese in a template that no translation reaches."""
    found, inside = [], ""
    for token in Lexer(text).tokenize():
        name = token.contents.split()[0] if token.token_type is TokenType.BLOCK else ""
        if inside:
            inside = "" if name == f"end{inside}" else inside
        elif name in {"blocktranslate", "comment"}:
            inside = name
        elif name != "translate" and token.token_type is not TokenType.COMMENT:
            left = _without(NAMES, re.sub(r"""_\((["']).*?\1\)""", "", token.contents))
            found += [left.strip()] if LETTERS.search(left) else []
    return found


class _Unmarked(ast.NodeVisitor):
    """Collects Vietnamese strings of a module that are neither marked nor documentation."""

    def __init__(self, is_models: bool) -> None:
        self.found: list[str] = []
        self.is_models = is_models

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        names_a_field = self.is_models and name.endswith("Field")
        blames_a_definition = name == "error"  # on the command line
        if name not in MARKS and not names_a_field and not blames_a_definition:
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and LETTERS.search(node.value) and not DATA.fullmatch(node.value):
            self.found.append(node.value)


def unmarked_in_python(text: str, *, is_models: bool = False) -> list[str]:
    """Vietnamese in a module that no translation reaches."""
    visitor = _Unmarked(is_models)
    visitor.visit(ast.parse(text))
    return visitor.found


def _sources(kind: str) -> list[Path]:
    paths = sorted(SRC.rglob(f"*.{kind}"))
    return [path for path in paths if not NOT_SHOWN & set(path.relative_to(SRC).parts)]


def test_text_in_templates_is_marked():
    found = {str(path.relative_to(SRC)): unmarked_in_template(path.read_text("utf-8")) for path in _sources("html")}

    assert len(found) > 30
    assert {path: texts for path, texts in found.items() if texts} == {}


def test_text_in_python_is_marked():
    found = {
        str(path.relative_to(SRC)): unmarked_in_python(
            path.read_text("utf-8"), is_models="models" in (path.stem, path.parent.name)
        )
        for path in _sources("py")
    }

    assert {path: texts for path, texts in found.items() if texts} == {}


def test_unmarked_text_is_found():
    page = '<p>Chưa có gì</p>{% include "x.html" with title="Đạt" %}'
    code = 'def f(name):\n    "Tài liệu."\n    raise RuleViolation(f"Không có {name}")\n'

    assert unmarked_in_template(page) == ["<p>Chưa có gì</p>", 'include "x.html" with title="Đạt"']
    assert unmarked_in_python(code) == ["Không có "]


def test_marked_text_is_not_found():
    page = (
        '{% translate "Đạt" %}{% blocktranslate %}Đã có {{ n }}{% endblocktranslate %}{% comment %}chữ{% endcomment %}'
        '{% include "x.html" with title=_("Đạt") %}{# ghi chú #}'
    )

    assert unmarked_in_template(page) == []
    assert unmarked_in_python('raise RuleViolation(_("Không có %(name)s") % {"name": name})') == []
