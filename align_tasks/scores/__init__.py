"""What an answer scores: one module for each kind of answer, one function for each metric."""
