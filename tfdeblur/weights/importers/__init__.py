"""Reading the weights that the papers' authors released, one release a file."""
