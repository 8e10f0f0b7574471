"""Reports: what an experiment asked, found and rests on, as one page."""
