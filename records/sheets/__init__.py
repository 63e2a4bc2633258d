"""Tables in files, as offices send and get them: read by one reader, written so that text stays text."""
