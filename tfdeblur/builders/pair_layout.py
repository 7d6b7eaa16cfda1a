"""Which file of a published dataset is what, and whether all of them are there."""

import collections
import dataclasses
import gzip
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from tfdeblur.builders.problems import Problem, refuse

# The list of a dataset's frames, compressed in the folder of its builder: one line per pair,
# sorted, "SPLIT/SEQUENCE/FRAME", for instance "test/GOPR0384_11_00/000001".
FRAME_LIST = "frames.txt.gz"

_IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg")


def read_frame_list(path: str | os.PathLike) -> dict[str, list[str]]:
    """{split: ["SEQUENCE/FRAME", ...]} of the list in the file `path`."""
    frames: dict[str, list[str]] = {}
    for line in gzip.decompress(Path(path).read_bytes()).decode().splitlines():
        split, name = line.split("/", 1)
        frames.setdefault(split, []).append(name)
    return frames


def write_frame_list(path: str | os.PathLike, frames: Mapping[str, Iterable[str]]) -> None:
    """Writes what `read_frame_list` reads; the same frames give the same bytes."""
    lines = sorted(f"{split}/{name}" for split, names in frames.items() for name in names)
    text = "".join(f"{line}\n" for line in lines)
    Path(path).write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


@dataclasses.dataclass(frozen=True)
class Layout:
    """Where an archive keeps the images of a pair.

    Attributes:
      template: path with the fields {split}, {sequence}, {frame} and {folder}.
      folders: {image: folder}, for instance {"blur": "input", "sharp": "target"}.
    """

    template: str
    folders: Mapping[str, str]

    def path(self, split, name, image):
        """Path of an image of the pair `name` ("SEQUENCE/FRAME")."""
        sequence, frame = name.split("/")
        return self.template.format(
            split=split, sequence=sequence, frame=frame, folder=self.folders[image]
        )

    def paths(self, frames):
        """Paths of every image of every pair."""
        return {
            self.path(split, name, image)
            for split, names in frames.items()
            for name in names
            for image in self.folders
        }

    def __str__(self):
        folders = "{" + ",".join(self.folders.values()) + "}"
        return self.template.format(
            split="{train,test}", sequence="SEQUENCE", frame="FRAME", folder=folders
        )


@dataclasses.dataclass(frozen=True)
class PairFiles:
    """A pair as it lies in a source: `blur` and `sharp` are paths within it."""

    split: str
    name: str
    blur: str
    sharp: str


def top_folders(layouts, frames):
    """Names of the folders in which the data of any of the layouts begins."""
    return {path.split("/")[0] for layout in layouts for path in layout.paths(frames)}


def choose_layout(paths, layouts, frames):
    """The layout that most of the files follow, and the folder in which it begins.

    Args:
      paths: relative paths of the files that were received.
      layouts: sequence of `Layout`.
      frames: {split: names} that are expected.

    Returns:
      (layout, root): root is "" or a path that ends in a slash. None if no
      file follows any of them.
    """
    tops = top_folders(layouts, frames)
    roots = collections.Counter(_before(path, tops) for path in paths)
    del roots[None]
    if not roots:
        return None
    root = roots.most_common(1)[0][0]
    present = {path.removeprefix(root) for path in paths}
    counts = [len(present & layout.paths(frames)) for layout in layouts]
    return (layouts[counts.index(max(counts))], root) if any(counts) else None


def _before(path, tops):
    parts = path.split("/")
    for index, part in enumerate(parts[:-1]):
        if part in tops:
            return "".join(f"{parent}/" for parent in parts[:index])
    return None


def match_pairs(source, layout, root, frames, blur, allow_partial):
    """The pairs of `source`, if its files are exactly those expected.

    Images in the folders of the data that are not on the list are refused as
    much as missing ones: they are a sign of another dataset, or of one that was
    changed. Other files, such as a readme, are passed over.

    Args:
      source: a `FileSource`.
      layout: its `Layout`.
      root: the folder in it where the layout begins.
      frames: {split: names} that are expected.
      blur: which of the layout's images is the blurred one.
      allow_partial: accept that pairs are missing, but never half a pair.

    Returns:
      A list of `PairFiles`, in the order of `frames`.

    Raises:
      InputError: names the first ten files that are missing or too many.
    """
    tops = top_folders([layout], frames)
    present = {path for path in source.paths() if _before(path, tops) == root}
    pairs, problems = [], []
    for split, names in frames.items():
        for name in names:
            pair = PairFiles(
                split,
                name,
                blur=root + layout.path(split, name, blur),
                sharp=root + layout.path(split, name, "sharp"),
            )
            missing = [path for path in (pair.blur, pair.sharp) if path not in present]
            if not missing:
                pairs.append(pair)
            elif len(missing) == 1:
                [partner] = {pair.blur, pair.sharp} - set(missing)
                problems.append(Problem(missing[0], f"missing, its partner {partner} is there"))
            elif not allow_partial:
                problems += [Problem(path, "missing") for path in missing]
    known = {root + path for path in layout.paths(frames)}
    problems += [
        Problem(path, "not on the list of frames of this dataset")
        for path in sorted(present - known)
        if path.lower().endswith(_IMAGE_SUFFIXES)
    ]
    refuse(source, problems, f"the {sum(map(len, frames.values()))} pairs {layout}")
    return pairs
