"""DVC's books, kept by one process while the commands of many stages run.

What `dvc repro` does with a stage before its command and after it, in the same order (DVC 3.67:
Stage.reproduce and Stage.run in dvc/stage/__init__.py, run_stage in dvc/stage/run.py), so that dvc.lock and
the run-cache end in the same bytes. What differs: the repository's lock is held for a turn of book-keeping,
never while we wait; dvc.lock is replaced at once instead of rewritten in place; results that come together
are written together.
"""

import logging
import os
import sys
import time
from contextlib import ExitStack, contextmanager
from enum import Enum
from functools import cached_property
from pathlib import Path

import dvc
import networkx as nx
from dvc.dvcfile import PROJECT_FILE
from dvc.exceptions import CheckoutError
from dvc.repo import Repo
from dvc.repo.reproduce import get_active_graph, plan_repro
from dvc.rwlock import rwlock
from dvc.stage import PipelineStage
from dvc.stage.cache import RunCacheNotSupported, _can_hash
from dvc.stage.run import _pull_missing_deps
from dvc.stage.serialize import to_lockfile, to_single_stage_lockfile

from pipeline.runner.clone import collect, job_of, new_token
from pipeline.runner.lock import LockFile
from pipeline.runner.reading import Reading
from pipeline.runner.seen import Seen
from pipeline.runner.targets import named, of_root
from stages.core.errors import UserError

VERSION = "3.67.1"
EVERY = 1.0                                                  # seconds between writes of dvc.lock


class Found(Enum):
    """What looking at a stage came to."""

    UNCHANGED = "unchanged"
    RESTORED = "restored"                                    # from the run-cache or a remote
    DONE = "done"                                            # nothing to run: frozen, or data
    RUN = "run"


