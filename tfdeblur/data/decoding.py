"""Encoded images as everybody else sees them."""

import tensorflow as tf

_PNG_SIGNATURE = b"\x89PNG"

# uint8 values times this are the same fractions of the largest uint16.
_UINT16_PER_UINT8 = 257


def decode_image(data, dtype="uint8"):
    """The pixels of a PNG, JPEG or BMP file, in a graph or out of it.

    TensorFlow's own choice for JPEG is a fast transform, up to 40 levels from what other
    decoders make of the file; this is the accurate one, and the same values to the last bit.

    Args:
      data: string tensor, the content of the file.
      dtype: "uint8", or "uint16" to keep all of 16-bit PNG; other files have the same
        fractions of the largest value in both.

    Returns:
      (height, width, 3) of that type.

    Raises:
      tf.errors.InvalidArgumentError: when it cannot be decoded.
    """

    def png():
        return tf.io.decode_png(data, channels=3, dtype=dtype)

    def jpeg():
        return _scaled(tf.io.decode_jpeg(data, channels=3, dct_method="INTEGER_ACCURATE"), dtype)

    def other():
        return _scaled(tf.io.decode_image(data, channels=3, expand_animations=False), dtype)

    is_png = tf.equal(tf.strings.substr(data, 0, len(_PNG_SIGNATURE)), _PNG_SIGNATURE)
    image = tf.case([(is_png, png), (tf.io.is_jpeg(data), jpeg)], default=other)
    return tf.ensure_shape(image, (None, None, 3))


def _scaled(image, dtype):
    return image if dtype == "uint8" else tf.cast(image, dtype) * _UINT16_PER_UINT8
