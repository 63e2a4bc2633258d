"""Quality checks: pages that are decided blind, and the resulting figures of the system and its people."""
