"""What a study is, as plain data, before any result exists."""
