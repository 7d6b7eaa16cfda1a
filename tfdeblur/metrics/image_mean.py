"""Keras metrics that are means over images."""

import keras


class ImageMean(keras.metrics.MeanMetricWrapper):
    """Mean over images of a function of restored and sharp images.

    Every image counts the same, whatever the batches they came in.

    Args:
      function: from two batches (restored, sharp) to a value per image.
      name: as in logs.
      dtype: of the sums.
    """

    def __init__(self, function, name, dtype=None):
        # Keras calls it with the target first.
        super().__init__(lambda sharp, restored: function(restored, sharp), name, dtype)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}
