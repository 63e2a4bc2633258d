"""Terms, and where a text has them: as written, misspelt, or by words that sound alike."""
