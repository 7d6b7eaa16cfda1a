"""Training: from an experiment to trained weights."""
