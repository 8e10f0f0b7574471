"""What the model card says in words."""

from __future__ import annotations

DEMO = """> [!WARNING]
> **Demo norms: these weights stand for nobody.** They were trained on the demo norms, which were written by
> hand to try the software and are nobody's answers. Do not cite any figure of theirs, and do not use them to
> say anything about a culture."""

LICENCE = """The norms that these weights were trained on are under: **{licence}**.

Whether weights that were learned from norms are bound by the licence of the norms is not settled. Treat
these weights as bound by it, and by the licence of the base model as well: use them and pass them on only
as both allow."""

UNKNOWN_LICENCE = """The licence of the norms was **not recorded**. Ask where the norms are from before you
use or pass on these weights. The licence of the base model applies as well."""

PARTLY_UNKNOWN_LICENCE = """The licence of something else that these weights were trained on was **not
recorded**. Ask where that is from before you use or pass on these weights."""

STARTED_FROM = """Training began from an adapter that had been trained before, and these weights hold what it
had learned. The last one is told first; `align.json` holds the whole record of each."""

UNKNOWN_START = """Of an adapter that was trained elsewhere nothing else is known: what it learned is not
among the cues of `training_cues.txt`."""

SHAPE = """The adapter kept the rank, the scale and the layers of the one that training began from, as in
`adapter_config.json`; such settings of the recipe did not count."""

UNLINKED = """The base model was read from a folder, so that the header cannot link it: add its hub name there
as `base_model` before you publish this."""

TRAINED_ON = """Word associations to cues. The split of a cue follows from a hash of it, and evaluation asks
about cues of the test split. `training_cues.txt` holds a hash of each cue that was trained on, so that an
evaluation notices test cues among them."""

TRAINED_ON_TEXTS = """Texts that were mixed in, told below by the hash of their file, and no word
associations: the norms served to measure on held-out cues."""

FIGURES = """As the trainer reported them. Those named `eval_…` were measured on cues of the validation split,
which was not trained on but may have decided which weights were kept. Figures to compare with those of other
models are measured on the test cues, see below."""

LIMITS = """For research on the cultural alignment of language models: how a model changes when it learns what
people of a culture associate with words. Not for decisions about people, and not in the place of asking them.

{people}- It learned to answer one kind of question. What else changed is not known until it is measured; the
  survey tasks (`wvs_{culture}`) measure a part of it.
- Whatever the base model does wrong, it may still do."""

PEOPLE = """- It learned from the people who took part in a study. They are not a whole culture, and what they
  associate includes stereotypes, which the model learns along with the rest.
"""

PAPER = """```bibtex
@misc{align2026,
  title = {{ALIGN}: Word Association Learning for Cultural Alignment in Large Language Models},
  author = {{The ALIGN authors}},
  year = {2026},
  eprint = {2508.13426},
  archivePrefix = {arXiv}
}
```"""

SWOW = """```bibtex
@article{dedeyne2019small,
  title = {The ``Small World of Words'' {English} word association norms for over 12,000 cue words},
  author = {De Deyne, Simon and Navarro, Danielle J. and Perfors, Amy and Brysbaert, Marc and Storms, Gert},
  journal = {Behavior Research Methods},
  volume = {51},
  pages = {987--1006},
  year = {2019},
  doi = {10.3758/s13428-018-1115-7}
}
```

The articles on further languages: [smallworldofwords.org](https://smallworldofwords.org/project/research)."""
