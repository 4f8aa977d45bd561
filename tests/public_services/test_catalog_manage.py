"""Managing the catalog: bundles taken in or refused in one sentence, published versions that stand, and what differs."""

import copy
import datetime as dt
import json
import random

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from tests.public_services import factories as make
from tinhso.accounts.api import Role
from tinhso.core import clock
from tinhso.organizations import api as organizations
from tinhso.public_services.catalog import services
from tinhso.public_services.catalog.models import Offering, Procedure, ProcedureVersion
from tinhso.public_services.catalog.presenters import manage as presenter
from tinhso.public_services.catalog.rules import content, diff, lint
from tinhso.public_services.catalog.rules.content import BadBundle
from tinhso.public_services.catalog.selectors import procedures
from tinhso.public_services.catalog.views import manage as views

SHIPPED = sorted(services.reference_folder().glob("[0-9]*.yaml"))
OWN = "9.000635"  # like the extract, and not in the catalog before a test
TEXT = (services.reference_folder() / f"{make.EXTRACT}.yaml").read_bytes().replace(make.EXTRACT.encode(), OWN.encode())
STAY = "1.004194"


@pytest.fixture
def at(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: make.AT)
    monkeypatch.setattr(clock, "today", lambda: make.DAY)
    return make.AT


def read(path):
    return content.parsed(path.read_bytes(), shared=services.shared_definitions())


def values():
    """The bundle of the extract, whole, to be changed."""
    return copy.deepcopy(content.parsed(TEXT, shared=services.shared_definitions()).content())


def changed(**parts):
    return json.dumps(values() | parts).encode()


def own_versions():
    return ProcedureVersion.objects.filter(procedure__code=OWN)


def own_in_force(on):
    return list(procedures.published(on).filter(procedure__code=OWN))


def drafted(text=TEXT):
    return services.write_draft(text=text, actor="t", at=make.AT)


def published(text=TEXT, *, since=make.DAY):
    return services.publish(version=drafted(text), valid_from=since, actor="t", at=make.AT)


# ---- bundles ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_procedure_is_the_same_after_a_round_trip(path):
    bundle = read(path)

    as_yaml = content.parsed(content.written(bundle).encode())
    as_json = content.parsed(json.dumps(bundle.content()).encode())

    assert {content.digest(one.content()) for one in (bundle, as_yaml, as_json)} == {content.digest(bundle.content())}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_procedure_has_nothing_that_stops_it(path):
    assert [one for one in lint.findings(read(path)) if one.stops] == []


def test_twelve_procedures_are_shipped():
    assert len(SHIPPED) == 12


@pytest.mark.parametrize(("code", "online", "counter"), [(STAY, 7000, 15000), ("1.004222", 10000, 20000)])
def test_the_fee_depends_on_the_channel(code, online, counter):
    bundle = read(services.reference_folder() / f"{code}.yaml")
    answers = {"exemption": "khong"}

    amounts = {
        channel: [vnd for _fee, vnd in bundle.fees_for(answers, channel)] for channel in ("online", "counter", "post")
    }

    assert amounts == {"online": [online], "counter": [counter], "post": [counter]}


