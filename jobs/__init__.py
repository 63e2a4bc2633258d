"""What runs by itself, over crawl and law alike: judging, evidence, re-checks, tips, webhooks, and the schedule."""
