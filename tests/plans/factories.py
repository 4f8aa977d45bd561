"""Tasks for tests."""

import datetime as dt
import io

from tests.conftest import AT
from tinhso.organizations import api as organizations
from tinhso.plans.services import tasks
from tinhso.plans.services.tasks import Agency, EvidenceFile, TaskText

DAY = dt.date(2023, 6, 1)
PDF = b"%PDF-1.7\n% minh chung"


def unit(code):
    return Agency(organizations.resolve(code, DAY).org_unit_id)


def text(**said):
    plain = {
        "title": "Khôi phục ký số văn bản",
        "product": "Văn bản được ký số trở lại",
        "lead": unit("SL-SNNPTNT"),
        "starts_on": dt.date(2024, 1, 15),
        "due_on": dt.date(2024, 2, 5),
    }
    return TaskText(**(plain | said))


def given(*, serves=(), by="14", at=AT, **said):
    return tasks.assign_task(
        plan_number="292/KH-UBND", text=text(**said), serves=serves, assigned_by=unit(by), actor="chutri", at=at
    )


def evidence(content=PDF, name="bao-cao.pdf", **said):
    return EvidenceFile(name, io.BytesIO(content), len(content), **said)


def handed_in(task, *, at=AT, actor="lanhdao.nn"):
    return tasks.hand_in(
        task_id=task.pk, revision=task.revision, note="Đã xong", evidence=[evidence()], actor=actor, at=at
    )
