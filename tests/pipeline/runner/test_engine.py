"""What the engine says of its workers."""

import queue

import dask

from pipeline.runner import engine


def test_a_worker_that_is_there_has_not_left(monkeypatch):
    """dask's client asks for a list without workers again and again; ours must not be mistaken for it."""
    monkeypatch.setattr(engine, "LOOK", 0.0)
    events = queue.SimpleQueue()
    with dask.config.set({"distributed.client.scheduler-info-interval": "1ms"}):
        one = engine.Engine(events, 1)
    for _ in range(300):
        one.watch()
    one.close()
    assert [events.get_nowait()[0] for _ in range(events.qsize())] == ["joined"]
