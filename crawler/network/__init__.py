"""Who is at an address, whether it may be reached, and when again: the guard, DNS, certificates, Retry-After."""
