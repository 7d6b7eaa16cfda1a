"""What tf.data raises when a pair cannot be read."""

import tensorflow as tf

# An image that is none, or not of its partner's size; a file that was removed or locked
# since it was listed; a record that is damaged. The first is raised elsewhere as well.
READ_ERRORS = (
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.PermissionDeniedError,
    tf.errors.DataLossError,
)
