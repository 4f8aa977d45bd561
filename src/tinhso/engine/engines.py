"""Which engine scans the facts, by one address; what it needs; and that it is there (ADR 0020)."""

import contextlib
import importlib.metadata
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import duckdb

from tinhso.engine.backend import Backend, Duck, EngineUnreachable

Kind = Literal["duckdb", "spark", "chdb", "clickhouse"]
FORMS = "duckdb:, local[2], spark://máy:7077, chdb: hoặc clickhouse://máy:8123/cơ_sở_dữ_liệu"
JAVA = 17  # the earliest that Spark 4 runs on
_MASTER = re.compile(r"local(\[(\d+|\*)\])?|spark://[^\s/]+")


class UnknownEngine(EngineUnreachable):
    """An address of no engine that is known here."""


class EngineMissing(EngineUnreachable):
    """A package that the engine needs is not installed."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing an engine needs on this machine.

    Attributes:
        found: what is there; empty when nothing is.
        mend: the command that installs it.
        missing: one sentence for when it is not there.
    """

    name: str
    found: str
    mend: str
    missing: str


def kind_of(url: str) -> Kind:
    """Which engine an address means.

    Raises:
        UnknownEngine: none; the sentence names the forms there are.
    """
    scheme = url.partition(":")[0]
    if url in ("", "duckdb:", "duckdb"):
        return "duckdb"
    if _MASTER.fullmatch(url):
        return "spark"
    if url in ("chdb:", "chdb"):
        return "chdb"
    if scheme in ("clickhouse", "clickhouse+https") and _has_host(url):
        return "clickhouse"
    raise UnknownEngine(f"TINHSO_ENGINE_URL: không hiểu “{without_password(url)}”; các dạng dùng được: {FORMS}.")


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def without_password(url: str) -> str:
    """An address that may be shown and logged."""
    return re.sub(r"//[^/@]*@", "//", url)


def pieces(url: str) -> Iterator[Piece]:
    """What the engine of an address needs here, and whether it is there.

    Raises:
        UnknownEngine: see `kind_of`.
    """
    match kind_of(url):
        case "spark":
            yield _package("Spark", "pyspark", "spark")
            java = _java()
            package = "apt-get install default-jre-headless"
            yield Piece(
                "Java", java, package, f"Spark cần Java {JAVA} trở lên: hãy chạy “{package}”, hoặc đặt JAVA_HOME."
            )
        case "chdb":
            yield _package("chDB", "chdb", "clickhouse")
        case "clickhouse":
            yield _package("ClickHouse", "clickhouse-connect", "clickhouse")


def _package(name: str, distribution: str, extra: str) -> Piece:
    command = f'pip install "tinhso[{extra}]"'
    try:
        found = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        found = ""
    return Piece(name, found, command, f"{name} chưa được cài: hãy chạy “{command}”.")


def _java() -> str:
    """The program that Spark's own scripts would run; empty when it is not there or too old."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which(str(Path(home) / "bin" / "java") if home else "java")
    if program is None:
        return ""
    release = Path(program).resolve().parents[1] / "release"
    told = re.search(r'JAVA_VERSION="(\d+)', release.read_text(encoding="utf-8")) if release.exists() else None
    return program if told is None or int(told[1]) >= JAVA else ""


@contextlib.contextmanager
def opened(url: str, connection: duckdb.DuckDBPyConnection) -> Iterator[Backend]:
    """The engine of an address, there and answering; whatever it started has ended afterwards.

    Args:
        url: empty or `duckdb:`; a Spark master (`local[2]`, `spark://host:7077`); `chdb:`;
            `clickhouse://user:password@host:8123/database`, with `clickhouse+https` over TLS.
        connection: DuckDB of this process, which scans where no other engine is named.

    Raises:
        UnknownEngine: an address of no engine.
        EngineMissing: a package is not installed.
        EngineUnreachable: no answer within three minutes. The texts of all three are for the user.
    """
    kind = kind_of(url)
    for piece in pieces(url):
        if not piece.found:
            raise EngineMissing(piece.missing)
    if kind == "duckdb":
        yield Duck(connection)
        return
    if kind == "spark":
        from tinhso.engine.spark import Spark

        engine: contextlib.AbstractContextManager[Backend] = contextlib.closing(Spark(url))
    elif kind == "chdb":
        from tinhso.engine.clickhouse import Embedded

        engine = contextlib.closing(Embedded())
    else:
        from tinhso.engine.clickhouse import Server

        engine = contextlib.closing(Server(url))
    with engine as backend:
        yield backend
