"""Names for the numpy array types that pass between modules."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
"""float64; NaN stands for a missing value."""

IntArray = NDArray[np.int64]
"""int64: row indices, group ids, counts, labels (1 = defective)."""

BoolArray = NDArray[np.bool_]
