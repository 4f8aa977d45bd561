"""Digital signatures on PDF files (ký số, PAdES): a port, its adapters and the check. Plain Python, nothing fetched.

`port` says what a signer is, `soft_key` is the one for demonstrations, `verify` tells what holds of a signed file.
"""

import logging

# What pyHanko finds is told by `verify.Checked` or by an exception; a stranger's bad file is no event of the server.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
