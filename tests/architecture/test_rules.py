"""Rules of the house that no linter knows."""

import importlib.metadata
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, get_resolver
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "tinhso"
ORDER = [
    "core",
    "organizations",
    "accounts",
    "datasets",
    "public_services",
    "documents",
    "indicators",
    "plans",
    "operations",
]
OPEN_VIEWS = {
    "authority",
    "revocations",
    "check",
    "gallery",
    "public_catalog",
    "public_plan",
    "public_procedure",
    "track",
}  # samples only; what everybody may know
OURS = [config for config in apps.get_app_configs() if config.name.startswith("tinhso.")]
FORBIDDEN_LICENSES = re.compile(r"\b(AGPL|GPL)\b|Affero|(?<!Lesser )General Public License", re.IGNORECASE)


def test_foreign_keys_go_down_only():
    for config in OURS:
        for model in config.get_models():
            for field in model._meta.get_fields():
                if field.concrete and field.is_relation and field.related_model:
                    target = field.related_model._meta.app_label
                    assert target in ORDER, f"{model.__name__}.{field.name}"
                    assert ORDER.index(target) <= ORDER.index(config.label), f"{model.__name__}.{field.name} points up"


def test_every_model_says_whether_it_holds_personal_data():
    silent = [m.__name__ for c in OURS for m in c.get_models() if "personal data" not in (m.__doc__ or "")]

    assert silent == [m.__name__ for c in OURS for m in c.get_models() if m._meta.auto_created]


SAMPLES = {"int": "1", "str": "x", "uuid": "00000000-0000-0000-0000-000000000000"}  # what stands in an address


def _patterns(resolver, prefix=""):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback
        else:
            yield from _patterns(entry, prefix + str(entry.pattern))


def test_every_page_asks_who_is_there(client, db):
    for pattern, view in _patterns(get_resolver()):
        if not view.__module__.startswith("tinhso.") or view.__name__ in OPEN_VIEWS:
            continue
        url = "/" + re.sub(r"<(\w+):\w+>", lambda found: SAMPLES[found[1]], pattern)
        answer = client.get(url)
        assert answer.status_code in {302, 405}, url
        if answer.status_code == 302:
            assert answer.url.startswith("/accounts/login/"), url


def test_no_template_is_unused():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in [*SRC.rglob("*.py"), *SRC.rglob("*.html")])
    special = {
        "400.html",
        "403.html",
        "403_csrf.html",
        "404.html",
        "500.html",
        "account/login.html",
    }
    for path in SRC.rglob("templates/**/*.html"):
        name = path.relative_to(next(p for p in path.parents if p.name == "templates")).as_posix()
        assert name in special or name.startswith("allauth/") or f'"{name}' in sources, name


def test_settings_are_documented():
    code = (SRC / "config" / "settings" / "base.py").read_text(encoding="utf-8")
    code += "".join(path.read_text(encoding="utf-8") for path in (SRC / "config").glob("*.py"))
    read = set(re.findall(r'env_\w+\(\s*"(TINHSO_\w+)"', code))
    documented = set(re.findall(r"`(TINHSO_\w+)`", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))

    assert read <= documented
    assert documented - read <= {"TINHSO_TEST_POSTGRES_URL", "TINHSO_REQUIRE_POSTGRES", "TINHSO_REQUIRE_ENGINES"}


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md"])
def test_modules_appear_in_the_documents(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    if document.endswith("architecture.md"):
        for folder in sorted(path.name for path in SRC.iterdir() if (path / "__init__.py").exists()):
            assert f"`{folder}`" in text, folder
    for command in ("make run", "make test"):
        assert command in text or document != "README.md"


def test_no_machine_path_and_no_registry_address_is_in_the_tree():
    option = "index" + "-url"  # in two, so that this file does not hold what it looks for
    pattern = re.compile(
        rf"--(extra-)?{option}|https?://[^\s\"']+/simple\b|(^|[\s\"'=])/(home|work|root|Users)/", re.MULTILINE
    )
    for path in [
        *SRC.rglob("*.py"),
        *(ROOT / "requirements").glob("*.txt"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "README.md",
        ROOT / "Makefile",
        ROOT / "pyproject.toml",
    ]:
        assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_every_locked_package_has_a_hash():
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=[a-z0-9])", lock.read_text(encoding="utf-8").strip())
        for entry in entries:
            if entry and not entry.startswith("#"):
                assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_no_dependency_has_a_license_that_binds_the_province():
    lines = (ROOT / "requirements" / "app.txt").read_text(encoding="utf-8").splitlines()
    locked = [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"[a-z0-9]", line)]
    assert len(locked) > 20
    for requirement in locked:
        if requirement.marker and not requirement.marker.evaluate():
            continue
        name = requirement.name
        meta = importlib.metadata.metadata(name)
        license_ = meta.get("License-Expression") or " ".join(meta.get_all("Classifier", []))
        if "LGPL" in license_ or "Lesser" in license_:
            continue
        assert not FORBIDDEN_LICENSES.search(license_), f"{name}: {license_}"
