"""kill -9 of all web processes while people file: what was acknowledged is there, once, and nothing else."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

from tests.core.conftest import elsewhere
from tests.public_services.test_concurrency import BEGIN

_ = elsewhere
FILINGS, USERS, KILLS = 400, 20, 4
PREPARE = (
    BEGIN
    + f"""
    from tinhso.core import clock, sealed
    from tinhso.public_services.catalog.selectors import procedures
    from tinhso.public_services.filing.rules import keys
    from tinhso.organizations import api as organizations
    today = clock.today()
    version = procedures.in_force(make.EXTRACT, today)
    communes = [row for row in organizations.units_on(today) if row.kind == "commune"]
    answers = sealed.seal_values(make.ANSWERS | {{keys.FOR: keys.SELF}})
    found = []
    with transaction.atomic():
        for number in range({FILINGS}):
            user = make.citizen(f"0140990{{number:05d}}")
            draft = Draft.objects.create(user=user, version=version, agency_id=communes[number % 5].unit_id,
                                         channel="online", sealed=answers, updated_at=clock.now())
            found.append((str(draft.key), make.open_session(user)))
    print(json.dumps(found))
"""
)
LOOK = (
    BEGIN
    + """
    from tinhso.core.models import OutboxMessage
    print(json.dumps({
        "dossiers": Dossier.objects.count(),
        "numbers": len(set(Dossier.objects.values_list("number", flat=True))),
        "events": DossierEvent.objects.count(),
        "messages": OutboxMessage.objects.filter(topic=applying.TOPIC).count(),
        "drafts": Draft.objects.count(),
        "keys": sorted(str(key) for key in Dossier.objects.values_list("key", flat=True)),
    }))
"""
)
TOKEN = "a" * 32


class Server:
    """gunicorn in a group of its own, which can be killed and started again on its port."""

    def __init__(self, environment):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = environment
        self.start()

    def start(self):
        command = [sys.executable, "-m", "gunicorn", "-w", "2", "-k", "sync", "--log-level", "critical"]
        command += ["--bind", f"127.0.0.1:{self.port}", "tinhso.config.wsgi:application"]
        self.process = subprocess.Popen(
            command, env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def file_until_acknowledged(port, draft, session, acknowledged):
    """What a browser on a bad line does: press again until an answer has come."""
    body = f"csrfmiddlewaretoken={TOKEN}&filing__delivery=online"
    headers = {
        "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Host": "localhost",
    }
    for _attempt in range(600):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("POST", f"/services/drafts/submit/{draft}/", body, headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 302:
                acknowledged.append(answer.headers["Location"].split("/")[-2])
                return
            raise AssertionError(answer.status)
        except (OSError, http.client.HTTPException):
            time.sleep(0.2)
        finally:
            connection.close()


def test_web_processes_killed_while_people_file_lose_and_double_nothing(transactional_db, catalog, elsewhere):
    waiting = json.loads(elsewhere.run(PREPARE))
    server, acknowledged = Server(elsewhere.environment), []

    def person():
        while True:
            try:
                draft, session = waiting.pop()
            except IndexError:
                return
            file_until_acknowledged(server.port, draft, session, acknowledged)

    people = [threading.Thread(target=person) for _one in range(USERS)]
    for one in people:
        one.start()
    try:
        for kill in range(1, KILLS + 1):
            while len(acknowledged) < kill * FILINGS / (KILLS + 2):
                time.sleep(0.02)
            server.kill()
            server.start()
        for one in people:
            one.join()
    finally:
        server.kill()

    found = json.loads(elsewhere.run(LOOK))
    assert len(acknowledged) == found["dossiers"] == found["numbers"] == found["events"] == found["messages"] == FILINGS
    assert sorted(acknowledged) == found["keys"]
    assert found["drafts"] == 0
