"""Prints every experiment's claims and their verdicts: the last thing that `make repro` shows."""

from stages.core.claims import summary
from stages.core.stage import main
from stages.report.page import pages


def run():
    for page in pages():
        print(f"\n{page['title']}\n")
        print(*map(summary, page["claims"]), sep="\n")
    print("\nplots/report.html shows them with tables and figures.")


if __name__ == "__main__":
    main(run)
