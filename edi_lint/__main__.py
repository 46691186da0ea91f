"""``python -m edi_lint``."""

from .cli import main

if __name__ == "__main__":
    main()
