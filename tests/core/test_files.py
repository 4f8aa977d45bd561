import io

import pytest

from tests.conftest import AT
from tinhso.core import files
from tinhso.core.models import StoredFile

pytestmark = pytest.mark.django_db


def store(content=b"abc", name="a.csv"):
    return files.store(content=io.BytesIO(content), name=name, media_type="text/csv", at=AT)


def read(sha256):
    with files.open_stored(sha256) as file:
        return file.read()


def names_under(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_bytes_come_back_as_they_went(home):
    stored = store(b"x" * (files.CHUNK + 7))

    assert read(stored.sha256) == b"x" * (files.CHUNK + 7)
    assert stored.size == files.CHUNK + 7


def test_equal_bytes_are_kept_once(home):
    assert store(name="a.csv").pk == store(name="b.csv").pk
    assert names_under(home / "files") == [StoredFile.objects.get().sha256]


def test_a_name_holds_no_folder():
    assert store(name="../../etc/passwd").name == "passwd"


def test_damage_on_disk_is_found_and_mended_by_storing_again():
    stored = store()
    files.path_of(stored.sha256).write_bytes(b"abd")

    with pytest.raises(files.DamagedFile):
        read(stored.sha256)
    store()
    assert read(stored.sha256) == b"abc"


def test_a_stream_that_breaks_leaves_nothing(home):
    class Breaks(io.BytesIO):
        def read(self, size=-1):
            raise OSError("đứt")

    with pytest.raises(OSError, match="đứt"):
        files.store(content=Breaks(), name="a", media_type="text/csv", at=AT)

    assert names_under(home / "files") == []
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("name", ["0" * 64, "../secret-key", ""])
def test_what_is_not_stored_is_not_found(name):
    with pytest.raises(FileNotFoundError):
        files.open_stored(name)
