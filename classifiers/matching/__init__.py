"""Terms, and their places in a text: as written, misspelt, or as homophones."""
