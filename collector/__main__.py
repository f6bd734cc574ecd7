"""`python -m collector` is `crosstrack`."""

from collector.commands import main

main()
