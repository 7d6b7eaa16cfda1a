"""Measuring speed and memory on this machine, one idea a file."""
