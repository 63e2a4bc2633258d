"""The user guide in Chinese, opened at the page that one is on."""
