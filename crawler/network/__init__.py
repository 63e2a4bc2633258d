"""Who is at an address, and whether it may be reached: the guard, DNS, servers' certificates."""
