"""Scans facts with Spark: a cluster's master, or Spark on this machine (`local[2]`).

Executors read the lake's files by their paths, so a cluster needs the lake at the same path on every machine. Small
tables travel with the session. Java runs as a process of its own, whose words go to a file, and ends with `close`.
"""

import contextlib
import logging
import re
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
from py4j.java_gateway import JavaGateway
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession
from sqlglot import exp

from tinhso.engine.backend import EngineUnreachable
from tinhso.engine.schema import ColumnType, Rows

TYPES: dict[ColumnType, str] = {
    "string": "STRING",
    "integer": "BIGINT",
    "decimal": "DECIMAL(38, 4)",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP_NTZ",
    "year": "INT",
}
SYSTEM = {"_unit": "INT", "_file": "INT", "_line": "BIGINT"}
KEY = ["_batch", "_file", "_line"]
ANSWER_S = 5.0  # how long a master may take to accept a connection
START_S = 180.0  # how long Java, the session and a first small job may take together
STOP_S = 10.0
ERRORS = (PySparkException, Py4JError, OSError)


class Spark:
    """One session with a Spark of its own; see `backend.Backend`.

    Args:
        master: `local[2]`, `spark://host:7077`.

    Raises:
        EngineUnreachable: the master does not answer, or has no machine to work on.
    """

    def __init__(self, master: str) -> None:
        self.master = master
        if not master.startswith("local") and not _answers(master):
            raise self._unreachable("không có máy nào nhận kết nối")
        logging.getLogger("py4j").setLevel(logging.CRITICAL)  # it also logs what it raises, by the page
        self._folder = Path(tempfile.mkdtemp(prefix="tinhso-spark-"))
        self._log = self._folder / "log"
        self._java: subprocess.Popen[bytes] | None = None
        self._gateway: JavaGateway | None = None
        self.session: SparkSession | None = None
        try:
            with self._bounded():
                self._start()
        except ERRORS as error:
            said = _reason(error) if isinstance(error, TimeoutError) else self._said() or _reason(error)
            self.close()
            raise self._unreachable(said) from error
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        conf = SparkConf(loadDefaults=False)
        for name, value in self._settings().items():
            conf.set(name, value)
        with self._log.open("wb") as log:
            self._gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
        self._java = self._gateway.proc
        self.session = SparkSession(SparkContext(gateway=self._gateway, conf=conf))
        self.session.range(1).collect()

    def _settings(self) -> dict[str, str]:
        """What makes Spark count as DuckDB does, stay quiet, and leave nothing behind."""
        settings = {
            "spark.master": self.master,
            "spark.app.name": "tinhso",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.log.level": "ERROR",
            "spark.driver.defaultJavaOptions": f'"-Djava.io.tmpdir={self._folder}"',
            "spark.sql.warehouse.dir": str(self._folder / "warehouse"),
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.timestampType": "TIMESTAMP_NTZ",  # times in the lake are local ones without a zone
            "spark.sql.ansi.enabled": "true",  # too large a sum is an error, not a null
            "spark.driver.maxResultSize": "0",
        }
        if self.master.startswith("local"):
            settings |= {
                "spark.driver.host": "127.0.0.1",
                "spark.driver.bindAddress": "127.0.0.1",
                "spark.sql.shuffle.partitions": "4",
            }
        return settings

    @contextlib.contextmanager
    def _bounded(self) -> Iterator[None]:
        """End Java when it takes too long, so that whatever waits for it fails."""
        expired = threading.Event()

        def end() -> None:
            expired.set()
            if self._java is not None:
                self._java.kill()

        timer = threading.Timer(START_S, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except ERRORS as error:
            if expired.is_set():
                raise TimeoutError(f"sau {START_S:.0f} giây chưa có máy nào làm việc") from error
            raise
        finally:
            timer.cancel()

    def _unreachable(self, reason: str) -> EngineUnreachable:
        return EngineUnreachable(
            f"Spark ở {self.master} không trả lời ({reason}); số liệu giữ nguyên. Hãy xem lại TINHSO_ENGINE_URL."
        )

    def _said(self) -> str:
        """The last error in Java's own words."""
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines() if self._log.exists() else []
        told = [line for line in lines if re.search(r"\bERROR\b|Exception|Error:", line)]
        return told[-1].strip()[:300] if told else ""

    def attach(self, rows: Rows) -> None:
        columns = {name: TYPES[column.type] for name, column in rows.schema.columns.items()} | SYSTEM
        if not rows.files:
            typed = _typed(columns | {"_batch": "BIGINT"})
            self._running.createDataFrame([], typed).createOrReplaceTempView(rows.schema.name)
            return
        paths = [_literally(path) for _batch, path in rows.files]
        names = [f"`{name}`" for name in columns]
        batch = r"CAST(regexp_extract(_metadata.file_path, '_batch=(\\d+)/', 1) AS BIGINT) AS _batch"
        with self._told():
            found = self._running.read.schema(_typed(columns)).parquet(*paths).selectExpr(*names, batch)
            if rows.replaced is not None:
                found = found.join(self._running.createDataFrame(rows.replaced), KEY, "left_anti")
            found.createOrReplaceTempView(rows.schema.name)

    def register(self, name: str, table: pa.Table) -> None:
        with self._told():
            self._running.createDataFrame(table).createOrReplaceTempView(name)

    def collect(self, position: exp.Expr, capacity: int) -> exp.Expr:
        return exp.Anonymous(this="COLLECT_SET", expressions=[position])

    def fetch(self, query: exp.Expr) -> pa.Table:
        with self._told():
            return self._running.sql(query.sql(dialect="spark", identify=True)).toArrow()

    @property
    def _running(self) -> SparkSession:
        if self.session is None:
            raise self._unreachable("đã dừng")
        return self.session

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except ERRORS as error:
            raise EngineUnreachable(
                f"Spark ở {self.master} không tính được ({_reason(error)}); số liệu giữ nguyên."
            ) from error

    def close(self) -> None:
        """End the session and Java, and remove what they wrote."""
        if self.session is not None:
            with contextlib.suppress(*ERRORS):
                self.session.stop()
            self.session = None
        # What PySpark keeps for the whole process, so that the next session starts a Java of its own even if this one broke.
        SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
        SparkSession._instantiatedSession = SparkSession._activeSession = None
        if self._gateway is not None:
            with contextlib.suppress(*ERRORS):
                self._gateway.shutdown()
        if self._java is not None:
            _end(self._java)
        shutil.rmtree(self._folder, ignore_errors=True)


def _end(java: "subprocess.Popen[bytes]") -> None:
    if java.stdin:
        java.stdin.close()  # Java ends when nobody can write to it any more
    try:
        java.wait(STOP_S)
    except subprocess.TimeoutExpired:
        java.kill()
        java.wait()


def _typed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}` {kind}" for name, kind in columns.items())


def _answers(master: str) -> bool:
    """Whether one of a cluster's masters accepts a connection."""
    for address in master.removeprefix("spark://").split(","):
        host, _colon, port = address.rpartition(":")
        with contextlib.suppress(OSError, ValueError):
            socket.create_connection((host.strip("[]"), int(port)), ANSWER_S).close()
            return True
    return False


def _literally(path: Path) -> str:
    """A path without the meaning that some letters have for Hadoop."""
    return "file:" + re.sub(r"([\\*?\[\]{},])", r"\\\1", str(path.resolve()))


def _reason(error: BaseException) -> str:
    """The first line of what went wrong, not a page of it."""
    return str(error).strip().partition("\n")[0][:300]
