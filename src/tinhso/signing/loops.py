"""pyHanko starts an event loop for every signature, which Python refuses in a thread where one runs already."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


def apart_from_loops(work: Callable[[], Result]) -> Result:
    """Do something that starts an event loop; where one runs, in a thread of its own, which is waited for."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:  # none runs here
        return work()
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()
