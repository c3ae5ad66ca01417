"""Each form of a file, as frames of text: what its bytes say, before anybody asks what a cell is."""
