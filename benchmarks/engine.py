"""The measure engine on 20 million dossiers of three years in 200 communes, against what a user would pick instead.

Six measures, two of them exact distinct counts, at every commune, district, commune of today and the province, for
every month, quarter, half year, year and year to date: 26,784 places in all. Every contestant is a process of its
own over the same Parquet files; its CPU seconds are those of the work (imports left out), its peak memory that of the
process. Results are checked equal to ours first. The last line is one JSON document.

Peers that are not installed are named, not measured: `pip install -r requirements/engines.txt`, and for one more
`pip install "boring-semantic-layer" "ibis-framework[duckdb]<12"`.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import measuring
from contest.peers import PEERS, WITHOUT_YTD
from contest.province import COMMUNES, Place, Province, checksum

ROWS, QUICK_ROWS = 20_000_000, 200_000
GROWTH = (5_000_000, 20_000_000, 80_000_000)
QUICK_GROWTH = (100_000, 200_000)
CORRECTIONS = 20_000
RUNS = 3


@dataclass(frozen=True)
class Measured:
    """What one process used.

    Attributes:
        cpu: CPU seconds of the work, with those of processes it started.
        peak: megabytes that the process took at most.
        places: units and periods it gave figures for.
        checksum: of its figures.
        to_compare: checksum without the year to date, for those that are spared it.
    """

    cpu: float
    peak: float
    places: int
    checksum: str
    to_compare: str


def task(name: str, folder: Path) -> Measured:
    """Run one contestant in a process of its own."""
    command = [sys.executable, __file__, "--task", name, "--folder", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} failed")
    return Measured(**json.loads(done.stdout.strip().splitlines()[-1]))


def best(name: str, folder: Path, runs: int = RUNS) -> Measured:
    """The cheapest of several runs; all give the same."""
    found = [task(name, folder) for _run in range(runs)]
    assert len({(one.places, one.checksum) for one in found}) == 1, name
    return replace(found[0], cpu=min(m.cpu for m in found), peak=min(m.peak for m in found))


def run_task(name: str, folder: Path) -> None:
    """The child's side: do one thing, and say what it took."""
    if name in PEERS:
        PEERS[name].prepare()
    if name == "incremental":
        Province(folder).keep_states("before")
    rows: list[Place] = []
    if name in OURS:
        province, going_on_from = OURS[name](folder)
        province.inputs()  # what it needs is imported before the clock starts
        importlib.import_module("sqlglot.dialects.duckdb")
        cells: list[str] = []
        seconds = measuring.cpu_of_all(lambda: cells.append(province.compute(going_on_from)))
        rows = province.places(cells[0])
    else:
        seconds = measuring.cpu_of_all(lambda: rows.extend(TASKS[name](folder)))
    without = [row for row in rows if not str(row[1]).endswith("/ytd")]
    found = Measured(seconds, measuring.peak_of_all(), len(rows), checksum(rows), checksum(without))
    print(json.dumps(asdict(found)))


OURS: dict[str, Callable[[Path], tuple[Province, str | None]]] = {  # and the kept states to go on from
    "ours": lambda folder: (Province(folder), None),
    "incremental": lambda folder: (Province(folder, corrected=True), "before"),
    "rebuilt": lambda folder: (Province(folder, corrected=True), None),
    "citizens": lambda folder: (Province(folder, catalog="citizens"), None),
}
TASKS: dict[str, Callable[[Path], list[Place]]] = {
    "citizens, plain": lambda folder: Province(folder, catalog="citizens").plain(),
    **{name: (lambda folder, run=peer.run: run(Province(folder))) for name, peer in PEERS.items()},  # type: ignore[misc]
}


