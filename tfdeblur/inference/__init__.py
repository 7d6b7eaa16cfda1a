"""Running a trained network on images, files and folders."""
