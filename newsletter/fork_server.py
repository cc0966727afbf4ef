"""The server that processes for content from outside are forked from.

Fork would copy held locks of this process; the fork server has neither threads nor state, only the
readers of all kinds, imported once. It is one for the process, so whoever is first decides.
"""

import multiprocessing
from multiprocessing.context import ForkServerContext

READERS = ["newsletter.articles.importers.inputs", "newsletter.media.encoding"]


def fork_server() -> ForkServerContext:
    """The context to start processes in."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(READERS)
    return context
