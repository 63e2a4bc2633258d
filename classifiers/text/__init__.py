"""Text in one form: disguises undone, words told apart by a dictionary."""
