"""Names of layers, short enough for a table or an axis, and still different from each other."""

from collections.abc import Sequence

from autograd_mini.viz.text import clip


def short_names(names: Sequence[str], longest: int) -> list[str]:
    """Return dotted names without the last parts that tell nothing apart, cut on the left if long.

    >>> short_names(["encoder.0.projection", "encoder.1.projection", "head"], 10)
    ['encoder.0', 'encoder.1', 'head']
    >>> short_names(["encoder.block.0", "encoder.block.1"], 9)
    ['….block.0', '….block.1']
    """
    shown = list(names)
    while max(map(len, shown)) > longest:
        spared = [name.rpartition(".")[0] or name for name in shown]
        if spared == shown or len(set(spared)) < len(set(shown)):
            break
        shown = spared
    return [
        name if len(name) <= longest else f"…{name[1 - longest :]}" for name in map(clip, shown)
    ]
