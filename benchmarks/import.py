"""Import of dossiers from CSV against a bare DuckDB COPY of the same file to Parquet, in CPU seconds.

Each side runs in a process of its own; the rows are checked equal first. The last line is one JSON document.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import duckdb

import measuring

ROWS, QUICK_ROWS = 5_000_000, 200_000
COPY = """
import duckdb, sys
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false; SET memory_limit = '1500MB'")
connection.execute(f"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet)")
"""
LOOK = """
import django, duckdb, sys
django.setup()
from tinhso.datasets import api
connection = duckdb.connect()
api.attach(connection, ["dossiers"])
asked = "SELECT count(*), sum(fee_vnd), count(DISTINCT agency_code), max(received_at) FROM dossiers"
print(*connection.sql(asked).fetchall()[0])
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows: whether it runs, not how fast it is")
    rows = QUICK_ROWS if parser.parse_args().quick else ROWS
    with measuring.own_home() as folder:
        source, copied = folder / "dossiers.csv", folder / "copy.parquet"
        write_source(source, rows)
        measuring.tinhso("init")
        copy = min(measuring.process([sys.executable, "-c", COPY, str(source), str(copied)]) for _ in range(2))
        ours = measuring.tinhso("import", "dossiers", str(source), "--json")
        seen = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True)
        (expected,) = duckdb.sql(
            f"SELECT count(*), sum(fee_vnd), count(DISTINCT agency_code), max(received_at) FROM '{copied}'"
        ).fetchall()
        assert seen.stdout.split() == " ".join(map(str, expected)).split(), (seen.stdout, expected)
    ratio, peak = round(ours[0] / copy[0], 2), round(ours[1])
    print(f"{measuring.machine()}; {rows:,} rows")
    print(f"{'':<12}{'CPU s':>8}{'peak MB':>9}")
    for name, (seconds, megabytes) in (("bare COPY", copy), ("import", ours)):
        print(f"{name:<12}{seconds:>8.2f}{megabytes:>9.0f}")
    print(f"limit: at most 3 times the CPU, under 2000 MB; here {ratio} times, {peak} MB")
    measuring.close("import", {"cpu_vs_duckdb_copy": ratio, "peak_mb": peak})
    return 0


if __name__ == "__main__":
    sys.exit(main())
