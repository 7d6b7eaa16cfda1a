"""Image files: pictures with everything of their files that must survive; no framework."""
