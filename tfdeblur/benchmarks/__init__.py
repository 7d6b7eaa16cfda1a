"""Measuring speed and memory on this machine, one idea a file.

A figure says little alone. Each comes with its spread, with the device and the
versions it was taken on (`tfdeblur.system.environment`), and where there is one, with what the
machine could do at best (`machine_peak`).
"""
