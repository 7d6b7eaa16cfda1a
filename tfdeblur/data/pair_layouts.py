"""How folders of images are pairs: the layouts in which people have them.

* Two folders with the same names, at any depth: `input/` and `target/`, or other `SIDES`.
* Two such folders in every scene (GoPro, RealBlur): `scene/blur/`, `scene/sharp/`.
* Names that tell the sides: `blur_1.png` and `gt_1.png`, `a_blur.png` and `a_sharp.png`, in
  two folders or beside each other.
* One folder of sharp images for several of blurred ones, and for more than those (HIDE):
  `train/`, `test/test-close-ups/`, `GT/`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tfdeblur.errors import InputError, first_named
from tfdeblur.system.file_tree import files_in

# What TensorFlow decodes, by name.
SUFFIXES = (".bmp", ".jpeg", ".jpg", ".png")

# Names of the two sides under one root, as they are met in the field.
SIDES = (("input", "target"), ("blur", "sharp"), ("blur", "gt"), ("input", "gt"), ("input", "GT"))

_BLURRED, _SHARP = ("blurred", "blurry", "blur", "input"), ("sharp", "target", "gt")
_FOLDER_OF_ALL = "gt"


class Layout(NamedTuple):
    """Files by the names of their pairs.

    Attributes:
      description: what was recognized, in words.
      blurred, sharp: {name: path}.
      searched: the folders that were searched.
      may_lack: whether there may be sharp images without a blurred one.
    """

    description: str
    blurred: Mapping[str, Path]
    sharp: Mapping[str, Path]
    searched: tuple[Path, ...]
    may_lack: bool = False


def layout_of_root(root):
    """The `Layout` of a folder that holds both sides.

    Raises:
      InputError: when it is none of those above.
    """
    for sides in SIDES:
        blurred, sharp = (root / side for side in sides)
        if blurred.is_dir() and sharp.is_dir():
            return layout_of_sides(blurred, sharp)
    files = _image_files(root)
    for recognized in (_in_scenes, _beside_each_other, _one_sharp) if files else ():
        if layout := recognized(root, files):
            return layout
    known = " or ".join(f"{blurred}/ and {sharp}/" for blurred, sharp in SIDES)
    raise InputError(
        f"{root}: expected a folder that holds {known}, such folders in every scene, files like "
        "a_blur.png beside a_sharp.png, or GT/ and folders of blurred images."
    )


def layout_of_sides(blur_dir, sharp_dir):
    """The `Layout` of a folder of blurred images and one of sharp ones.

    Raises:
      InputError: when a folder is missing, holds no images, or is the other one.
    """
    folders = (blur_dir, sharp_dir)
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"{folder}: expected a folder of images; there is no such folder.")
    if blur_dir.samefile(sharp_dir):
        raise InputError(
            f"Received {blur_dir} for the blurred and {sharp_dir} for the sharp images, which is "
            "the same folder; expected two."
        )
    sides = [_images(folder, _image_files(folder)) for folder in folders]
    blurred, sharp = sides
    where = f"{blur_dir.name}/ and {sharp_dir.name}/"
    if blurred.keys() & sharp.keys():
        is_for_more = (
            sharp_dir.name.lower() == _FOLDER_OF_ALL
            and (blur_dir.name, sharp_dir.name) not in SIDES
            and blurred.keys() <= sharp.keys()
        )
        return Layout(f"same names in {where}", blurred, sharp, folders, may_lack=is_for_more)
    unmarked = [
        {_without(marks, name) or name: path for name, path in images.items()}
        for images, marks in zip(sides, (_BLURRED, _SHARP), strict=True)
    ]
    if common := unmarked[0].keys() & unmarked[1].keys():
        names = " and ".join(images[min(common)].name for images in unmarked)
        return Layout(f"names like {names} in {where}", unmarked[0], unmarked[1], folders)
    by_last_name = _by_last_name(blurred, sharp, where, folders)
    return by_last_name or Layout(f"same names in {where}", blurred, sharp, folders)


def _in_scenes(root, files):
    for sides in SIDES:
        scenes = [
            {file.parent.parent for file in files if file.parent.name == side} for side in sides
        ]
        if not scenes[0] & scenes[1]:
            continue
        found: list[dict[str, Path]] = [{}, {}]
        for scene in sorted(scenes[0] | scenes[1]):
            layout = layout_of_sides(*(scene / side for side in sides))
            prefix = scene.relative_to(root).as_posix()
            for images, ours in zip(found, (layout.blurred, layout.sharp), strict=True):
                images |= {f"{prefix}/{name}": path for name, path in ours.items()}
        count = len(scenes[0] | scenes[1])
        description = f"{sides[0]}/ and {sides[1]}/ in each of {count} scenes"
        return Layout(description, found[0], found[1], (root,))
    return None


def _beside_each_other(root, files):
    images = _images(root, files)
    blurred, sharp = (
        {short: path for name, path in images.items() if (short := _without(marks, name))}
        for marks in (_BLURRED, _SHARP)
    )
    if common := blurred.keys() & sharp.keys():
        first = min(common)
        names = f"{blurred[first].name} beside {sharp[first].name}"
        return Layout(f"names like {names}", blurred, sharp, (root,))
    return None


def _one_sharp(root, files):
    folders = [path for path in root.iterdir() if path.name.lower() == _FOLDER_OF_ALL]
    if not folders or not folders[0].is_dir():
        return None
    [folder, *_] = folders
    sharp = _images(folder, [file for file in files if folder in file.parents])
    blurred = _images(root, [file for file in files if folder not in file.parents])
    return _by_last_name(blurred, sharp, f"{folder.name}/ and the other folders", (root,))


def _by_last_name(blurred, sharp, where, searched):
    """Pairs by file names alone, if that finds a partner for any blurred image."""
    last_names = {name: name.rpartition("/")[2] for name in (*blurred, *sharp)}
    if any(len({last_names[name] for name in side}) < len(side) for side in (blurred, sharp)):
        return None
    by_last_name = {last_names[name]: path for name, path in sharp.items()}
    partners = {
        name: by_last_name.pop(last_names[name])
        for name in blurred
        if last_names[name] in by_last_name
    }
    if not partners:
        return None
    description = f"same file names in {where}"
    return Layout(description, blurred, partners | by_last_name, searched, may_lack=True)


def _without(marks, name):
    """The name without the one of `marks` that it begins or ends with; None if there is none."""
    mark = "|".join(marks)
    folder, slash, last = name.rpartition("/")
    pattern = rf"(?:{mark})(?:[_\-. ]|(?=\d))(.+)|(.+)[_\-. ](?:{mark})"
    match = re.fullmatch(pattern, last, re.IGNORECASE)
    return match and folder + slash + (match[1] or match[2])


def _image_files(folder):
    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder of images; there is no such folder.")
    return [path for path in files_in(folder) if path.suffix.lower() in SUFFIXES]


def _images(folder, files):
    """{path in `folder` without suffix: path}."""
    found: dict[str, Path] = {}
    problems = []
    for path in files:
        if not _is_text(path.name):
            problems.append(f"{path.parent}/{path.name!r}: its name is no UTF-8; rename it")
            continue
        earlier = found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
        if earlier is not path:
            problems.append(f"{path}: has the name of {earlier}")
    refuse(problems)
    if not found:
        raise InputError(
            f"{folder}: holds no images; expected files ending in {', '.join(SUFFIXES)}."
        )
    return found


def _is_text(name):
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that Python carries along in names
        return False
    return True


def refuse(problems):
    """Raises InputError with the first of `problems`, if there are any."""
    if problems:
        raise InputError(
            f"{first_named(problems)}\nReceived {len(problems)} files that make no pairs; mend or "
            "remove them."
        )
