"""Quality checks: pages that are decided blind, and what they tell of the system and of its people."""
