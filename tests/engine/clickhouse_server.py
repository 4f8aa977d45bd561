"""A stand-in for a ClickHouse server: what `clickhouse-connect` asks over HTTP, answered by chDB.

Runs as a process of its own, `python -m tests.engine.clickhouse_server`, and prints its port.
"""

import base64
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD = "tinhso", "mật khẩu:1"


class Answers(BaseHTTPRequestHandler):
    """One request, one statement; INSERT statements bring Parquet as their body."""

    protocol_version = "HTTP/1.1"
    ask: Callable[[str], bytes]
    sessions: set[str] = set()

    def do_GET(self) -> None:
        self._answer(200, b"Ok.\n")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        given = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if given != f"{USER}:{PASSWORD}":
            self._answer(403, b"Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)", code=516)
            return
        parameters = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.sessions |= {parameters[name] for name in ("session_id",) if name in parameters}
        if len(self.sessions) > 1:
            self._answer(500, b"temporary tables live in one session", code=1)
            return
        try:
            self._answer(200, self._run(body))
        except RuntimeError as error:
            self._answer(500, str(error).encode(), code=1)

    def _run(self, body: bytes) -> bytes:
        if not body.startswith(b"INSERT"):
            return self.ask(body.decode())
        query, _newline, content = body.partition(b"\n")
        with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
            file.write(content)
            file.flush()
            target = query.decode().partition("FORMAT")[0]
            return self.ask(f"{target} SELECT * FROM file('{file.name}', Parquet)")

    def _answer(self, status: int, content: bytes, code: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-ClickHouse-Timezone", "UTC")
        if code:
            self.send_header("X-ClickHouse-Exception-Code", str(code))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The server's address, without user and password."""
    command = [sys.executable, "-m", "tests.engine.clickhouse_server"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def main() -> None:
    import chdb

    connection = chdb.connect(":memory:")

    def ask(sql: str) -> bytes:
        try:
            answer: bytes = connection.query(sql, "TabSeparated").bytes()
        except chdb.ChdbError as error:
            raise RuntimeError(str(error)) from error
        return answer

    Answers.ask = staticmethod(ask)
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        print(server.server_port, flush=True)  # noqa: T201
        server.serve_forever()


if __name__ == "__main__":
    main()
