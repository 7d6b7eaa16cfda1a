"""Weight files: writing and reading ours, and `importers` for those of the papers' authors."""

SUFFIX = ".weights.h5"
