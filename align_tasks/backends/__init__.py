"""The models that `align eval` asks: transformers with shared prefixes, and vLLM, as lm-eval knows them."""
