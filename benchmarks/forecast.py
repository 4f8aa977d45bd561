"""Year-end forecasts on simulated years: whether intervals hold what they promise, how far the middle is off, and what
it costs, against AutoETS and AutoTheta of statsforecast in the same run.

Flows: 21 targets of 230 units under 12 districts and a province, January to September known, the year's end asked
for, 5,103 series in all. States: single series of 30 months, 3 and 6 months ahead, which the peers can do, too; they
get a sample, since they take milliseconds a series. The last line is one JSON document.

The peers are no dependency: `pip install statsforecast`, else they are named as missing.
"""

import argparse
import importlib.util
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import measuring
from tinhso.analysis.forecast import NOMINAL, Forecast, History, Tree, forecast

UNITS, DISTRICTS, TARGETS = 230, 12, 21
YEARS, QUICK_YEARS = 120, 6  # simulated, since a province is one figure a year
SEASON = np.array([0.8, 0.6, 1, 1, 1, 1.05, 1, 1, 1.1, 1.1, 1.1, 1.2])
KNOWN = 9  # months of the year that are known
MONTHS = 30  # of the single series
SAMPLE, QUICK_SAMPLE = 300, 20
Table = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def tree() -> Tree:
    units = np.arange(UNITS)
    nodes = np.concatenate([units, UNITS + units % DISTRICTS, np.full(UNITS, UNITS + DISTRICTS)])
    levels = np.concatenate([np.zeros(UNITS), np.ones(DISTRICTS), [2]]).astype(int)
    return Tree(np.concatenate([units] * 3), nodes, levels)


def flows(seed: int) -> tuple[Table, Table]:
    """A year of units of many sizes: season, a drift that units share, their own, and in some years a collapse."""
    draw = np.random.default_rng(seed)
    base, start = draw.lognormal(3.5, 1, UNITS), draw.normal(0.8, 0.6, UNITS)
    drift = np.cumsum(draw.normal(0.02, 0.08, (UNITS, 12)), axis=1) + np.cumsum(draw.normal(0.02, 0.05, 12))
    if seed % 3 == 0:
        drift[:15, draw.integers(3, 8) :] -= 1.5
    denominators = draw.poisson(base[:, None] * SEASON * draw.lognormal(0, 0.1, (UNITS, 12))).astype(float)
    rate = 1 / (1 + np.exp(-(start[:, None] + drift)))
    return draw.binomial(denominators.astype(int), rate).astype(float), denominators


def states(seed: int, count: int) -> tuple[Table, Table]:
    """Single series of shares that drift, of 100 to 400 members each."""
    draw = np.random.default_rng(seed)
    drift = np.cumsum(draw.normal(0.01, 0.08, (count, MONTHS + 6)), axis=1)
    members = np.repeat(draw.integers(100, 400, (count, 1)).astype(float), MONTHS + 6, axis=1)
    share = 1 / (1 + np.exp(-(draw.normal(0.3, 0.7, (count, 1)) + drift)))
    return draw.binomial(members.astype(int), share).astype(float), members


@dataclass
class Scored:
    """How a way of forecasting did."""

    inside: float
    error: float
    seconds: float
    series: int


def timed(history: History, where: Tree) -> tuple[Forecast, float]:
    """A forecast and its CPU seconds."""
    found: list[Forecast] = []
    seconds = measuring.cpu_of_all(lambda: found.append(forecast(history, where, target=0.8)))
    return found[0], seconds


def score_flows(years: int) -> dict[str, Scored]:
    """Ours on flows, by level."""
    where, names = tree(), ("units", "districts", "province")
    inside: dict[str, list[float]] = {name: [] for name in (*names, "reported")}
    error: dict[str, list[float]] = {name: [] for name in names}
    seconds = 0.0
    for seed in range(years):
        numerators, denominators = flows(seed)
        one, took = timed(History(numerators[:, :KNOWN], denominators[:, :KNOWN], "flow", 0, 1.0, 12 - KNOWN), where)
        seconds += took
        with np.errstate(all="ignore"):
            truth = (where.add_up(numerators.sum(axis=1)[:, None]) / where.add_up(denominators.sum(axis=1)[:, None]))[
                :, 0
            ]
        for level, name in enumerate(names):
            own = (where.levels == level) & np.isfinite(truth) & np.isfinite(one.value)
            inside[name].append(float(((truth >= one.low) & (truth <= one.high))[own].mean()))
            error[name].append(float(np.nanmean(np.abs(truth - one.value)[own])))
        inside["reported"].append(one.coverage)
    series = years * len(where.levels)
    scored = {
        name: Scored(float(np.mean(inside[name])), float(np.nanmean(error[name])), seconds, series) for name in names
    }
    return scored | {"reported": Scored(float(np.mean(inside["reported"])), 0.0, seconds, series)}


