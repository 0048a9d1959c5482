"""What a process keeps of the postings stays true from fold to fold, and only what a fold changed is read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from registry import runtime
from registry.domain.permissions import SYSTEM
from registry.queries.publication import posting_cache, postings, publications, record_search
from registry.queries.publication.posting_cache import Fold, PostingCache
from registry.queries.publication.publications import Filter
from registry.services.publication import standing
from tests.web import samples

folds = st.lists(st.tuples(st.integers(0, 30), st.sets(st.integers(1, 120))), min_size=1, max_size=8)
"""How many entries each fold brings, and which of all leave with it."""


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Segments of eight entries."""
    monkeypatch.setattr(posting_cache, "SEGMENT_BITS", 3)


class TestUnchanged:
    @given(history=folds, read=st.sets(st.integers(0, 7)))
    def test_and_what_the_postings_have_of_the_segments_left_is_all(self, history, read):
        """A term that every entry has, asked at some folds only."""
        cache, postings_now = PostingCache(Fold(1, 0)), BitMap()
        for place, (count, leaving) in enumerate(history):
            number, start = place + 2, cache.fold.upto
            left = BitMap(leaving) & postings_now
            postings_now = (postings_now | BitMap(range(start + 1, start + count + 1))) - left
            cache = cache.follow([Fold(number, start + count, left)])
            if place in read:
                bitmap, first = cache.unchanged("term")
                bitmap = bitmap | (postings_now & BitMap(range(first << posting_cache.SEGMENT_BITS, 1000)))
                assert cache.put("term", bitmap) == postings_now
                assert cache.get("term") == postings_now

    def test_begins_where_the_earlier_fold_ended(self):
        earlier = PostingCache(Fold(1, 20))
        earlier.put("term", BitMap([1, 5, 17, 19]))
        later = earlier.follow([Fold(2, 30, BitMap([5]))])
        assert later.get("term") is None
        assert later.unchanged("term") == (BitMap([1]), 2)
        assert earlier.get("term") == BitMap([1, 5, 17, 19])

    def test_is_nothing_once_the_postings_were_built_anew(self):
        earlier = PostingCache(Fold(1, 20))
        earlier.put("term", BitMap([1]))
        assert earlier.follow([Fold(2, 0, None), Fold(3, 20, BitMap())]).unchanged("term") == (BitMap(), 0)

    def test_is_nothing_of_a_fold_that_is_too_long_ago(self, monkeypatch):
        monkeypatch.setattr(posting_cache, "FOLDS_KEPT", 2)
        caches = [PostingCache(Fold(1, 8))]
        caches[0].put("term", BitMap([1]))
        for number in range(2, 5):
            caches.append(caches[-1].follow([Fold(number, 8, BitMap())]))
        assert [cache.unchanged("term")[1] for cache in caches[1:]] == [1, 1, 0]


class TestBytes:
    def test_stay_below_the_most(self, monkeypatch):
        monkeypatch.setattr(posting_cache, "BYTES_MAX", 1000)
        cache = PostingCache(Fold(1, 8))
        for key in range(10):
            cache.put(key, BitMap([key]))
            cache.put(key, BitMap([key, 9]))
        assert [key for key in range(10) if cache.get(key)] == [6, 7, 8, 9]


class TestFolds:
    def test_let_a_process_read_only_the_segments_that_they_changed(self, app):
        with app.app_context():
            samples.release(*(samples.body(number) for number in range(1, 65)))
            runtime.perform(SYSTEM, lambda work: standing.fold(work, 64))
            assert _total() == 64
            samples.release(*(samples.body(number) for number in range(65, 68)))
            runtime.perform(SYSTEM, lambda work: standing.fold(work, 67))
            segments = _segments_read(_total)
            assert segments
            assert min(segments) == 64 >> posting_cache.SEGMENT_BITS

    def test_that_the_store_no_longer_tells_let_it_read_everything(self, app, monkeypatch):
        monkeypatch.setattr(posting_cache, "FOLDS_KEPT", 1)
        with app.app_context():
            samples.release(*(samples.body(number) for number in range(1, 65)))
            runtime.perform(SYSTEM, lambda work: standing.fold(work, 64))
            assert _total() == 64
            for entry in (65, 66, 67):
                samples.release(samples.body(entry))
                runtime.perform(SYSTEM, lambda work, entry=entry: standing.fold(work, entry))
            assert min(_segments_read(_total)) == 0

    def test_leave_a_transaction_that_began_before_them_its_own_answer(self, app):
        with app.app_context():
            samples.release(*(samples.body(number) for number in range(1, 20)))
            with runtime.reading() as session:
                before = postings.Fold(1, 10)
                newest = postings._known_as_of(session, Fold(5, 19))
                known = postings._known_as_of(session, before)
                assert (known.cache.fold, newest.cache.fold.number) == (before, 5)
                assert postings._known_as_of(session, Fold(5, 19)) is newest


def _total():
    with runtime.reading() as session:
        return record_search.Search(session, Filter(), publications.moment(session, samples.TODAY)).total()


def _segments_read(ask):
    """The segments of which postings are read while something is asked."""
    segments = []
    original = postings.Folded._read

    def read(self, terms, wanted):
        segments.extend(wanted)
        return original(self, terms, wanted)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings.Folded, "_read", read)
        ask()
    return segments
