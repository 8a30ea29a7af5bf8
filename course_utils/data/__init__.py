"""The corpora and recorded results that ship with the course."""
