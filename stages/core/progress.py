"""Progress: a bar on a terminal, plain lines elsewhere."""

import sys

from tqdm import tqdm


def progress(rows, total, title):
    """Passes `rows` (dicts of numbers) on and shows how far they are."""
    if sys.stderr.isatty():
        bar = tqdm(rows, total=total, desc=title, unit="epoch", leave=True)
        for row in bar:
            bar.set_postfix({key: f"{value:.3g}" for key, value in row.items() if key != "epoch"})
            yield row
        return
    for row in rows:
        numbers = ", ".join(f"{key} {value:.4g}" for key, value in row.items() if key != "epoch")
        print(f"{title}: epoch {row['epoch']} of {total}: {numbers}", flush=True)
        yield row
