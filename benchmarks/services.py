"""Public services under load, on PostgreSQL and on SQLite: filings, the officers' inbox of a million dossiers, forms.

Filings go through the whole application as it is served in production (two processes, sessions, CSRF, sealing, audit,
outbox, durable commits) from 40 users at once, each filing a draft of an own person to one of 75 communes; the load comes
from the same machine. Beside it in the same run a bare Django view on the same database only inserts a dossier and an
event. What was acknowledged is counted in the database afterwards. The last line is one JSON document.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import measuring

HERE = Path(__file__).resolve().parent
POSTGRES, POSTGRES_ADMIN = "postgres://root@127.0.0.1:5432/{name}", "postgres"
DATABASE = "tinhso_bench_services"
USERS, FILINGS, QUICK_FILINGS = 40, 4000, 120
DOSSIERS, QUICK_DOSSIERS = 1_000_000, 5_000
PORT, BARE_PORT = 18231, 18232
LEAST_PER_S, MOST_P95_MS, LEAST_VS_BARE = 200, 300, 0.4
MOST_INBOX_MS, MOST_INBOX_16_MS, MOST_FORM_MS, MOST_FORM_KB, MOST_CHECK_MS = 50, 200, 30, 60, 0.1
ANSWERS = {
    "requester_name": "Lò Thị Mẫu",
    "requester_identity": "014099000001",
    "requester_phone": "0900000001",
    "address": "Bản Mẫu, xã Mẫu, tỉnh Sơn La",
    "on_behalf": False,
    "event": "khai_sinh",
    "subject_name": "Lò Văn Mẫu",
    "subject_born_on": "2015-04-01",
    "copies": 2,
    "truth": True,
}
PROCEDURE = "2.000635"


@dataclass
class Answer:
    """What came back, and after how many seconds."""

    status: int
    seconds: float


# ---- load ---------------------------------------------------------------------------------------------------------


async def _send(port: int, request: bytes) -> Answer:
    started = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    await writer.drain()
    answer = await reader.read(-1)
    writer.close()
    return Answer(int(answer[9:12] or 0), time.perf_counter() - started)


async def _users(port: int, requests: Sequence[bytes], users: int) -> list[Answer]:
    waiting, answers = list(reversed(requests)), []

    async def user() -> None:
        while waiting:
            answers.append(await _send(port, waiting.pop()))

    await asyncio.gather(*(user() for _one in range(users)))
    return answers


def load(port: int, requests: Sequence[bytes], users: int) -> tuple[float, list[Answer]]:
    """Requests per second and all answers of so many users, each waiting for one answer before the next request."""
    started = time.perf_counter()
    answers = asyncio.run(_users(port, requests, users))
    return len(answers) / (time.perf_counter() - started), answers


def http(method: str, path: str, *, cookies: str = "", body: str = "", headers: str = "") -> bytes:
    lines = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAccept-Encoding: gzip\r\n{headers}"
    if cookies:
        lines += f"Cookie: {cookies}\r\n"
    if body:
        lines += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return f"{lines}\r\n{body}".encode()


def p95(answers: Sequence[Answer]) -> float:
    return statistics.quantiles([answer.seconds * 1000 for answer in answers], n=20)[-1]


# ---- the province -------------------------------------------------------------------------------------------------


class Province:
    """An installation with the procedures of the platform, people with open sessions, and drafts to be filed."""

    def __init__(self, filings: int) -> None:
        from tinhso.core import clock
        from tinhso.organizations import api as organizations
        from tinhso.public_services.catalog import services as catalog
        from tinhso.public_services.catalog.selectors import procedures

        self.at = clock.now()
        measuring.prepare()
        catalog.adopt_reference(valid_from=self.at.date(), at=self.at)
        self.version = procedures.in_force(PROCEDURE, self.at.date())
        self.communes = [row for row in organizations.units_on(self.at.date()) if row.kind == "commune"]
        self.people = [self._person(number) for number in range(filings)]
        self.drafts = self._drafts(filings)

    def _person(self, number: int) -> tuple[Any, str]:
        """Somebody with an open session: user and session key."""
        import datetime as dt

        from tinhso.accounts import api as accounts

        user = accounts.make_citizen(
            identity_number=f"0140990{number:05d}",
            full_name="Lò Thị Mẫu",
            born_on=dt.date(1990, 1, 1),
            phone="0900000001",
            email="",
            address="Bản Mẫu",
            assurance=2,
            at=self.at,
        )
        return user, session(user)

    def _drafts(self, filings: int) -> list[Any]:
        from tinhso.core import sealed
        from tinhso.public_services.filing.rules import keys
        from tinhso.public_services.models import Draft

        answers = ANSWERS | {keys.FOR: keys.SELF}
        rows = [
            Draft(
                user=self.people[number][0],
                version=self.version,
                agency_id=self.communes[number % len(self.communes)].unit_id,
                channel="online",
                sealed=sealed.seal_values(answers),
                updated_at=self.at,
            )
            for number in range(filings)
        ]
        return Draft.objects.bulk_create(rows, batch_size=500)


def session(user: Any) -> str:
    """An open session, as signing in makes it."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store["assurance"] = 2
    store.create()
    return str(store.session_key)


