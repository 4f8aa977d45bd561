"""The production server: gunicorn with few single-threaded processes, and the worker beside it when asked."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from tinhso.core.errors import ImpossibleRequest

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

PAUSE = 2.0  # seconds
PATIENCE = 20.0  # seconds that a worker may take to end


def require_free(host: str, port: int) -> None:
    """Check that nothing else listens there.

    Raises:
        ImpossibleRequest: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ImpossibleRequest(
                f"Không dùng được {host}, cổng {port} ({error.strerror}): hãy dừng chương trình đang dùng cổng đó "
                "hoặc chọn cổng khác bằng --port."
            ) from None


def command(*arguments: str) -> list[str]:
    """This program with other arguments."""
    return [sys.executable, "-m", "tinhso", *arguments]


def replace_process(*arguments: str) -> None:
    """Go on as another command in a fresh process: what has been loaded and opened is left behind."""
    sys.stdout.flush()
    os.execv(sys.executable, command(*arguments))  # noqa: S606 - our own program


def end_with(parent: int) -> None:
    """Stop this process when the one that started it is gone, however it ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PAUSE)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


class Companion:
    """The worker as a child process, started again when it ends by itself."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, _server: object) -> None:
        threading.Thread(target=self._keep_running, daemon=True).start()

    def _keep_running(self) -> None:
        while not self.stopping.is_set():
            self.process = subprocess.Popen(command("worker", "--parent", str(os.getpid())))  # noqa: S603 - our own
            self.process.wait()
            self.stopping.wait(PAUSE)

    def stop(self, _server: object) -> None:
        """End the worker, which finishes its job first; a job that takes long runs again at the next start."""
        self.stopping.set()
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with options given from here instead of from its own command line and files."""

    def __init__(self, options: dict[str, Any], application: Any = None) -> None:
        self.options, self.given = options, application
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> "WSGIHandler | Any":
        if self.given is not None:
            return self.given
        from tinhso.config.wsgi import application

        return application


def serve(*, host: str, port: int, with_worker: bool, more: dict[str, Any] | None = None) -> None:
    """Serve until stopped.

    Args:
        more: options of gunicorn, such as certificates.

    Processes have one thread each: SQLite and the figures' reader want no more, and a process that dies takes
    one request with it.
    """
    from django.conf import settings

    options: dict[str, Any] = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": settings.WEB_PROCESSES,
        "timeout": 120,
        "max_requests": 5000,
        "max_requests_jitter": 500,
        "loglevel": "warning",
        "proc_name": "tinhso",
        "control_socket_disable": True,
    } | (more or {})
    if with_worker:
        companion = Companion()
        options |= {"when_ready": companion.start, "on_exit": companion.stop}
    Server(options).run()