class Books:
    """The books of the project in the folder `root`."""

    def __init__(self, root="."):
        if dvc.__version__ != VERSION:
            raise UserError(
                f"DVC {dvc.__version__} is installed, but the runner keeps the books of {VERSION}: "
                "run `make setup`, or `dvc repro` without it"
            )
        logging.getLogger("dvc").setLevel(logging.WARNING)   # what DVC says of a stage, the view says
        self.repo = Repo(os.fspath(root), _wait_for_lock=True)
        self._depth = 0
        self._order = {}                                     # dvc.lock -> its stages in DVC's order
        self._locks = {}                                     # path of a dvc.lock -> LockFile
        self._unwritten = {}                                 # finished stages that are in no dvc.lock yet
        self._written = 0.0
        self._held = {}                                      # running stage -> what to close at its end
        self._seen = Seen(self.repo)

    def close(self):
        """Writes what is finished and lets go of what runs."""
        with self.turn():
            self.write()
            for held in self._held.values():
                held.close()
        self.repo.close()

    @cached_property
    def token(self):
        """Marks our directory."""
        return new_token()

    @contextmanager
    def turn(self):
        """Holds the repository's lock, as every DVC command does while it reads and writes."""
        self._depth += 1
        try:
            if self._depth > 1:
                yield
                return
            with self.repo.lock:
                for name in "dvcignore", "dvcfs", "datafs":  # of files that came since
                    self.repo.__dict__.pop(name, None)
                self._seen = Seen(self.repo)
                yield
        finally:
            self._depth -= 1

    def plan(self, targets=(), single_item=False, downstream=False):
        """The stages to look at, in DVC's order -> those of them that come first."""
        with self.turn(), Reading(Path(self.repo.tmp_dir, "runner/parsed.json")):
            graph = get_active_graph(self.repo.index.graph)
            root = of_root(self.repo)
            stages = root if root and not targets else named(self.repo, targets or [PROJECT_FILE])
            if single_item:
                before = one_by_one(stages, graph)
            else:
                before = with_others(plan_repro(graph, stages, downstream=downstream), graph)
            self._order = {}
            for stage in dict.fromkeys([*plan_repro(graph, root), *plan_repro(graph)]):
                if isinstance(stage, PipelineStage):         # data has no dvc.lock
                    self._order.setdefault(lock_of(stage), []).append(stage.name)
            return before

    def waits(self, plan):
        """The stages of a plan -> those that must be done before: what comes first, and beyond that, where a
        frozen stage and one that it reads from do not wait for each other, the one that DVC looks at first.
        """
        place = {stage: i for i, stage in enumerate(plan)}
        waits = {stage: list(before) for stage, before in plan.items()}
        for stage in plan:
            for one in self.repo.index.graph.successors(stage):
                if stage.frozen and one in place and one not in plan[stage]:
                    first, then = sorted((stage, one), key=place.get)
                    waits[then].append(first)
        return waits

    def stale(self, plan, force=False, pull=False):
        """The stages of a plan that a run would not leave as they are, in its order: those that changed, and
        those that come after them, which change if their results do. `dvc repro --dry` knows only the former.
        """
        found = []
        with self.turn():
            for stage, before in plan.items():
                follows = runs(stage) and (force or any(one in found for one in before))
                if follows or self._changed(stage, before, pull):
                    found.append(stage)
        return found

    def pull_run_cache(self):
        """Fetches the entries of the run-cache from the remote."""
        with self.turn():
            try:
                self.repo.stage_cache.pull(None)
            except RunCacheNotSupported as error:
                raise UserError(f"--pull: {error}: name a remote with `dvc remote add --default`") from error

    def look(self, stage, before, force=False, pull=False):
        """Brings a stage up to date if that takes no command of it.

        before  the stages that come first
        """
        if not runs(stage):
            return self._as_dvc(stage, before, force, pull)
        if not force:
            if not self._changed(stage, before):
                return Found.UNCHANGED
            if pull and not self._changed(stage, before, missing=True) and self._pulled(stage):
                return Found.RESTORED
            if pull:
                _pull_missing_deps(stage)
            if self._restored(stage, pull):
                self._keep(stage)
                return Found.RESTORED
        stage.save_deps()                                    # fails if one is missing
        return Found.RUN

    def begin(self, stage):
        """Clears the way for a stage's commands, and keeps other DVC commands out of it until `finish` or
        `give_up`; returns the job.
        """
        self.give_up(stage)                                  # begun on a worker that is lost
        stage.remove_outs(ignore_remove=False, force=False)
        self._seen.forget(stage)
        paths = [dep.fs_path for dep in stage.deps], [out.fs_path for out in stage.outs]
        held = rwlock(
            self.repo.tmp_dir, self.repo.fs, f"{' '.join(sys.argv)}: {stage.addressing}", *paths,
            self.repo.config["core"].get("hardlink_lock", False),
        )
        self._held[stage] = ExitStack()
        self._held[stage].enter_context(held)
        return job_of(self.repo, stage, self.token)

    def finish(self, stage, outputs=None):
        """Saves what a stage's commands wrote; `outputs` are in the remote, if a worker in a clone did."""
        self.give_up(stage)
        if outputs is not None:
            collect(self.repo, outputs)
        self._keep(stage)

    def give_up(self, stage):
        """Ends what `begin` began."""
        if stage in self._held:
            self._held.pop(stage).close()

    def due(self):
        """Whether finished stages have waited long enough to be written."""
        return bool(self._unwritten) and time.monotonic() >= self._written + EVERY

    def write(self):
        """Writes finished stages into their dvc.lock."""
        entries = {}
        for stage in self._unwritten:
            entries.setdefault(lock_of(stage), {}).update(to_lockfile(stage))
        for path, found in entries.items():
            self._locks.setdefault(path, LockFile(path)).update(found, self._order[path])
        self._unwritten = {}
        self._written = time.monotonic()

    def _changed(self, stage, before, missing=False):
        """Whether a stage is not as dvc.lock says; what is missing may count as what was there."""
        return not self._seen.unchanged(stage) and stage.changed(missing, before)

    def _as_dvc(self, stage, before, force, pull):
        done = stage.reproduce(upstream=before, force=force, pull=pull)
        self._seen.forget(stage)
        if not done:
            return Found.UNCHANGED
        stage.dump(update_pipeline=False)
        return Found.DONE

    def _pulled(self, stage):
        try:
            self.repo.pull(stage.addressing)
            stage.checkout()
            self._seen.forget(stage)
        except CheckoutError:
            return False
        return True

    def _restored(self, stage, pull):
        """StageCache.restore, but for outputs, which are removed only if there are others to put in place."""
        cache = self.repo.stage_cache
        if not _can_hash(stage):
            return False
        if not stage.changed_stage() and stage.deps_cached() and all(out.hash_info for out in stage.outs):
            entry = to_single_stage_lockfile(stage)
        else:
            stage.save_deps()
            entry = cache._load(stage)
        found = entry and cache._create_stage(entry, wdir=stage.wdir)
        if found and pull:
            for objects in found.get_used_objs().values():
                self.repo.cloud.pull(objects)                # what it has; the rest is run
        if not found or not found.outs_cached():
            return False
        stage.remove_outs(ignore_remove=False, force=False)
        found.checkout()
        return True

    def _keep(self, stage):
        plain = [out for out in stage.outs if not (out.is_metric or out.is_plot)]
        stage.save(run_cache=all(out.use_cache for out in plain))
        stage.commit()
        self._seen.forget(stage)
        self._unwritten[stage] = None


def lock_of(stage):
    """The path of the dvc.lock in which a stage is."""
    return stage.dvcfile._lockfile.path


def runs(stage):
    """Whether a stage has commands of its own that DVC would run."""
    return isinstance(stage, PipelineStage) and bool(stage.cmd) and not stage.frozen


def with_others(steps, graph):
    """Steps in DVC's order -> those of them on which they depend."""
    chosen = set(steps)
    return {stage: [one for one in graph.successors(stage) if one in chosen] for stage in steps}


def one_by_one(stages, graph):
    """Only these stages, in their order where one depends on another, however indirectly."""
    before = {}
    for place, stage in enumerate(stages):
        related = nx.ancestors(graph, stage) | nx.descendants(graph, stage)
        before[stage] = [earlier for earlier in stages[:place] if earlier in related]
    return before
