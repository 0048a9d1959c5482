"""The collector searches rarely while a file is worked on, and as before afterwards."""

import gc
import threading

import pytest

from registry.garbage import ALLOCATIONS, begin_loading, end_loading, rarely_collected


def test_searches_rarely_inside_and_as_before_behind() -> None:
    before = gc.get_threshold()
    with rarely_collected():
        assert gc.get_threshold()[0] == ALLOCATIONS
        assert gc.get_freeze_count() > 0
        assert gc.isenabled()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_as_before_behind_an_error() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="x"), rarely_collected():
        raise ValueError("x")
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_the_last_of_several_threads_restores() -> None:
    before, inside, may_end = gc.get_threshold(), threading.Event(), threading.Event()

    def work() -> None:
        with rarely_collected():
            inside.set()
            may_end.wait(10)

    thread = threading.Thread(target=work)
    with rarely_collected():
        thread.start()
        assert inside.wait(10)
    assert gc.get_threshold()[0] == ALLOCATIONS
    may_end.set()
    thread.join()
    assert gc.get_threshold() == before


def test_keeps_apart_what_the_start_of_a_process_made() -> None:
    end_loading()  # of a loading that nobody began
    assert gc.get_freeze_count() == 0
    begin_loading()
    try:
        assert not gc.isenabled()
        made = [[]]
        end_loading()
        assert gc.isenabled()
        with rarely_collected():
            pass
        assert gc.get_freeze_count() > 0
        assert not any(one is made for one in gc.get_objects())
    finally:
        gc.unfreeze()
        gc.enable()