class Server:
    """A server of two processes; stopped at the end."""

    def __init__(self, command: Sequence[str], port: int, **environment: str) -> None:
        self.command, self.port = list(command), port
        self.environment = os.environ | environment

    def __enter__(self) -> "Server":
        self.process = subprocess.Popen(self.command, env=self.environment, cwd=HERE)
        for _attempt in range(240):
            time.sleep(0.25)
            try:
                asyncio.run(_send(self.port, http("GET", "/nothing/")))
            except OSError:
                continue
            return self
        raise SystemExit(f"{self.command} does not answer")

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def product() -> Server:
    return Server([sys.executable, "-m", "tinhso", "serve", "--port", str(PORT)], PORT)


def bare() -> Server:
    gunicorn = [sys.executable, "-m", "gunicorn", "-w", "2", "-k", "sync", "--log-level", "error"]
    return Server(
        [*gunicorn, "--bind", f"127.0.0.1:{BARE_PORT}", "bare.site:application"],
        BARE_PORT,
        DJANGO_SETTINGS_MODULE="bare.settings",
    )


# ---- what is measured ---------------------------------------------------------------------------------------------


def filings(province: Province) -> dict[str, float]:
    """Filings per second from 40 users and their 95th percentile, against the bare view in the same run."""
    from django.db import connections
    from django.urls import reverse

    from tinhso.public_services.models import Dossier, DossierEvent

    sessions = {user.pk: key for user, key in province.people}
    token = "a" * 32
    requests = [
        http(
            "POST",
            reverse("public_services:draft_submit", args=[draft.key]),
            cookies=f"sessionid={sessions[draft.user_id]}; csrftoken={token}",
            body=f"csrfmiddlewaretoken={token}&filing__delivery=online",
        )
        for draft in province.drafts
    ]
    connections.close_all()
    warm, measured = requests[:USERS], requests[USERS:]
    with product() as server:
        load(server.port, warm, USERS)
        per_s, answers = load(server.port, measured, USERS)
    acknowledged = sum(answer.status == 302 for answer in answers)
    assert acknowledged == len(measured), {answer.status for answer in answers}
    assert Dossier.objects.count() == DossierEvent.objects.count() == len(requests), "acknowledged and not stored"
    plain = [http("GET", f"/?version={province.version.pk}&agency={province.communes[0].unit_id}") for _one in measured]
    connections.close_all()
    with bare() as server:
        load(server.port, plain[:USERS], USERS)
        bare_per_s, _answers = load(server.port, plain, USERS)
    return {"per_s": per_s, "p95_ms": p95(answers), "bare_per_s": bare_per_s}


