"""A synthetic shot log in the KAMP layout: no row of it comes from the data set.

It has what the real log has and the code must cope with: two products, campaigns with their own
defect rates and a counter that restarts, a tiny restart fragment, shots logged twice, a stretch without
the six Factory_* values, eight constant limits, one aborted shot, a tail of long cycles, and a coupled
pressure. Defects depend on the campaign and on the biscuit thickness, so a model can learn something.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from castwatch_training.arrays import BoolArray, FloatArray, IntArray
from castwatch_training.dataset import Dataset, load_dataset
from castwatch_training.features import DEFECTS, FACTORY_FEATURES, FEATURES

F = {name: i for i, name in enumerate(FEATURES)}
D = {name: i for i, name in enumerate(DEFECTS)}

# level and shot-to-shot spread per product; decimals of the recording
SIGNALS: dict[str, tuple[tuple[float, float], tuple[float, float], int]] = {
    "Process_Velocity_1": ((0.15, 0.006), (0.152, 0.004), 3),
    "Process_Velocity_2": ((0.18, 0.008), (0.17, 0.004), 3),
    "Process_Velocity_3": ((0.19, 0.009), (0.2, 0.005), 3),
    "Process_High_Velocity": ((2.17, 0.04), (2.6, 0.05), 3),
    "Process_Cylinder_Pressure": ((226.0, 5.0), (264.0, 0.6), 0),
    "Process_Rapid_Rise_Time": ((0.01, 0.002), (0.011, 0.001), 3),
    "Process_Biscuit_Thickness": ((10.0, 2.5), (17.0, 1.5), 0),
    "Process_Clamping_Force": ((256.0, 2.5), (366.0, 7.0), 0),
    "Process_Cycle_Time": ((21.5, 0.5), (35.0, 0.6), 1),
    "Process_Pressure_Rise_Time": ((0.039, 0.002), (0.038, 0.002), 3),
    "Process_Spray_Time": ((8.5, 0.4), (11.5, 0.5), 1),
    "Process_Spray_1_Time": ((0.9, 0.1), (2.2, 0.1), 1),
    "Process_Spray_2_Time": ((0.8, 0.07), (2.5, 0.2), 1),
}
# level, step of the random walk, decimals
SLOW: dict[str, tuple[float, float, int]] = {
    "Sensor_Melting_Furnace_Temp": (690.0, 0.8, 1),
    "Sensor_Air_Pressure": (5.9, 0.05, 1),
    "Sensor_Coolant_Temp": (27.0, 0.04, 1),
    "Sensor_Coolant_Pressure": (2.7, 0.006, 2),
    "Sensor_Factory_Temp": (33.0, 0.1, 1),
    "Sensor_Factory_Humidity": (58.0, 0.3, 1),
}
LIMITS: dict[str, float] = {
    "Sensor_Air_Pressure_Min": 3,
    "Sensor_Air_Pressure_Max": 9,
    "Sensor_Coolant_Temp_Min": 10,
    "Sensor_Coolant_Temp_Max": 50,
    "Sensor_Factory_Temp_Min": 18,
    "Sensor_Factory_Temp_Max": 22,
    "Sensor_Factory_Humidity_Min": 18,
    "Sensor_Factory_Humidity_Max": 22,
}
# product, share of the shots, defect rate, share of the shots logged twice
CAMPAIGNS = ((1, 0.25, 0.38, 0.0), (1, 0.25, 0.14, 1.0), (1, 0.1, 0.05, 1.0), (2, 0.25, 0.4, 0.8), (2, 0.15, 0.22, 0.8))
KINDS = {1: ("Short_Shot", "Exfoliation"), 2: ("Short_Shot", "Blow_Hole")}


@dataclass(frozen=True)
class SyntheticLog:
    """A log in file order: X [n, 30] (NaN = missing), defects [n, 26], ids [n], twin [n] True for a repeated row."""

    X: FloatArray
    defects: IntArray
    process_id: IntArray
    twin: BoolArray
    campaign: IntArray


def make_log(shots: int = 600, seed: int = 7) -> SyntheticLog:
    """A log of `shots` distinct shots; the same seed gives the same log."""
    rng = np.random.default_rng(seed)
    parts, marks, repeats, campaigns = [], [], [], []
    for c, (product, share, rate, twins) in enumerate(CAMPAIGNS):
        n = round(shots * share)
        X = _shots(rng, product, n)
        if c == 3:  # the counter restarts for the last four shots: a fragment, not a campaign
            X[-4:, F["Process_Shot"]] = np.arange(44, 48)
        parts.append(X)
        marks.append(_defects(rng, X, product, rate))
        repeats.append(np.where(rng.random(n) < twins, 2, 1))
        campaigns.append(np.full(n, c))
    X, repeat = np.concatenate(parts), np.concatenate(repeats)
    X[round(0.4 * shots), F["Process_High_Velocity"]] = 0.0
    X[round(0.45 * shots), F["Process_Cycle_Time"]] = 219.0
    stretch = slice(round(0.9 * shots), round(0.91 * shots) + 1)
    X[stretch, [[F[n]] for n in FACTORY_FEATURES]] = np.nan
    rows = np.repeat(np.arange(len(X)), repeat)
    twin = np.concatenate([[False], rows[1:] == rows[:-1]])
    X = X[rows]
    return SyntheticLog(
        X=X,
        defects=np.concatenate(marks)[rows],
        process_id=1000 * np.arange(len(rows), dtype=np.int64) + X[:, F["Process_Shot"]].astype(np.int64),
        twin=twin,
        campaign=np.concatenate(campaigns)[rows],
    )


def _shots(rng: np.random.Generator, product: int, n: int) -> FloatArray:
    X = np.full((n, len(FEATURES)), np.nan)
    X[:, F["Process_Product_Type"]] = product
    X[:, F["Process_Shot"]] = np.arange(1, n + 1)
    for name, (*levels, decimals) in SIGNALS.items():
        level, spread = levels[product - 1]
        X[:, F[name]] = np.round(level + spread * rng.standard_normal(n), decimals)
    X[:, F["Process_Biscuit_Thickness"]] = np.maximum(2, X[:, F["Process_Biscuit_Thickness"]])
    factor = {1: 4.84, 2: 2.25}[product]
    X[:, F["Process_Casting_Pressure"]] = np.round(factor * X[:, F["Process_Cylinder_Pressure"]])
    for name, (level, step, decimals) in SLOW.items():
        X[:, F[name]] = np.round(level + np.cumsum(step * rng.standard_normal(n)), decimals)
    for name, value in LIMITS.items():
        X[:, F[name]] = value
    return X


def _defects(rng: np.random.Generator, X: FloatArray, product: int, rate: float) -> IntArray:
    biscuit = X[:, F["Process_Biscuit_Thickness"]]
    log_odds = np.log(rate / (1 - rate)) - 1.2 * (biscuit - biscuit.mean()) / biscuit.std()
    bad = rng.random(len(X)) < 1 / (1 + np.exp(-log_odds))
    marks = np.zeros((len(X), len(DEFECTS)), dtype=np.int64)
    for row in np.flatnonzero(bad):
        kind, cavity = rng.choice(KINDS[product]), rng.integers(1, 3)
        marks[row, D[f"Defects_{kind}_{cavity}"]] = rng.integers(1, 4)
    return marks


def cells(log: SyntheticLog, labels: bool = True) -> tuple[list[str], list[list[str]]]:
    """Flat header names as the data set spells them, and the rows as text."""
    names = ["Process_id", *FEATURES, *(n.replace("Burning", "Buring") for n in DEFECTS)]
    rows = []
    for i in range(len(log.X)):
        values = ["" if np.isnan(v) else f"{v:g}" for v in log.X[i]]
        rows.append([str(log.process_id[i]), *values, *(str(v) for v in log.defects[i])])
    width = None if labels else 1 + len(FEATURES)
    return names[:width], [row[:width] for row in rows]


def write_kamp(path: Path, log: SyntheticLog) -> Path:
    """Two header rows, with the stray blanks of the real file."""
    names, rows = cells(log)
    groups, plain = zip(*(n.split("_", 1) for n in names), strict=True)
    stray = {"Biscuit_Thickness": "Biscuit_Thickness ", "Pressure_Rise_Time": " Pressure_Rise_Time"}
    lines = [groups, [stray.get(n, n) for n in plain], *rows]
    path.write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8")
    return path


def write_flat(
    path: Path, log: SyntheticLog, *, labels: bool = True, separator: str = ",", encoding: str = "utf-8"
) -> Path:
    """One header row of full names."""
    names, rows = cells(log, labels)
    path.write_text("\n".join(separator.join(line) for line in [names, *rows]) + "\n", encoding=encoding)
    return path


def make_dataset(folder: Path, shots: int = 600, seed: int = 7) -> Dataset:
    """The log, written in the KAMP layout and read back through the front door."""
    return load_dataset(write_kamp(folder / "log.csv", make_log(shots, seed)))
