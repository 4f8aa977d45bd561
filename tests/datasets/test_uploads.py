"""Files sent through the data page."""

import datetime as dt
import io

from tests.accounts.factories import person
from tests.conftest import AT
from tinhso.datasets import api, uploads
from tinhso.datasets.models import Upload


def staged(user, at):
    content = io.BytesIO(b"a")
    return api.stage_upload(user_id=user.pk, dataset="documents", name="documents.csv", content=content, at=at)


def test_a_file_that_nobody_confirms_does_not_stay(province):
    user = person()
    forgotten, recent = staged(user, AT), staged(user, AT + dt.timedelta(hours=20))

    staged(user, AT + dt.timedelta(hours=30))

    assert not uploads.path_of(forgotten).exists()
    assert uploads.path_of(recent).exists()
    assert Upload.objects.get(pk=forgotten.pk).state == Upload.State.FAILED
