"""What stands beside trained weights, so that others know what they are: written here, and checked here.

``align.json``          the record: base model, recipe, data, versions, and the hash of every file
``training_cues.txt``   a hash of each cue whose associations were trained on
``README.md``           the model card, in Hugging Face's format
"""
