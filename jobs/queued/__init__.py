"""Work for many machines: the queue and its workers."""
