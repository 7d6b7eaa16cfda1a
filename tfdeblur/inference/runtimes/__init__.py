"""What executes a network: one file each, behind one interface."""
