"""The command `qingyi`: each step of the chain by hand, and the server that runs them on schedule."""
