"""Making an installation ready: database, reference data, static files."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from tinhso.core import charts
from tinhso.documents import api as documents
from tinhso.organizations import api as organizations
from tinhso.plans import api as plans


def prepare(*, province: str, at: dt.datetime) -> None:
    """Create or upgrade the database and everything made from the sources (khởi tạo); safe to repeat.

    Args:
        province: folder of the reference data, such as "son-la".
        at: aware time of the run.

    Raises:
        UnknownName: no such province in the reference data.
    """
    for folder in (settings.HOME, settings.STATES_DIR, settings.FILES_DIR):
        Path(folder).mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    organizations.load_reference(province=province, at=at)
    plans.adopt_reference(province=province, at=at)
    documents.ensure_ours(on=at.date())
    prepare_static_files()


def prepare_static_files() -> None:
    """Build the browser bundle and collect what the pages load, with hashed names."""
    charts.build_browser_bundle()
    call_command("collectstatic", interactive=False, verbosity=0)
