"""One offline page of what folders hold: a run, studies, and what they answer; and the rerunning of its rows."""
