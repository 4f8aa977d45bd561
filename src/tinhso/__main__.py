"""`python -m tinhso`: the same as the `tinhso` command."""

from tinhso.config.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
