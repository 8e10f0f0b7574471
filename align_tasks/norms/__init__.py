"""Word-association norms: what people answered to each cue, imported or from the demo set."""
