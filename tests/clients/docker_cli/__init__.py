"""The real docker CLI, in scenarios by topic."""
