"""Image files of every kind that users have, sound and damaged, from a seed.

Of the sound ones it is known what must be read from them, because they are made from
that; of the damaged ones only that they must be refused or restored, and nothing else.
"""

import dataclasses
import io
import struct
import zlib

import cv2
import numpy as np
import tifffile
from PIL import Image, ImageCms

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# JPEG and lossy WebP may differ from what they were made from by so many levels on average.
LOSSY_TOLERANCE = 6.0


@dataclasses.dataclass(frozen=True)
class ImageFile:
    """A file to be fed to the project.

    Attributes:
      name: file name, unique among those of one seed.
      kind: what was done to it, for tables.
      data: its bytes.
      verdict: "valid" (must be restored), "refused" (must not be), or "either".
      upright: (height, width, channels) uint8 or uint16 that must be read, channels 1 to
        4; None where that is not known.
      lossy: whether its format keeps pixels only roughly.
    """

    name: str
    kind: str
    data: bytes
    verdict: str
    upright: np.ndarray | None = None
    lossy: bool = False


def image_files(num_damaged, seed=0):
    """All sound and hostile kinds once, and `num_damaged` damaged copies of sound ones."""
    rng = np.random.default_rng(seed)
    sound = list(sound_files(rng))
    return sound + list(hostile_files(sound)) + list(damaged_files(rng, sound, num_damaged))


def sound_files(rng):
    """Yields an `ImageFile` of every kind that must be restored."""
    rgb, rgb16 = _picture(rng), _picture(rng).astype(np.uint16) * 257
    gray, alpha = rgb[..., :1], rgb[..., 1:2]
    rgba, gray_alpha = np.dstack([rgb, alpha]), np.dstack([gray, alpha])
    profile = _profile()
    for suffix, options in (
        ("png", {}),
        ("tif", {}),
        ("tiff", {"compression": "tiff_lzw"}),
        ("bmp", {}),
        ("webp", {"lossless": True, "exact": True}),
        ("jpg", {"quality": 95}),
        ("jpeg", {"quality": 90, "progressive": True}),
        ("jfif", {"quality": 95, "subsampling": 2}),
        ("WEBP", {"quality": 95}),
    ):
        lossy = suffix in ("jpg", "jpeg", "jfif", "WEBP")
        for orientation in (None, *range(1, 9)) if suffix in ("png", "jpg") else (None, 6):
            block = {} if orientation is None else {"exif": _exif(orientation)}
            yield ImageFile(
                f"rgb_{suffix}_{orientation or 'plain'}.{suffix}",
                "orientation" if orientation else "RGB",
                encoded(rgb, _pillow_format(suffix), **options, **block),
                "valid",
                rgb if suffix == "bmp" else _turned(rgb, orientation),
                lossy,
            )
        yield ImageFile(
            f"icc.{suffix}",
            "ICC profile",
            encoded(rgb, _pillow_format(suffix), **options, icc_profile=profile),
            "valid",
            rgb,
            lossy,
        )
        yield ImageFile(
            f"gray.{suffix}",
            "gray",
            encoded(gray[..., 0], _pillow_format(suffix), **options),
            "valid",
            # WebP knows no gray.
            np.repeat(gray, 3, axis=-1) if suffix.lower() == "webp" else gray,
            lossy,
        )
    cmyk = Image.fromarray(rgb).convert("CMYK")
    for suffix in ("jpg", "tif"):
        yield ImageFile(f"cmyk.{suffix}", "CMYK", _saved(cmyk, suffix), "valid", rgb, True)
    palette = Image.fromarray(rgb).quantize(64)
    shown = np.asarray(palette.convert("RGB"))
    for suffix in ("png", "tif", "bmp"):
        yield ImageFile(f"palette.{suffix}", "palette", _saved(palette, suffix), "valid", shown)
    bits = Image.fromarray(gray[..., 0]).convert("1")
    black_white = np.asarray(bits.convert("L"))[..., None]
    for suffix in ("png", "tif", "bmp"):
        # Of a BMP with a palette of black and white Pillow tells that it is gray.
        yield ImageFile(f"bit.{suffix}", "1 bit", _saved(bits, suffix), "valid", black_white)
    for suffix in ("png", "tif", "webp"):
        options = {"lossless": True, "exact": True} if suffix == "webp" else {}
        data = encoded(rgba, _pillow_format(suffix), **options)
        yield ImageFile(f"alpha.{suffix}", "alpha", data, "valid", rgba)
    yield ImageFile("gray_alpha.png", "alpha", encoded(gray_alpha, "PNG"), "valid", gray_alpha)
    yield ImageFile("16_bits.png", "16 bits", _cv2_png(rgb16), "valid", rgb16)
    yield ImageFile(
        "16_bits_gray.png", "16 bits", _cv2_png(rgb16[..., :1]), "valid", rgb16[..., :1]
    )
    for compression in (None, "zlib"):
        data = _tiff(rgb16, compression=compression)
        yield ImageFile(f"16_bits_{compression}.tif", "16 bits", data, "valid", rgb16)
    yield ImageFile("tiles.tif", "tiled TIFF", _tiff(rgb, tile=(16, 16)), "valid", rgb)
    yield ImageFile("planes.tif", "planar TIFF", _tiff(rgb, planarconfig="separate"), "valid", rgb)
    yield ImageFile("one_row.png", "smallest", encoded(rgb[:2, :2], "PNG"), "valid", rgb[:2, :2])
    # The name lies, the content does not: what is written follows the name.
    for content, suffix in (("JPEG", "png"), ("PNG", "tif"), ("WEBP", "bmp"), ("TIFF", "png")):
        lossy = content in ("JPEG", "WEBP")
        data = encoded(rgb, content)
        yield ImageFile(f"{content}_named.{suffix}", "wrong suffix", data, "valid", rgb, lossy)


