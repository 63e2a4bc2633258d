"""The office's pages: its queue, acknowledging, reporting back."""
