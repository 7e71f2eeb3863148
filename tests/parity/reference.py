"""The Python reference of `npm run parity`: probabilities and verdicts of a bundle, without the ONNX run-time.

    python reference.py BUNDLE_FOLDER OUT_FOLDER

Writes `ID.SET.values` (float64 [n, 30], NaN = missing), `ID.SET.probability` (float64 [n], calibrated) and `ID.SET.class`
(uint8 [n]: 0 OK, 1 NG, 2 HOLD, at the default policy) for the sets golden, data (where the data set is found) and
off_sample, and prints their names as a JSON list. All little-endian.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle import read_bundle
from castwatch_training.dataset import find_data, read_shots
from castwatch_training.errors import DataNotFoundError
from castwatch_training.golden import inputs_of
from castwatch_training.off_sample import SEED, off_sample_rows
from castwatch_training.proof import in_numpy
from castwatch_training.verdicts import classes_of

_CLASSES = {"OK": 0, "NG": 1, "HOLD": 2}


def main(folder: Path, out: Path) -> None:
    bundle = read_bundle(folder)
    sets: dict[str, FloatArray] = {"golden": inputs_of(bundle.golden)}
    try:
        sets["data"] = read_shots(find_data()).X
    except DataNotFoundError as error:
        print(f"the data rows are skipped: {error}", file=sys.stderr)
    sets["off_sample"] = off_sample_rows(bundle, SEED, data=sets.get("data"))
    for name, rows in sets.items():
        outputs = in_numpy(bundle, rows)
        classes = [_CLASSES[cls] for cls in classes_of(bundle, rows, outputs)]
        stem = f"{bundle.card.id}.{name}"
        (out / f"{stem}.values").write_bytes(rows.astype("<f8").tobytes())
        (out / f"{stem}.probability").write_bytes(outputs.calibrated.astype("<f8").tobytes())
        (out / f"{stem}.class").write_bytes(np.array(classes, dtype=np.uint8).tobytes())
    print(json.dumps(list(sets)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
