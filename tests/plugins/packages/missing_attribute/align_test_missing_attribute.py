"""Its entry point names what its module does not have."""
