"""What an evaluation holds does not grow with the number of images."""

import weakref

from tests.evaluation.small import deblurrer, write_pairs
from tfdeblur.data import evaluation_pairs, folder_pairs
from tfdeblur.evaluation import evaluate, pairs

# Images of the report, which are read a second time: three of each kind.
NUM_SHOWN = 9


class LiveImages:
    """Counts the decoded images that are still referred to, and the most there were."""

    def __init__(self):
        self.now = self.most = self.in_all = 0

    def add(self, image):
        self.in_all += 1
        self.now += 1
        self.most = max(self.most, self.now)
        weakref.finalize(image, self._drop)

    def _drop(self):
        self.now -= 1


class Watched:
    """A dataset of pairs whose images are counted."""

    def __init__(self, dataset, images):
        self.dataset, self.images = dataset, images

    def as_numpy_iterator(self):
        for pair in self.dataset.as_numpy_iterator():
            for side in ("blur", "sharp"):
                self.images.add(pair[side])
            yield pair
            # The caller's are the only references left.
            del pair


def images_held(num_pairs, folder, monkeypatch):
    """`LiveImages` of an evaluation of so many pairs, its report included."""
    names = [f"{number:02d}" for number in range(num_pairs)]
    source = folder_pairs(**write_pairs(folder / "pairs", names))
    images = LiveImages()
    monkeypatch.setattr(
        pairs, "evaluation_pairs", lambda source: Watched(evaluation_pairs(source), images)
    )
    evaluate(deblurrer(), source, folder / "out")
    return images


def test_few_images_are_held_of_many(tmp_path, monkeypatch):
    images = images_held(27, tmp_path, monkeypatch)
    assert images.in_all == 2 * (27 + NUM_SHOWN)
    # The present pair and the one before; TensorFlow may let go of what it was given later.
    assert images.most <= 2 * 6
