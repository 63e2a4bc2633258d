"""Who answers at an address, and whether and when it may be requested: the guard, DNS, certificates,
Retry-After."""
