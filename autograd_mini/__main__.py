"""``python -m autograd_mini`` is the ``autograd-mini`` command."""

from autograd_mini.cli import main

main(prog_name="autograd-mini")
