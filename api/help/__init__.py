"""The user guide in Chinese, opened at the section for the current page."""
