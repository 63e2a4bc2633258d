"""The office's pages: its queue, accepting, reporting back."""
