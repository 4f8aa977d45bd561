"""An installation of its own in a process of its own: other database, other home folder, other keys.

Run as a program it does, one by one, the acts that it reads as lines of JSON, and answers each with one line.
`Installation` starts it and speaks to it.
"""

import contextlib
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Installation:
    """One installation, as a test sees it."""

    def __init__(self, home: Path, tables: Path | None = None) -> None:
        home.mkdir(parents=True)
        if tables is not None:
            shutil.copyfile(tables, home / "tinhso.sqlite3")
        self.home = home
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TINHSO_")}
        self.environment = kept | {"TINHSO_HOME": str(home), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.documents.installation"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, act: str, **given: Any) -> Any:
        """Have something done, and what it answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"act": act, "given": given}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the installation ended during {act}"
        answer = json.loads(line)
        assert "problem" not in answer, answer["problem"]
        return answer["answer"]

    def run(self, *arguments: str) -> str:
        """A `tinhso` command of this installation, and what it prints."""
        return str(self.do("command", arguments=list(arguments)))

    @contextlib.contextmanager
    def door(self, port: int) -> Iterator[None]:
        """The exchange door open, until the end of the block."""
        command = [sys.executable, "-m", "tinhso", "serve-exchange", "--port", str(port)]
        process = subprocess.Popen(command, env=self.environment | {"TINHSO_WEB_PROCESSES": "1"})
        try:
            wait_for(port)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)
        if self.process.stdout is not None:
            self.process.stdout.close()


def wait_for(port: int) -> None:
    """Wait until something listens."""
    import socket
    import time

    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


# ---- inside the process -----------------------------------------------------------------------------------------


def command(arguments: list[str]) -> str:
    """A `tinhso` command, which must succeed, and what it prints."""
    import io

    from tinhso.config.cli.main import main as tinhso

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = tinhso(arguments)
    assert code == 0, printed.getvalue()
    return printed.getvalue()


def prepare(codes: list[str]) -> None:
    """Tables where there are none, units, and an office for each code."""
    from django.core.management import call_command

    from tests.documents import factories as make
    from tinhso.core import clock
    from tinhso.organizations import api as organizations

    call_command("migrate", verbosity=0)
    organizations.load_reference(at=clock.now())
    for code in codes:
        make.office(code, clock.now())


def issue(code: str, **changed: Any) -> dict[str, Any]:
    """A document that an agency drafted, signed, numbered and sealed."""
    from tests.documents import factories as make
    from tinhso.core import clock

    at = clock.now()
    document = make.issued(make.office(code, at), at, **changed)
    return {"pk": document.pk, "code": document.code}


def issued_file(pk: int, path: str) -> None:
    """The issued file, written where others look at it."""
    from tinhso.documents.models import Document
    from tinhso.documents.services import signing

    Path(path).write_bytes(signing.newest_bytes(Document.objects.get(pk=pk)))


def send(pk: int, code: str, to: list[str]) -> int:
    """Send it to agencies, by name."""
    from tests.documents import factories as make
    from tinhso.core import clock
    from tinhso.documents.models import Agency, Document
    from tinhso.documents.services import sending

    at = clock.now()
    who, document = make.office(code, at), Document.objects.get(pk=pk)
    made = sending.send(
        document_id=pk,
        revision=document.revision,
        recipients=list(Agency.objects.filter(name__in=to)),
        actor=who.registrar.username,
        acts_as=make.REGISTRAR,
        at=at,
    )
    return len(made)


def work(minutes: int = 0) -> int:
    """What the worker does in its rounds, as it would do so many minutes from now."""
    from tinhso.core import clock
    from tinhso.documents.services import checks, collecting, dispatching, unpacking

    at = clock.now() + dt.timedelta(minutes=minutes)
    done = dispatching.run(at=at) + collecting.run(at=at)
    for key in unpacking.waiting():
        done += unpacking.unpack(inbound_id=key, at=clock.now())
    checks.retry(at=at)
    return done


def forget_receipts(pk: int) -> None:
    """As if the worker had been killed after sending and before it wrote down that it had: everything is sent again."""
    from tinhso.core import clock
    from tinhso.documents.models import Dispatch

    Dispatch.objects.filter(delivery__document=pk).update(done_at=None, next_at=clock.now())


def deliveries(pk: int) -> dict[str, list[str]]:
    """Of each recipient, the delivery's state and its receipts."""
    from tinhso.documents.models import Delivery

    found = Delivery.objects.filter(document=pk).select_related("recipient").order_by("pk")
    return {
        each.recipient.name: [each.standing, each.recall, *each.receipts.order_by("pk").values_list("code", flat=True)]
        for each in found
    }


def copies(code: str) -> list[dict[str, Any]]:
    """What an agency has received."""
    from tests.documents import factories as make
    from tinhso.core import clock
    from tinhso.documents.models import Document
    from tinhso.documents.selectors import documents

    who = make.office(code, clock.now())
    found = Document.objects.filter(direction="in", agency=who.agency).select_related("issuer", "agency").order_by("pk")
    shown = []
    for each in found:
        check = documents.verification(each, each.issuer.name)
        shown.append(
            {
                "pk": each.pk,
                "code": each.code,
                "state": each.state,
                "verdict": check.verdict if check else "",
                "reasons": [reason["code"] for reason in check.report["reasons"]] if check else [],
                "packet": each.inbound.get().packet_signature,
            }
        )
    return shown


def act(step: str, pk: int, code: str, reason: str = "") -> str:
    """A step on a document in, by its registrar."""
    from tests.documents import factories as make
    from tinhso.core import clock
    from tinhso.documents.models import Document
    from tinhso.documents.services import registering

    who, document = make.office(code, clock.now()), Document.objects.get(pk=pk)
    given = {
        "document_id": pk,
        "revision": document.revision,
        "actor": who.registrar,
        "acts_as": make.REGISTRAR,
        "at": clock.now(),
    }
    if step == "refuse":
        return registering.refuse(reason=reason, **given).state
    return registering.register(**given).state


def authority(path: str) -> None:
    """Our signatures' authority, and its revocation list, written where partners take them."""
    from tinhso.core import clock, signers

    Path(path).write_bytes(signers.authorities()[0])
    Path(f"{path}.crl").write_bytes(signers.revocations(clock.now())[0])


def believe_list(path: str) -> None:
    """A revocation list of a partner's authority, as if it had just been fetched."""
    from django.conf import settings

    folder = Path(settings.HOME) / "revocation"
    folder.mkdir(exist_ok=True)
    (folder / "partner.crl").write_bytes(Path(path).read_bytes())


ACTS = {
    each.__name__: each
    for each in (
        prepare,
        issue,
        issued_file,
        send,
        work,
        forget_receipts,
        deliveries,
        copies,
        act,
        authority,
        believe_list,
        command,
    )
}


def main() -> None:
    """Do what is asked until nothing more is."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tinhso.config.settings.base"
    import django

    django.setup()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"answer": ACTS[asked["act"]](**asked["given"])}
        except Exception as problem:  # noqa: BLE001 - whatever it is, the test shall show it
            import traceback

            answer = {"problem": f"{problem!r}\n{traceback.format_exc()}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
