"""What a command and `run` both do, each with the options that it goes by."""
