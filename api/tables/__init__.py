"""Tables that people keep."""
