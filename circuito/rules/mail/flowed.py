"""`format=flowed` (RFC 3676): the lines that a mail program broke by itself, joined again."""

from __future__ import annotations


def unflowed(text: str, *, joined: bool) -> str:
    """Join the lines that end in a space; `joined` (DelSp): that space is no word's."""
    out: list[str] = []
    paragraph: list[str] = []
    depth_before = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        if paragraph and depth != depth_before:
            out.append("".join(paragraph))
            paragraph = []
        if not paragraph and depth:
            paragraph.append(">" * depth + (" " if bare else ""))
        soft = bare.endswith(" ") and bare != "-- "
        paragraph.append(bare[:-1] if soft and joined else bare)
        depth_before = depth
        if not soft:
            out.append("".join(paragraph))
            paragraph = []
    return "\n".join([*out, *(["".join(paragraph)] if paragraph else [])])
