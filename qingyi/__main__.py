"""`python -m qingyi` is `qingyi`."""

from qingyi.command import main

main()
