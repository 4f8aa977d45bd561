"""Whatever is imported, corrected and taken back in whatever order: what is in force is what a clerk would say."""

import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import AT
from tests.datasets.test_imports import in_force
from tinhso.datasets import api

HEADER = "dossier_code;procedure_code;agency_code;channel;received_at;status"
NUMBERS = itertools.count()
ROWS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 4)), min_size=1, max_size=5)  # key, status
IMPORT = st.tuples(st.just("import"), st.lists(ROWS, min_size=1, max_size=2))  # one batch of one or two files
REVOKE = st.tuples(st.just("revoke"), st.integers(0, 5))


def written(folder, rows):
    path = folder / f"dossiers_{next(NUMBERS)}.csv"
    lines = [f"{key};1.000001;14;online;2023-05-01;{status}" for key, status in rows]
    path.write_text("\n".join([HEADER, *lines]), encoding="utf-8")
    return path


class Clerk:
    """Batches as lists of files of rows; later batch, then later file, then later line wins."""

    def __init__(self):
        self.batches = {}

    def state(self):
        rows = (row for number in sorted(self.batches) for file in self.batches[number] for row in file)
        return dict(rows)

    def take(self, files):
        """Accepted and duplicate rows: a row that says what is in force or stands before it changes nothing."""
        state, same = self.state(), 0
        for key, status in itertools.chain(*files):
            same += state.get(key) == status
            state[key] = status
        return sum(map(len, files)) - same, same

    def knows(self, rows):
        return any(rows == file for files in self.batches.values() for file in files)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.one_of(IMPORT, IMPORT, REVOKE), min_size=2, max_size=6))
def test_what_is_in_force_follows_imports_corrections_and_revocations(province, tmp_path, steps):
    clerk = Clerk()

    for what, detail in steps:
        if what == "revoke":
            for number in list(clerk.batches)[detail : detail + 1]:
                api.revoke_batch(batch=api.batch(number), reason="thử", actor="t", at=AT)
                del clerk.batches[number]
        else:
            files = [rows for position, rows in enumerate(detail) if rows not in detail[:position]]
            files = [rows for rows in files if not clerk.knows(rows)]
            expected = clerk.take(files)
            paths = [written(tmp_path, rows) for rows in detail]
            result = api.import_files(dataset="dossiers", paths=paths, actor="t", at=AT)
            assert result.read == result.accepted + result.quarantined + result.duplicate + result.refused
            assert result.accepted == expected[0]
            if files:
                clerk.batches[result.batch] = files
        assert dict(in_force(columns="dossier_code, status")) == clerk.state()

    for number in clerk.batches:
        api.revoke_batch(batch=api.batch(number), reason="hết lượt thử", actor="t", at=AT)
    assert in_force() == []
