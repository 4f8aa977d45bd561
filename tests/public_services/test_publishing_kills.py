"""kill -9 in the midst of a publication or a recalculation: nothing is half done, and the next one finishes it."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.config.test_kills import KILL, RUN, process

MAKE = """
import django
django.setup()
from django.core.management import call_command
from tinhso.accounts.api import Role
from tinhso.organizations import api as organizations
from tests.public_services import factories as make
call_command("migrate", verbosity=0)
organizations.load_reference(at=make.AT)
make.publish_procedures()
reception = make.official(Role.ONE_STOP_OFFICER)
for number in ("014099000001", "014099000002"):
    dossier = make.do(make.filed(make.citizen(number)), make.Action.ACCEPT, reception)
    dossier.charges.update(settled_at=make.AT)
    make.do(dossier, make.Action.PAYMENT_SETTLED, None)
"""
LOOK = """
import django, duckdb, json
django.setup()
from tinhso.datasets import api
from tinhso.public_services.dossiers.models import Dossier
connection = duckdb.connect()
api.attach(connection, ["dossiers"])
((rows,),) = connection.sql("SELECT count(*) FROM dossiers").fetchall()
marked = [d.published_seq == d.revision for d in Dossier.objects.all()]
print(json.dumps([rows, sum(marked)]))
"""
CALENDAR = """
import django
django.setup()
from tests.public_services import factories as make
from tests.public_services.test_upkeep import new_calendar
import datetime as dt
new_calendar(make.DAY, make.DAY + dt.timedelta(days=1))
"""
RECALCULATE = "import django; django.setup(); from tinhso.public_services import jobs; jobs.recalculate_due.func()"
DAYS = """
import django, json
django.setup()
from tinhso.public_services.dossiers.models import Dossier, DossierEvent, Message
print(json.dumps([DossierEvent.objects.filter(kind="recalculate_due").count(), Message.objects.count()]))
"""
PUBLICATION = "tinhso.public_services.publishing.services.publication:"


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A home with two accepted dossiers, of which nothing has been published."""
    home = tmp_path_factory.mktemp("first") / "home"
    home.mkdir()
    done = process(home, MAKE)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def own(first, tmp_path):
    return shutil.copytree(first, tmp_path / "own")


def looked(home, code=LOOK):
    done = process(home, code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("where", "when", "call", "expected"),
    [
        ("tinhso.datasets.services:_Import._let_readers_see", "before", 2, [0, 0]),
        ("tinhso.datasets.services:_Import._let_readers_see", "after", 2, [2, 0]),
        (PUBLICATION + "_mark_some", "before", 1, [2, 0]),
        (PUBLICATION + "_mark_some", "after", 1, [2, 2]),
    ],
)
def test_a_killed_publication_is_finished_by_the_next(own, where, when, call, expected):
    killed = process(own, KILL, where, when, str(call), "services", "publish")

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert looked(own) == expected
    assert process(own, RUN, "services", "publish").returncode == 0
    assert looked(own) == [2, 2]
    assert process(own, RUN, "services", "reconcile").returncode == 0


def test_a_killed_recalculation_is_finished_by_the_next(own):
    process(own, CALENDAR)
    code = KILL.replace("from tinhso.config.cli.main import main\nsys.exit(main(sys.argv[4:]))", RECALCULATE)
    killed = process(own, code, "tinhso.public_services.dossiers.services.upkeep:_recalculate", "after", "1")

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert looked(own, DAYS) == [1, 1]
    process(own, RECALCULATE)
    assert looked(own, DAYS) == [2, 2]


def test_what_was_published_twice_at_once_is_one_row(own):
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("TINHSO_", "DJANGO_"))}
    environment |= {"TINHSO_HOME": str(own), "DJANGO_SETTINGS_MODULE": "tinhso.config.settings.base"}
    command = [sys.executable, "-c", RUN, "services", "publish"]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _number in range(2)]

    assert [one.wait(timeout=120) for one in both] == [0, 0]
    assert looked(own) == [2, 2]
