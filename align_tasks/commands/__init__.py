"""The `align` command: one file a subcommand."""
