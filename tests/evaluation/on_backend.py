"""A small evaluation on the backend that KERAS_BACKEND names.

usage: python -m tests.evaluation.on_backend PAIRS OUTPUT
"""

import sys
from pathlib import Path

from tests.evaluation.small import deblurrer
from tfdeblur.data import folder_pairs
from tfdeblur.evaluation import evaluate

if __name__ == "__main__":
    pairs = Path(sys.argv[1])
    source = folder_pairs(blur_dir=pairs / "blur", sharp_dir=pairs / "sharp")
    evaluate(deblurrer(), source, sys.argv[2])
