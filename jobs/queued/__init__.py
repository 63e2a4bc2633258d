"""Work for many machines: the queue, and the workers that take from it."""