def inbox(province: Province, dossiers: int) -> dict[str, float]:
    """The first hundred dossiers of one agency among a million, alone and for 16 officials at once."""
    import datetime as dt

    from django.db import connection, connections
    from django.urls import reverse

    from tinhso.accounts import api as accounts
    from tinhso.accounts.api import Role

    agency = province.communes[0]
    fill(province, dossiers)
    officials = []
    for number in range(16):
        user = accounts.create_user(
            username=f"canbo{number}",
            full_name="Cán bộ Mẫu",
            password="rat-dai-va-kho-doan-2023",  # noqa: S106 - of a throw-away database
            actor="b",
            at=province.at,
        )
        accounts.assign(
            user=user,
            role=Role.CASE_OFFICER,
            unit_id=agency.unit_id,
            valid_from=dt.date(2020, 1, 1),
            actor="b",
            at=province.at,
        )
        officials.append(session(user))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connections.close_all()
    address = reverse("public_services:desk")
    pages = [http("GET", f"{address}?desk=officer", cookies=f"sessionid={key}") for key in officials]
    with product() as server:
        load(server.port, pages * 2, 1)
        _per_s, alone = load(server.port, pages * 3, 1)
        _per_s, together = load(server.port, pages * 8, 16)
    assert {answer.status for answer in alone + together} == {200}
    return {
        "inbox_ms": statistics.median(answer.seconds * 1000 for answer in alone),
        "inbox_ms_16_users": statistics.median(answer.seconds * 1000 for answer in together),
    }


def fill(province: Province, dossiers: int) -> None:
    """Dossiers on officers' desks of all communes, each with its owner, written by the database itself."""
    from django.db import connection

    from tinhso.core import sealed

    units = [row.unit_id for row in province.communes]
    series = (
        f"generate_series(1, {dossiers}) AS s(n)"
        if connection.vendor == "postgresql"
        else f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {dossiers}) SELECT n FROM s) AS s"
    )
    key = "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    moment = (
        "now() + (n %% 100000) * interval '1 minute'"
        if connection.vendor == "postgresql"
        else "datetime('now', '+' || (n %% 100000) || ' minutes')"
    )
    no = "false" if connection.vendor == "postgresql" else "0"
    unit = f"(CASE n %% {len(units)} " + " ".join(f"WHEN {place} THEN {pk}" for place, pk in enumerate(units)) + " END)"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO public_services_dossier (key, number, look_up, version_id, agency_id, agency_code, channel, state, "
            "previous_state, outcome, revision, sealed, step, desk, act_by, submitted_at, accepted_at, due_at, is_extended, "
            "calendar, delivery, is_assisted, is_digitized, last_digest, published_seq) "
            f"SELECT {key}, 'fill-' || n, 'fill-' || n, %s, {unit}, '0', 'online', 'in_progress', '', '', 3, %s, 'tra-so', "
            f"'officer', {moment}, {moment}, {moment}, {moment}, {no}, 1, 'online', {no}, {no}, '', 0 FROM {series}",
            [province.version.pk, sealed.seal_values(ANSWERS)],
        )
        cursor.execute(
            "INSERT INTO public_services_party (dossier_id, role, identity_hash, mandate, sealed) "
            "SELECT id, 'owner', '', '', %s FROM public_services_dossier WHERE number LIKE 'fill-%%'",
            [sealed.seal_values({"full_name": "Lò Thị Mẫu", "identity_number": "014099000001"})],
        )


def forms(province: Province, requests: int) -> dict[str, float]:
    """A form page: server time, bytes as sent; and checking a whole form."""
    from django.test import Client
    from django.urls import reverse

    from tinhso.core import clock
    from tinhso.public_services.catalog.selectors import procedures
    from tinhso.public_services.dossiers.services import drafts
    from tinhso.public_services.form_engine.rules import answers as rules

    user, _key = province.people[0]
    version = procedures.in_force("1.001193", province.at.date())
    bundle = procedures.bundle(version.pk)
    draft = drafts.begin(user=user, version=version, channel="online", at=clock.now())
    client = Client(HTTP_HOST="127.0.0.1", headers={"accept-encoding": "gzip"})
    client.force_login(user)
    sizes, times = [], []
    for page in bundle.read_form.pages:
        address = reverse("public_services:draft_page", args=[draft.key, page.id])
        client.get(address)
        for _time in range(requests):
            started = time.perf_counter()
            answer = client.get(address)
            times.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
        sizes.append(len(answer.content) / 1000)
    form = procedures.bundle(province.version.pk).read_form
    rounds = 20 * requests
    check: Callable[[], object] = lambda: rules.problems(form, ANSWERS)  # noqa: E731
    assert check() == []
    started = time.perf_counter()
    for _time in range(rounds):
        check()
    return {
        "form_page_ms": statistics.median(times),
        "form_page_gzip_kb": max(sizes),
        "form_check_ms": (time.perf_counter() - started) * 1000 / rounds,
    }