def hostile_files(sound):
    """Yields an `ImageFile` of every kind that must be refused."""
    png = next(file.data for file in sound if file.name == "rgb_png_plain.png")
    texts = {
        "empty": b"",
        "text": b"no image\n",
        "html": b"<html><img/></html>",
        "zeros": bytes(999),
    }
    for name, data in texts.items():
        for suffix in ("png", "jpg", "tif", "webp", "bmp"):
            yield ImageFile(f"{name}.{suffix}", "no image", data, "refused")
    frames = [Image.new("RGB", (9, 8), (shade, 0, 0)) for shade in (0, 90, 180)]
    for suffix, image_format in (("png", "PNG"), ("webp", "WEBP"), ("tif", "TIFF")):
        buffer = io.BytesIO()
        frames[0].save(buffer, image_format, save_all=True, append_images=frames[1:])
        yield ImageFile(f"animated.{suffix}", "animated", buffer.getvalue(), "refused")
    gif = io.BytesIO()
    frames[0].save(gif, "GIF", save_all=True, append_images=frames[1:])
    yield ImageFile("gif_named.png", "animated", gif.getvalue(), "refused")
    floats = np.linspace(0, 1, 42 * 3, dtype=np.float32).reshape(6, 7, 3)
    for dtype in (np.float16, np.float32, np.float64, np.int16, np.uint32, np.int8):
        data = _tiff(floats.astype(dtype))
        yield ImageFile(f"{np.dtype(dtype).name}.tif", "float or signed", data, "refused")
    yield ImageFile("line.png", "one row", encoded(np.zeros((1, 9, 3), np.uint8), "PNG"), "refused")
    yield ImageFile("dot.bmp", "one row", encoded(np.zeros((1, 1, 3), np.uint8), "BMP"), "refused")
    yield from _bombs(png)


