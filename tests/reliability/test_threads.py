"""One `Deblurrer` used by many threads: each must get its own image."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tfdeblur import Deblurrer
from tfdeblur.inference.runtimes.build import ENGINES

pytestmark = pytest.mark.reliability

# Padded to two sizes, upright and lying: OpenVINO keeps two compiled, and would do little else
# but compile if more of them came in turn.
_SIZES = ((48, 64), (64, 48), (46, 62), (63, 47), (41, 61))


@pytest.mark.parametrize("engine", ENGINES)
def test_each_thread_gets_its_own_image(engine, rng, amount, record):
    pytest.importorskip(engine)
    deblur = Deblurrer(engine=engine)
    images = [rng.integers(0, 256, (*_SIZES[i % 5], 3), np.uint8) for i in range(amount(400))]
    begin = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        # Before anything is compiled or traced: that is what threads could do twice.
        together = list(threads.map(deblur, images))
    between = time.monotonic()
    alone = [deblur(image) for image in images]
    end = time.monotonic()
    apart = [
        int(np.abs(one.astype(int) - other).max())
        for one, other in zip(together, alone, strict=True)
    ]
    # Sums in another order may round to the next level; another image is far off.
    assert max(apart) <= 1
    seconds = {
        "seconds,_alone": f"{end - between:.1f}",
        "seconds,_threads": f"{between - begin:.1f}",
    }
    record("threads", engine, images=len(images), equal_bit_for_bit=apart.count(0), **seconds)
