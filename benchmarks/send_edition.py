"""One run of `sending`: send a prepared edition and print its cost as JSON. CONFIG NUMBER."""

import json
import resource
import sys
import time
from pathlib import Path

from newsletter.app import Newsletter
from newsletter.delivery.ledger import store
from newsletter.logging import log_to_stderr


def main() -> None:
    """Send, and fail unless every delivery is recorded as sent."""
    log_to_stderr(40)
    app = Newsletter.from_file(Path(sys.argv[1]))
    number = int(sys.argv[2])
    start, cpu = time.perf_counter(), time.process_time()
    app.engine.send(number)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    with app.database.read() as session:
        counts = {state.value: count for state, count in store.counts(session, number).items()}
    app.close()
    assert set(counts) == {"sent"}, counts
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"wall": wall, "cpu": cpu, "megabytes": kilobytes / 1024}))


if __name__ == "__main__":
    main()