def _bombs(png):
    sides = {"wide": (2**31 - 1, 1), "square": (60_000, 60_000), "zero": (0, 5)}
    for name, (width, height) in sides.items():
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        data = _PNG_SIGNATURE + _chunk(b"IHDR", header) + png[33:]
        yield ImageFile(f"declared_{name}.png", "huge size", data, "refused")
    # Not only declared: every row of it is there, 200 kilobytes for 1.6 thousand million pixels.
    rows = zlib.compressobj(9)
    side = 40_000
    content = b"".join(rows.compress(bytes(side // 8 + 1)) for _ in range(side)) + rows.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    bomb = _PNG_SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", content) + _chunk(b"IEND")
    yield ImageFile("bomb.png", "bomb", bomb, "refused")
    webp = bytearray(encoded(np.zeros((16, 16, 3), np.uint8), "WEBP"))
    at = webp.index(b"\x9d\x01\x2a") + 3
    webp[at : at + 4] = struct.pack("<HH", 16_383, 16_383)
    yield ImageFile("declared.webp", "huge size", bytes(webp), "refused")
    jpeg = bytearray(encoded(np.zeros((16, 16, 3), np.uint8), "JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    yield ImageFile("declared.jpg", "huge size", bytes(jpeg), "refused")
    progressive = encoded(np.zeros((3000, 3000, 3), np.uint8), "JPEG", progressive=True)
    scan = progressive[progressive.rindex(b"\xff\xda") : -2]
    scans = progressive[:-2] + scan * 4000 + progressive[-2:]
    yield ImageFile("scans.jpg", "bomb", scans, "refused")
    bmp = bytearray(encoded(np.zeros((16, 16, 3), np.uint8), "BMP"))
    bmp[18:26] = struct.pack("<ii", 2**30, 2**30)
    yield ImageFile("declared.bmp", "huge size", bytes(bmp), "refused")
    tiff = _tiff(np.zeros((16, 16), np.uint8))
    for tag in (256, 257):
        at = tiff.index(struct.pack("<H", tag))
        tiff = tiff[: at + 2] + struct.pack("<HII", 4, 1, 500_000) + tiff[at + 12 :]
    yield ImageFile("declared.tif", "huge size", tiff, "refused")
    # What is beside the picture may be a bomb as well; the picture itself is sound.
    for kind in (b"iCCP", b"zTXt", b"iTXt"):
        prefix = b"x\0\0" if kind != b"iTXt" else b"x\0\1\0\0\0"
        swollen = prefix + zlib.compress(bytes(300_000_000), 9)
        data = png[:33] + _chunk(kind, swollen) + png[33:]
        yield ImageFile(f"swollen_{kind.decode()}.png", "bomb beside", data, "either")


def damaged_files(rng, sound, count):
    """Yields `count` copies of sound files with something wrong."""
    damages = list(_DAMAGES)
    for number in range(count):
        file = sound[rng.integers(len(sound))]
        kind = damages[number % len(damages)]
        data = _DAMAGES[kind](rng, bytearray(file.data))
        name = f"{number:05d}_{kind.replace(' ', '_')}_{file.name}"
        yield ImageFile(name, kind, bytes(data), "either")


def _flip_bits(rng, data):
    for position in rng.integers(len(data), size=rng.integers(1, 17)):
        data[position] ^= 1 << rng.integers(8)
    return data


def _flip_in_header(rng, data):
    for position in rng.integers(min(len(data), 200), size=rng.integers(1, 5)):
        data[position] = rng.integers(256)
    return data


def _truncate(rng, data):
    return data[: rng.integers(1, len(data))]


def _insert(rng, data):
    at, count = rng.integers(len(data)), rng.integers(1, 300)
    return data[:at] + rng.bytes(count) + data[at:]


def _zero(rng, data):
    at = rng.integers(len(data))
    end = min(len(data), at + rng.integers(1, 500))
    data[at:end] = bytes(end - at)
    return data


def _swap(rng, data):
    first, second = sorted(rng.integers(len(data), size=2))
    return data[second:] + data[first:second] + data[:first]


def _append(rng, data):
    return data + rng.bytes(rng.integers(1, 2000))


_DAMAGES = {
    "flipped bits": _flip_bits,
    "damaged header": _flip_in_header,
    "truncated": _truncate,
    "inserted bytes": _insert,
    "zeroed block": _zero,
    "swapped blocks": _swap,
    "appended bytes": _append,
}


def encoded(array, image_format, **options):
    """An image file by Pillow of a uint8 array, gray, RGB or either with alpha."""
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, image_format, **options)
    return buffer.getvalue()


def _picture(rng):
    """(37, 53, 3) uint8 that compresses like a photograph and is unlike its mirror images."""
    coarse = rng.integers(0, 256, (5, 7, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, (53, 37), interpolation=cv2.INTER_LINEAR)
    return np.clip(smooth + rng.normal(0, 1, smooth.shape), 0, 255).astype(np.uint8)


def _turned(upright_of_stored, orientation):
    # Pillow's numbering of what undoes each orientation, independent of the project's.
    methods = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    if orientation not in methods:
        return upright_of_stored
    return np.asarray(Image.fromarray(upright_of_stored).transpose(methods[orientation]))


def _exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block.tobytes()


def _profile():
    """A colour profile without the time at which it was made."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)
    return bytes(profile)


def _pillow_format(suffix):
    names = {"tif": "TIFF", "jpg": "JPEG", "jfif": "JPEG"}
    return names.get(suffix.lower(), suffix.upper())


def _saved(image, suffix):
    buffer = io.BytesIO()
    image.save(buffer, _pillow_format(suffix), **({"quality": 95} if suffix == "jpg" else {}))
    return buffer.getvalue()


def _cv2_png(array):
    return cv2.imencode(".png", array[..., ::-1])[1].tobytes()


def _tiff(array, **options):
    buffer = io.BytesIO()
    photometric = "rgb" if array.ndim == 3 else "minisblack"
    if options.get("planarconfig") == "separate":
        array = np.moveaxis(array, -1, 0)
    tifffile.imwrite(buffer, array, photometric=photometric, metadata=None, **options)
    return buffer.getvalue()


def _chunk(kind, content=b""):
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
