"""Imports a package that is not installed."""

import nowhere_to_be_found.deeper  # noqa: F401