def compare(folder: Path, ours: Measured) -> dict[str, Measured]:
    """Every contestant that is installed."""
    found: dict[str, Measured] = {}
    print(f"{'':<52}{'CPU s':>9}{'peak MB':>9}{'x ours':>8}")
    print(f"{'ours: states and cells':<52}{ours.cpu:>9.2f}{ours.peak:>9.0f}{1:>8.1f}", flush=True)
    for name, peer in PEERS.items():
        missing = [module for module in peer.needs if importlib.util.find_spec(module) is None]
        if missing:
            print(f"{name:<52}  not installed: {', '.join(missing)}")
            continue
        found[name] = one = best(name, folder, RUNS if peer.is_quick else 1)
        given = one.to_compare if peer.leaves_out_ytd else one.checksum
        assert given == (ours.to_compare if peer.leaves_out_ytd else ours.checksum), f"{name} gives other figures"
        title = f"{name}, {WITHOUT_YTD}" if peer.leaves_out_ytd else name
        print(f"{title:<52}{one.cpu:>9.2f}{one.peak:>9.0f}{one.cpu / ours.cpu:>8.1f}", flush=True)
    return found


def growth(sizes: tuple[int, ...]) -> None:
    """How the cost grows with the records."""
    print(f"\n{'records':>12}{'full CPU s':>12}{'MB':>7}{'corrections CPU s':>19}{'MB':>7}")
    for rows in sizes:
        with tempfile.TemporaryDirectory(prefix="tinhso-bench-") as folder:
            Province.make(Path(folder), rows, CORRECTIONS)
            whole = best("ours", Path(folder))
            late = best("incremental", Path(folder))
            print(f"{rows:>12,}{whole.cpu:>12.2f}{whole.peak:>7.0f}{late.cpu:>19.2f}{late.peak:>7.0f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few records: whether it runs, not how fast it is")
    parser.add_argument("--no-growth", action="store_true", help="without 80 million records, which take 3 GB of disk")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        run_task(arguments.task, arguments.folder)
        return 0
    rows = arguments.rows or (QUICK_ROWS if arguments.quick else ROWS)
    with tempfile.TemporaryDirectory(prefix="tinhso-bench-") as name:
        folder = Path(name)
        Province.make(folder, rows, CORRECTIONS)
        ours = best("ours", folder)
        print(f"{measuring.machine()}, pyroaring {version('pyroaring')}")
        print(f"{rows:,} dossiers, {COMMUNES} communes, 36 months, {ours.places:,} places with 6 measures, all equal\n")
        found = compare(folder, ours)
        late, again = best("incremental", folder), task("rebuilt", folder)
        assert (late.places, late.checksum) == (again.places, again.checksum), "corrections differ from a rebuild"
        print(f"{f'ours: {CORRECTIONS:,} late corrections, equal to a rebuild':<52}{late.cpu:>9.2f}{late.peak:>9.0f}")
        citizens, plainly = best("citizens", folder), task("citizens, plain", folder)
        assert (citizens.places, citizens.checksum) == (plainly.places, plainly.checksum), "citizens differ"
        print(f"{'ours: 1.3 million distinct citizens':<52}{citizens.cpu:>9.2f}{citizens.peak:>9.0f}")
        print(
            f"{'  the same by plain queries':<52}{plainly.cpu:>9.2f}{plainly.peak:>9.0f}{plainly.cpu / citizens.cpu:>8.1f}"
        )
    if not arguments.no_growth:
        growth(QUICK_GROWTH if arguments.quick else GROWTH)
    ratios = {
        "plain_over_ours_cpu": round(found["plain queries, one a level and period"].cpu / ours.cpu, 1),
        "ours_over_hand_cpu": round(ours.cpu / found["hand-written states and closures"].cpu, 2),
        "full_cpu_s": round(ours.cpu, 2),
        "full_peak_mb": round(ours.peak),
        "incremental_cpu_s": round(late.cpu, 2),
        "large_set_cpu_s": round(citizens.cpu, 2),
    }
    print("\nlimits: plain at least 40 times, hand at most 1.3 times; 2.5 CPU s, 300 MB; corrections 0.5; citizens 10")
    measuring.close("engine", ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())
