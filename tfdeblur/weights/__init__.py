"""Reading the weights the papers' authors released, and writing ours."""

SUFFIX = ".weights.h5"