HOSTILE = {
    "empty": b"",
    "no object": b"[1, 2]",
    "no UTF-8": b"\xff\xfe\x00",
    "not YAML": b"code: [1, 2\nname: }",
    "alias": b"a: &a [1]\nb: *a\n",
    "billion laughs": b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ncode: *c\n",
    "merge": b"a: &a {x: 1}\nb: {<<: *a}\n",
    "deep JSON": b"[" * 100_000,
    "deep sequence": b"- " * 5000 + b"x",
    "deep mapping": b"".join(b" " * n + b"a:\n" for n in range(300)),
    "one megabyte": b"code: " + b"x" * 2**20,
    "python object": b"code: !!python/object/apply:os.system ['true']\n",
    "binary": b"code: !!binary gAA=\n",
    "set": b"code: !!set {a, b}\n",
    "huge number": b"code: " + b"9" * 5000,
    "large number": b"supplement_days: 99999999999999999999999\n",
    "no number": b"supplement_days: .nan\n",
    "infinite": b"supplement_days: .inf\n",
    "nought": b'code: "a\\0b"\n',
    "half a pair": b'{"code": "\\ud800"}',
    "number as key": b"1: 2\n",
    "list as key": b"? [a]\n: b\n",
    "several documents": b"a: 1\n---\nb: 2\n",
    "impossible day": b"code: 2023-13-45\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_bundle_is_refused_in_one_sentence(db, text):
    with pytest.raises(services.BundleRefused) as refused:
        drafted(text)

    sentence = str(refused.value)
    assert sentence.startswith("Không nhập được bộ thủ tục")
    assert sentence.endswith(".")
    assert len(sentence) < 300
    assert "\n" not in sentence
    assert not Procedure.objects.filter(code=OWN).exists()


WRONG = {
    "term": ({"term": {"amount": "ba"}}, "term.amount", "sai kiểu"),
    "unknown part": ({"colour": "xanh"}, "colour", "không có mục nào tên như vậy"),
    "role": (
        {"steps": [{"code": "a", "name": "A", "role": "boss", "term": {"amount": 1}}]},
        "steps.0.role",
        "phải là một trong",
    ),
    "no steps": ({"steps": []}, "steps", "ít nhất 1"),
    "many days": ({"supplement_days": 4000}, "supplement_days", "nhiều nhất là 365"),
    "code": ({"code": "1.1"}, "code", "viết sai dạng"),
    "pages no list": ({"form": {"schema": {}, "pages": {"a": 1}}}, "form.pages", "sai kiểu"),
    "item no object": (
        {"form": {"schema": {}, "pages": [{"id": "a", "title": "A", "items": ["x"]}]}},
        "form.pages.0.items.0",
        "sai kiểu",
    ),
    "schema no object": (
        {"form": {"schema": {"type": "object", "properties": []}, "pages": []}},
        "bundle",
        "properties has a wrong type",
    ),
    "script": ({"form": {"schema": {"type": "object", "x-script": "1"}, "pages": []}}, "bundle", "not allowed"),
}


@pytest.mark.parametrize(("parts", "where", "why"), WRONG.values(), ids=WRONG)
def test_a_wrong_part_is_named_with_its_reason(db, parts, where, why):
    with pytest.raises(services.BundleRefused) as refused:
        drafted(changed(**parts))

    assert why in str(refused.value)
    assert where == "bundle" or where in str(refused.value)


def test_a_wrong_part_is_named_with_its_line(db):
    line = 1 + TEXT.decode().splitlines().index(
        next(one for one in TEXT.decode().splitlines() if one.startswith("online_level"))
    )
    text = TEXT.decode().replace("online_level: full", "online_level: whole").encode()

    with pytest.raises(services.BundleRefused, match=f"dòng {line}, mục online_level: phải là một trong"):
        drafted(text)


def test_whatever_stands_in_a_wrong_place_is_refused_and_never_breaks():
    """A thousand bundles, each with one node exchanged for something else: taken or refused, nothing in between."""
    dice = random.Random(766)
    odd = [None, True, 7, -1, 0.5, "", "x", [], ["x"], [[]], {}, {"x": 1}, [{"x": None}], {"$ref": "#/$defs/x"}, [1, 2]]
    bundles = [read(path).content() for path in SHIPPED]

    for _time in range(1000):
        whole = copy.deepcopy(dice.choice(bundles))
        holder, key = dice.choice(list(_places(whole)))
        holder[key] = dice.choice(odd)
        try:
            bundle = content.read(whole)
            lint.findings(bundle)
            presenter.whole_form(bundle.read_form)
        except BadBundle:
            continue


def _places(value):
    """Every place in which something stands, the deep ones as well."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        yield value, key
        yield from _places(one)


# ---- versions ---------------------------------------------------------------------------------------------------


def test_a_second_draft_is_written_over_the_first(db):
    drafted()
    drafted(changed(name="Tên khác của thủ tục"))

    assert [(row.number, row.name) for row in own_versions()] == [(1, "Tên khác của thủ tục")]


@pytest.mark.parametrize("part", ["name", "digest", "content", "state", "number"])
def test_the_database_keeps_a_published_version_as_it_is(province, part):
    row = published()
    other = {"name": "Khác", "digest": "0" * 64, "content": {}, "state": "draft", "number": 9}[part]

    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        ProcedureVersion.objects.filter(pk=row.pk).update(**{part: other})

    row.refresh_from_db()
    assert (row.state, row.number) == ("published", 1)


def test_publishing_ends_the_version_before_on_the_day_before(province):
    first = published(since=dt.date(2023, 1, 1))

    second = published(changed(name="Tên khác của thủ tục"))

    first.refresh_from_db()
    assert (first.valid_to, second.valid_from) == (make.DAY - dt.timedelta(days=1), make.DAY)
    assert procedures.in_force(OWN, dt.date(2023, 9, 11)) == first
    assert procedures.in_force(OWN, make.DAY) == second


def test_a_version_replaced_on_its_first_day_is_in_force_no_more(province):
    published()

    second = published(changed(name="Tên khác của thủ tục"))

    assert own_in_force(make.DAY) == [second]


def test_a_version_for_later_leaves_todays_in_force(province):
    first = published(since=dt.date(2023, 1, 1))

    published(changed(name="Tên khác của thủ tục"), since=make.DAY + dt.timedelta(days=30))

    assert own_in_force(make.DAY) == [first]


def test_an_ended_procedure_is_filed_no_more_and_may_begin_anew(province):
    row = published(since=dt.date(2023, 1, 1))
    last = make.DAY + dt.timedelta(days=9)
    services.end_procedure(procedure=row.procedure, last_day=last, actor="t", at=make.AT)

    assert own_in_force(last) == [row]
    assert own_in_force(last + dt.timedelta(days=1)) == []
    assert not Offering.objects.filter(procedure=row.procedure, valid_to__isnull=True).exists()

    again = published(since=last + dt.timedelta(days=100))

    row.refresh_from_db()
    assert (row.valid_to, again.number) == (last, 2)
    assert own_in_force(last + dt.timedelta(days=50)) == []


def test_what_has_ended_does_not_end_again(province):
    row = published(since=dt.date(2023, 1, 1))
    services.end_procedure(procedure=row.procedure, last_day=make.DAY, actor="t", at=make.AT)

    with pytest.raises(services.NotInForce):
        services.end_procedure(procedure=row.procedure, last_day=make.DAY, actor="t", at=make.AT)


def test_the_same_again_is_not_published(province):
    published()

    with pytest.raises(services.NothingNew):
        published(since=make.DAY + dt.timedelta(days=1))


def test_a_draft_that_nobody_signs_is_not_published(province):
    steps = [step | {"signs": False} for step in values()["steps"]]

    with pytest.raises(services.NotPublishable):
        published(changed(steps=steps))


# ---- differences ------------------------------------------------------------------------------------------------


def differences(**parts):
    before = content.read(values())
    after = content.read(values() | parts)
    return [(one.part, one.what.value, one.title, one.field) for one in diff.differences(before, after)]


def test_the_same_versions_differ_in_nothing():
    assert differences() == []


def test_a_changed_term_fee_paper_and_step_are_named():
    old = values()
    fees = [old["fees"][0] | {"amount_vnd": 9000}]
    papers = [*old["papers"][1:], old["papers"][0] | {"code": "moi", "name": "Giấy mới"}]
    steps = [old["steps"][1], old["steps"][0], *old["steps"][2:]]

    found = differences(term={"amount": 2, "unit": "working_day"}, fees=fees, papers=papers, steps=steps)

    assert ("general", "changed", "", "term") in found
    assert ("fees", "changed", fees[0]["name"], "amount_vnd") in found
    assert ("papers", "removed", old["papers"][0]["name"], "") in found
    assert ("papers", "added", "Giấy mới", "") in found
    assert ("steps", "moved", "", "") in found


def test_a_question_that_is_asked_otherwise_is_named():
    form = values()["form"]
    form["pages"][0]["items"][0]["help"] = "Viết hoa có dấu."

    found = differences(form=form)

    assert [(part, field) for part, _what, _title, field in found] == [("questions", "help")]


def test_differences_are_told_in_words():
    before = content.read(values())
    after = content.read(values() | {"term": {"amount": 2, "unit": "working_day"}})

    ((title, (line,)),) = presenter.difference_groups(diff.differences(before, after))

    assert (title, line.field, line.after) == ("Thông tin chung", "thời hạn", "2 ngày làm việc")


def test_every_finding_has_a_sentence():
    source = "".join((path).read_text() for path in [*_lints()])

    for kind in presenter.SENTENCES:
        assert f'"{kind}"' in source
    assert all(kind in presenter.SENTENCES for kind in _yielded(source))


def _lints():
    from pathlib import Path

    from tinhso.public_services.form_engine.rules import lint as form_lint

    return [Path(lint.__file__), Path(form_lint.__file__)]


def _yielded(source):
    import re

    return re.findall(r'yield Finding\([^"]*"(\w+)"', source)


# ---- pages ------------------------------------------------------------------------------------------------------


@pytest.fixture
def manager(client, province, at):
    top = next(row for row in organizations.units_on(make.DAY) if row.kind == "province")
    client.force_login(make.official(Role.PLAN_OWNER, top))
    return client


def sent(text, name="bo.yaml"):
    return {"file": SimpleUploadedFile(name, text)}


def listed(answer):
    return [row.code for row in answer.context["rows"]]


def test_the_managers_list_comes_in_pages_and_the_file_is_whole(manager, catalog, monkeypatch):
    monkeypatch.setattr(views, "PER_PAGE", 5)

    pages = [listed(manager.get("/services/manage/", {"page": number})) for number in (1, 2, 3)]
    file = manager.get("/services/manage/", {"page": 2, "format": "csv"})

    assert [len(page) for page in pages] == [5, 5, 2]
    assert len({code for page in pages for code in page}) == 12
    assert file.content.decode().count("\n") == 13


def test_the_managers_list_is_searched_and_its_links_keep_the_words(manager, catalog, monkeypatch):
    monkeypatch.setattr(views, "PER_PAGE", 1)
    drafted()

    first = manager.get("/services/manage/", {"q": "trich luc"})
    second = manager.get(f"/services/manage/{first.context['pages']['next']}")
    file = manager.get("/services/manage/", {"q": "trich luc", "format": "csv"})

    assert {*listed(first), *listed(second)} == {make.EXTRACT, OWN}
    assert first.context["csv_url"] == "?q=trich+luc&format=csv"
    assert file.content.decode().count("\n") == 1 + first.context["count"]


def test_words_that_nothing_holds_lead_back_to_the_whole_list(manager, catalog):
    page = manager.get("/services/manage/", {"q": "không có gì như thế"}).content.decode()

    assert "Không tìm thấy thủ tục nào" in page
    assert 'href="/services/manage/"' in page


@pytest.mark.parametrize("name", ["trich luc", "giay chung"])
def test_a_procedure_is_found_by_its_name_of_today_and_by_that_of_its_draft(manager, catalog, name):
    published()
    drafted(TEXT.replace("trích lục".encode(), "giấy chung".encode()))

    assert OWN in listed(manager.get("/services/manage/", {"q": name}))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PLAN_OWNER, Role.AGENCY_LEAD, Role.COMMUNITY_TEAM])
def test_a_role_in_a_commune_does_not_manage_the_provinces_catalog(client, catalog, at, role):
    row = ProcedureVersion.objects.first()
    client.force_login(make.official(role))

    for page in ("", "import/", f"versions/{row.pk}/", f"versions/{row.pk}/preview/", f"versions/{row.pk}/file.yaml"):
        assert client.get(f"/services/manage/{page}").status_code == 404, page
    for page in ("publish/", "end/", "discard/"):
        assert client.post(f"/services/manage/versions/{row.pk}/{page}").status_code == 404, page


def test_the_list_shows_every_procedure_and_its_draft(manager, catalog):
    drafted(changed(name="Tên khác của thủ tục", code=make.EXTRACT))

    page = manager.get("/services/manage/")
    lines = b"".join(manager.get("/services/manage/?format=csv")).decode().splitlines()

    assert len(page.context["rows"]) == 12
    assert "bản 2 đang soạn" in page.content.decode()
    assert len(lines) == 13


def test_a_bundle_is_taken_in_shown_and_published(manager):
    shown = manager.post("/services/manage/import/", sent(TEXT), follow=True)
    row = own_versions().get()

    answer = manager.post(f"/services/manage/versions/{row.pk}/publish/", {"valid_from": "2023-09-12"})

    row.refresh_from_db()
    assert "Kiểm tra trước khi công bố" in shown.content.decode()
    assert (answer.status_code, row.state, row.valid_from) == (302, "published", make.DAY)


def test_a_refused_bundle_says_where(manager):
    answer = manager.post("/services/manage/import/", sent(b"code: 1"))

    assert answer.status_code == 422
    assert "Không nhập được bộ thủ tục" in answer.content.decode()


def test_nothing_is_published_for_days_gone_by(manager):
    row = drafted()

    answer = manager.post(f"/services/manage/versions/{row.pk}/publish/", {"valid_from": "2023-09-11"})

    row.refresh_from_db()
    assert (answer.status_code, row.state) == (422, "draft")


def test_an_unfit_draft_says_what_stops_it(manager):
    row = drafted(changed(steps=[step | {"signs": False} for step in values()["steps"]]))

    answer = manager.post(f"/services/manage/versions/{row.pk}/publish/", {"valid_from": "2023-09-12"})

    assert answer.status_code == 422
    assert "Không bước nào ký kết quả" in answer.content.decode()


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_an_exported_version_is_taken_in_again(manager, catalog, form):
    row = procedures.in_force(STAY, make.DAY)

    text = manager.get(f"/services/manage/versions/{row.pk}/file.{form}").content

    assert content.digest(content.parsed(text).content()) == row.digest


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_preview_shows_every_question(manager, catalog, path):
    row = procedures.in_force(path.stem, make.DAY)

    text = manager.get(f"/services/manage/versions/{row.pk}/preview/").content.decode()

    for page in procedures.bundle(row.pk).read_form.pages:
        for item in page.items:
            assert f'name="{item.name}' in text, item.name


def test_versions_are_compared(manager, catalog):
    old = procedures.in_force(make.EXTRACT, make.DAY)
    new = drafted(changed(term={"amount": 2, "unit": "working_day"}, code=make.EXTRACT))

    text = manager.get(f"/services/manage/versions/{new.pk}/compare/{old.pk}/").content.decode()

    assert "2 ngày làm việc" in text


def test_versions_of_different_procedures_are_not_compared(manager, catalog):
    one, other = procedures.in_force(make.EXTRACT, make.DAY), procedures.in_force(STAY, make.DAY)

    assert manager.get(f"/services/manage/versions/{one.pk}/compare/{other.pk}/").status_code == 404


def test_a_published_version_is_not_discarded(manager, catalog):
    row = procedures.in_force(make.EXTRACT, make.DAY)

    assert manager.post(f"/services/manage/versions/{row.pk}/discard/").status_code == 404


def test_a_draft_is_discarded(manager):
    row = drafted()

    manager.post(f"/services/manage/versions/{row.pk}/discard/")

    assert not own_versions().exists()


def test_a_procedure_is_ended_from_its_page(manager, catalog):
    row = procedures.in_force(make.EXTRACT, make.DAY)

    manager.post(f"/services/manage/versions/{row.pk}/end/", {"last_day": "2023-12-31"})

    row.refresh_from_db()
    assert row.valid_to == dt.date(2023, 12, 31)


def test_conditions_are_told_in_words():
    bundle = read(services.reference_folder() / f"{STAY}.yaml")
    paper = next(one for one in bundle.papers if one.code == "y-kien-chu-nha")

    words = presenter.condition_words(paper.visible_if, bundle.read_form.items)

    assert words.startswith("“")
    assert " là “" in words


def test_yaml_of_a_version_is_readable(catalog):
    text = content.written(procedures.bundle(procedures.in_force(STAY, make.DAY).pk))

    assert "Đăng ký tạm trú" in text
    assert yaml.safe_load(text)["code"] == STAY
