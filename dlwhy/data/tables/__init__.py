"""A stranger's table becomes a data set: read as text, each column decided once, encoded as plain metadata says."""
