"""What `align demo` does: the whole way from a model to the comparison of its adapters, in minutes."""
