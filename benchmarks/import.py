"""Import of dossiers from CSV against a bare DuckDB COPY of the same file to Parquet, in CPU seconds.

Each side runs in a process of its own; the rows are checked equal first. The last line is one JSON document.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROWS, QUICK_ROWS = 5_000_000, 200_000
COPY = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false; SET memory_limit = '1500MB'")
connection.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet)")
"""
PREPARE = """
import django
django.setup()
from tinhso.config.installation import prepare
from tinhso.core import clock
prepare(province="son-la", at=clock.now())
"""
LOOK = """
import django, duckdb, sys
django.setup()
from tinhso.datasets import api
connection = duckdb.connect()
api.attach(connection, ["dossiers"])
print(*connection.sql("SELECT count(*), sum(fee_vnd), count(DISTINCT agency_code), max(received_at) FROM dossiers").fetchone())
"""


def write_source(path: Path, rows: int) -> None:
    """Rows like those of a one-stop system."""
    duckdb.sql(
        f"""
        COPY (
            SELECT 'MAU.' || i AS dossier_code, '9.' || lpad((i * 7919 % 1900)::VARCHAR, 6, '0') AS procedure_code,
                   ['03646', '03649', '03652', '03655', '116', '125', 'SL-STTTT', 'SL-SYT'][i % 8 + 1] AS agency_code,
                   '03646' AS commune_code, CASE WHEN i % 3 = 0 THEN 'online' ELSE 'counter' END AS channel,
                   strftime(TIMESTAMP '2023-01-01' + to_seconds((i * 6)::BIGINT), '%Y-%m-%d %H:%M:%S') AS received_at,
                   strftime(TIMESTAMP '2023-01-04' + to_seconds((i * 6)::BIGINT), '%Y-%m-%d %H:%M:%S') AS due_at,
                   10 AS status, i % 2 = 0 AS assisted, (i % 100) * 1000 AS fee_vnd, i % 5 = 0 AS digitized
            FROM range({rows}) AS t(i)
        ) TO '{path}' (HEADER)
        """
    )


def measured(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """CPU seconds and peak megabytes of one process."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    rows = QUICK_ROWS if parser.parse_args().quick else ROWS
    with tempfile.TemporaryDirectory(prefix="tinhso-bench-") as folder:
        source = Path(folder) / "dossiers.csv"
        write_source(source, rows)
        environment = os.environ | {
            "TINHSO_HOME": f"{folder}/home",
            "DJANGO_SETTINGS_MODULE": "tinhso.config.settings.base",
        }
        subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True)
        copied = Path(folder) / "copy.parquet"
        copy = min(measured([sys.executable, "-c", COPY, str(source), str(copied)], environment) for _ in range(2))
        ours = measured([sys.executable, "-m", "tinhso", "import", "dossiers", str(source), "--json"], environment)
        seen = subprocess.run([sys.executable, "-c", LOOK], env=environment, check=True, capture_output=True, text=True)
        expected = duckdb.sql(
            f"SELECT count(*), sum(fee_vnd), count(DISTINCT agency_code), max(received_at) FROM '{copied}'"
        ).fetchone()
        assert seen.stdout.split() == " ".join(map(str, expected or ())).split(), (seen.stdout, expected)
    ratios = {"cpu_vs_duckdb_copy": round(ours[0] / copy[0], 2), "peak_mb": round(ours[1])}
    print(f"DuckDB {duckdb.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores, {rows:,} rows")
    print(
        f"{'':<12}{'CPU s':>8}{'peak MB':>9}\n{'bare COPY':<12}{copy[0]:>8.2f}{copy[1]:>9.0f}\n{'import':<12}{ours[0]:>8.2f}{ours[1]:>9.0f}"
    )
    print(
        f"limit: at most 3 times the CPU, under 2000 MB; here {ratios['cpu_vs_duckdb_copy']} times, {ratios['peak_mb']} MB"
    )
    print(json.dumps({"benchmark": "import", "ratios": ratios}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
