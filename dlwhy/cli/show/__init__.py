"""What a command shows: all printing, tables, sentences and bars."""
