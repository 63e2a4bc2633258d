"""Text in one form: disguises undone, words found by a dictionary."""