def score_states(ahead: int, count: int) -> Scored:
    numerators, members = states(ahead, count)
    alone = Tree(np.arange(count), np.arange(count), np.zeros(count, int))
    history = History(numerators[:, :MONTHS], members[:, :MONTHS], "state", 0, 1.0, ahead)
    one, seconds = timed(history, alone)
    truth = (numerators / members)[:, MONTHS + ahead - 1]
    inside = (truth >= one.low) & (truth <= one.high)
    return Scored(float(inside.mean()), float(np.abs(truth - one.value).mean()), seconds, count)


def score_peer(name: str, ahead: int, count: int) -> Scored:
    """One model of statsforecast on the same series."""
    from statsforecast import models

    numerators, members = states(ahead, 5_000)
    ratios = (numerators / members)[:count]
    make: Callable[[], object] = {"AutoETS": models.AutoETS, "AutoTheta": models.AutoTheta}[name]
    low, middle, high = (np.zeros(count) for _one in range(3))

    def run() -> None:
        for row in range(count):
            said = make().forecast(ratios[row, :MONTHS], h=ahead, level=[round(NOMINAL * 100)])  # type: ignore[attr-defined]
            low[row], middle[row], high[row] = (said[key][ahead - 1] for key in ("lo-80", "mean", "hi-80"))

    make().forecast(ratios[0, :MONTHS], h=ahead)  # type: ignore[attr-defined]  # compiled before the clock starts
    seconds = measuring.cpu_of_all(run)
    truth = ratios[:, MONTHS + ahead - 1]
    inside = float(((truth >= low) & (truth <= high)).mean())
    return Scored(inside, float(np.abs(truth - middle).mean()), seconds, count)


def line(title: str, one: Scored) -> None:
    print(f"{title:<44}{one.inside:>9.1%}{one.error:>9.4f}{1000 * one.seconds / one.series:>12.3f}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few series: whether it runs, not how good it is")
    quick = parser.parse_args().quick
    warnings.filterwarnings("ignore")
    print(measuring.machine())
    print(f"{'':<44}{'inside':>9}{'error':>9}{'ms a series':>12}")
    forecast(History(*flows(99), "flow", 0, 1.0, 0), tree(), target=0.5)  # imports are left out of the clock
    found = score_flows(QUICK_YEARS if quick else YEARS)
    for name in ("units", "districts", "province"):
        line(f"ours, year's end of flows, {name}", found[name])
    print(f"{'  as reported beside the forecast':<44}{found['reported'].inside:>9.1%}")
    own = {ahead: score_states(ahead, 500 if quick else 5_000) for ahead in (3, 6)}
    peers: dict[tuple[str, int], Scored] = {}
    for ahead, one in own.items():
        line(f"ours, states {ahead} months ahead", one)
        if importlib.util.find_spec("statsforecast") is None:
            print("  AutoETS, AutoTheta: statsforecast is not installed")
            continue
        for name in ("AutoETS", "AutoTheta"):
            peers[name, ahead] = score_peer(name, ahead, QUICK_SAMPLE if quick else SAMPLE)
            line(f"  {name}, a sample of {peers[name, ahead].series}", peers[name, ahead])
    all_targets = found["units"].seconds / found["units"].series * TARGETS * (UNITS + DISTRICTS + 1)
    print(f"\n{TARGETS} targets of all {UNITS + DISTRICTS + 1} units: {all_targets:.2f} CPU s")
    print(f"limits: {TARGETS} targets of all units at most 3 CPU s; {NOMINAL:.0%} of outcomes inside, within 5 points")
    ratios = {
        "flows_cpu_s": round(all_targets, 2),
        "flows_inside": round(found["units"].inside, 3),
        "province_inside": round(found["province"].inside, 3),
        "states_inside": round(own[3].inside, 3),
    }
    if peers:
        theta, ours = peers["AutoTheta", 3], own[3]
        ratios["theta_over_ours_cpu"] = round(theta.seconds / theta.series / (ours.seconds / ours.series), 1)
        ratios["ours_over_theta_error"] = round(ours.error / theta.error, 2)
    measuring.close("forecast", ratios)
    return 0


if __name__ == "__main__":
    sys.exit(main())