def measure(quick: bool) -> dict[str, float]:
    """Everything on the database that the environment names."""
    province = Province(QUICK_FILINGS if quick else FILINGS)
    found = told(filings(province))
    found |= told(forms(province, 3 if quick else 50))
    return found | told(inbox(province, QUICK_DOSSIERS if quick else DOSSIERS))


def told(found: dict[str, float]) -> dict[str, float]:
    """Say what was found as soon as it is."""
    print({name: round(value, 3) for name, value in found.items()}, file=sys.stderr, flush=True)
    return found


# ---- the run ------------------------------------------------------------------------------------------------------


def on_own_database(database: str, quick: bool) -> dict[str, float]:
    """Measure in a process of its own, on a database that is made for it and dropped."""
    with measuring.own_home():
        if database == "postgres":
            os.environ["TINHSO_DATABASE_URL"] = POSTGRES.format(name=DATABASE)
            _recreate()
        try:
            command = [sys.executable, __file__, "--child", *(["--quick"] if quick else [])]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        finally:
            if database == "postgres":
                _drop()
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _admin(*statements: str) -> None:
    import psycopg

    with psycopg.connect(POSTGRES.format(name=POSTGRES_ADMIN), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _drop() -> None:
    _admin(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _recreate() -> None:
    _drop()
    _admin(f"CREATE DATABASE {DATABASE}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="little load: whether it runs, not how fast it is")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=("postgres", "sqlite"), help="one database only")
    options = parser.parse_args()
    if options.child:
        measuring.start_django()
        print(json.dumps(measure(options.quick)))
        return 0
    names = [options.only] if options.only else ["postgres", "sqlite"]
    found = {name: on_own_database(name, options.quick) for name in names}
    table(found)
    first = found.get("postgres") or found["sqlite"]
    ratios = {f"submissions_per_s_{name}": round(one["per_s"], 1) for name, one in found.items()}
    ratios |= {
        "p95_ms": round(max(one["p95_ms"] for one in found.values()), 1),
        "vs_bare_django": round(min(one["per_s"] / one["bare_per_s"] for one in found.values()), 3),
        "inbox_ms": round(max(one["inbox_ms"] for one in found.values()), 1),
        "inbox_ms_16_users": round(max(one["inbox_ms_16_users"] for one in found.values()), 1),
        "form_page_ms": round(first["form_page_ms"], 1),
        "form_page_gzip_kb": round(first["form_page_gzip_kb"], 1),
        "form_check_ms": round(first["form_check_ms"], 4),
    }
    measuring.close("services", ratios)
    return 0


def table(found: dict[str, dict[str, float]]) -> None:
    print(f"{measuring.machine()}; {USERS} users, two server processes, load from the same machine")
    limits = {
        "per_s": f">= {LEAST_PER_S}",
        "p95_ms": f"<= {MOST_P95_MS}",
        "bare_per_s": f"ours >= {LEAST_VS_BARE:.0%}",
        "form_page_ms": f"<= {MOST_FORM_MS}",
        "form_page_gzip_kb": f"<= {MOST_FORM_KB}",
        "form_check_ms": f"<= {MOST_CHECK_MS}",
        "inbox_ms": f"<= {MOST_INBOX_MS}",
        "inbox_ms_16_users": f"<= {MOST_INBOX_16_MS}",
    }
    print(f"{'':<20}" + "".join(f"{name:>12}" for name in found) + f"{'limit':>16}")
    for name, limit in limits.items():
        print(f"{name:<20}" + "".join(f"{one[name]:>12.3f}" for one in found.values()) + f"{limit:>16}")


if __name__ == "__main__":
    sys.exit(main())
