"""The Merkle tree of RFC 9162 section 2.1, over stored nodes.

Node ``(level, index)`` is the hash of the complete, aligned subtree over the leaves ``index * 2**level`` up
to ``(index + 1) * 2**level``; level 0 holds the leaf hashes. Such a node never changes once written, so every
root costs at most one lookup per level of the tree, and a proof at most that for each of its steps.
"""

import hashlib
from collections.abc import Callable, Sequence

from registry.refusals.content import ProofRange

Nodes = Callable[[int, int], bytes]
Node = tuple[int, int, bytes]

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """Hash of one leaf; the prefix keeps leaves and inner nodes apart."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(nodes: Nodes, start: int, leaf_hashes: Sequence[bytes]) -> list[Node]:
    """Append leaves: the nodes of level 1 and above that become complete when ``leaf_hashes`` follow ``start`` leaves.

    ``nodes`` is called only for nodes that were complete before. Ordered by level, then index.
    """
    fresh = {(0, start + offset): leaf for offset, leaf in enumerate(leaf_hashes)}
    completed: list[Node] = []
    end = start + len(leaf_hashes)
    level = 0
    while start >> (level + 1) < end >> (level + 1):
        for index in range(start >> (level + 1), end >> (level + 1)):
            left, right = (fresh.get((level, child)) or nodes(level, child) for child in (2 * index, 2 * index + 1))
            fresh[level + 1, index] = node_hash(left, right)
            completed.append((level + 1, index, fresh[level + 1, index]))
        level += 1
    return completed


def nodes_of(leaf_hashes: Sequence[bytes]) -> Nodes:
    """A node lookup over leaves in memory, for small trees such as the fields of one record."""
    hash_by_node = {(0, index): leaf for index, leaf in enumerate(leaf_hashes)}
    hash_by_node.update(((level, index), value) for level, index, value in grow(_refuse_lookup, 0, leaf_hashes))
    return lambda level, index: hash_by_node[level, index]


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over all leaves; the empty tree has the hash of the empty string."""
    level = list(leaf_hashes)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0] if level else EMPTY


def root_at(size: int, nodes: Nodes) -> bytes:
    """Root of the tree of the first ``size`` leaves."""
    if size < 0:
        raise ProofRange("账本长度不得为负")
    return _range_root(0, size, nodes) if size else EMPTY


def peaks(size: int) -> list[tuple[int, int]]:
    """The complete subtrees (level, index) that the first ``size`` leaves consist of, from left to right."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return [(level, (size >> level) - 1) for level in levels]


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Inclusion proof of a leaf: siblings from the leaf upwards (section 2.1.3.1).

    Refuses (``ProofRange``) unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ProofRange("记录号不在账本范围内")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _split_point(end - start)
        if index < middle:
            path.append(_range_root(middle, end, nodes))
            end = middle
        else:
            path.append(_range_root(start, middle, nodes))
            start = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether ``leaf`` (a leaf hash) is leaf ``index`` of the tree of ``size`` leaves (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            value = node_hash(sibling, value)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and value == expected


def consistency_proof(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """Proof that the tree of ``first`` leaves begins the tree of ``second`` (section 2.1.4.1).

    Empty when the sizes are equal or ``first`` is 0. Refuses as ``ProofRange`` unless 0 <= first <= second.
    """
    if not 0 <= first <= second:
        raise ProofRange("两个账本长度的先后不对")
    if first in (0, second):
        return []
    start, end, is_whole = 0, second, True
    path: list[bytes] = []
    while first != end:
        middle = start + _split_point(end - start)
        if first <= middle:
            path.append(_range_root(middle, end, nodes))
            end = middle
        else:
            path.append(_range_root(start, middle, nodes))
            start, is_whole = middle, False
    if not is_whole:
        path.append(_range_root(start, end, nodes))
    return path[::-1]


def verify_consistency(first: int, second: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    """Whether ``roots`` of the trees of ``first`` and ``second`` leaves are one history (section 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and roots[0] == roots[1]
    if first == 0:
        return not proof and roots[0] == EMPTY
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, roots[0])
    if not path:
        return False
    return _fold_path(first - 1, second - 1, path) == roots


def _fold_path(place: int, last: int, path: list[bytes]) -> tuple[bytes, bytes] | None:
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _range_root(start: int, end: int, nodes: Nodes) -> bytes:
    """Root over leaves ``start`` to ``end``; ``start`` a multiple of a power of two not below the width."""
    width = end - start
    level = width.bit_length() - 1
    if width == 1 << level:
        return nodes(level, start >> level)
    middle = start + _split_point(width)
    return node_hash(_range_root(start, middle, nodes), _range_root(middle, end, nodes))


def _split_point(width: int) -> int:
    """The largest power of two below ``width``."""
    return 1 << ((width - 1).bit_length() - 1)


def _refuse_lookup(level: int, index: int) -> bytes:
    raise KeyError((level, index))
