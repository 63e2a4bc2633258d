"""Who works with the system: users, their sign-ins and permissions, offices and their tokens."""
