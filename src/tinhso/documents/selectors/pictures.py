"""Pictures that pages of documents show of signatures: a person's handwriting, an agency's seal.

They are samples that say so, while the platform keeps no pictures of real ones.
"""

from functools import lru_cache

from tinhso.signing import samples


@lru_cache(maxsize=256)
def handwriting(name: str) -> bytes:
    """The picture of a person's signature, blue on transparent."""
    return samples.handwriting(name)


@lru_cache(maxsize=64)
def seal(name: str) -> bytes:
    """The picture of an agency's seal, red on transparent."""
    return samples.seal(name)
