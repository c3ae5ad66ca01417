"""Fixed texts in several languages, kept in files of messages, and the sentences of studies translated by template."""
