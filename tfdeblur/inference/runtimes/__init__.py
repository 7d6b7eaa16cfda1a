"""What executes a network, one engine a file, all behind `runtime.Runtime`."""
