"""Digital signatures on PDF files (ký số, PAdES). Plain Python, no Django; only `timestamps` asks anybody anything.

`port` says what a signer is; `soft_key`, `token` and `remote` are signers; `fields` makes a paper's empty fields;
`levels` adds time stamps and proofs; `verify` tells under a `policy` and a list of `trust` what a signed file is worth.
"""

import logging

from tinhso.signing import reading

reading.install()

# What pyHanko finds is told by `verify.Report` or by an exception; a stranger's bad file is no event of the server.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
