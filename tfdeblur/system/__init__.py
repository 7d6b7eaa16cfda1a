"""What the rest needs of the machine: files, locks, memory, devices, optional libraries."""
