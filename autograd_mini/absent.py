"""What a package answers when asked for a name that it lacks."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def refusal(
    package: str, name: str, known: Iterable[str], remedies: Mapping[str, str], otherwise: str = ""
) -> AttributeError:
    """Return the error for a missing ``name``: what to write instead, or the names near it.

    >>> refusal("nn", "Liner", ["Linear", "ReLU"], {})
    AttributeError("nn has no 'Liner'; near names: Linear")
    """
    public = [other for other in known if not other.startswith("_")]
    near = get_close_matches(name, public, n=3, cutoff=0.6)
    remedy = remedies.get(name) or (f"near names: {', '.join(near)}" if near else otherwise)
    return AttributeError(f"{package} has no {name!r}" + (f"; {remedy}" if remedy else ""))
