"""Dataset builders; importing one of the packages makes its dataset known to `tfds.load`."""
