"""Evidence that stands up: manifests, WARC, time stamps, packages. Plain data in and out, no database."""
