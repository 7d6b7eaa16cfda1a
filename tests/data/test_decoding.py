"""Pairs are decoded to what everybody else sees."""

import numpy as np
import pytest
from PIL import Image

from tfdeblur.data import evaluation_pairs, folder_pairs
from tfdeblur.data.decoding import decode_image
from tfdeblur.images.reader import read_image
from tfdeblur.metrics import psnr
from tfdeblur.ops.image_range import to_unit_range

# PSNR by Pillow of the pairs with which the fast transform was reported.
REPORTED_DB = (20.485343, 27.089312, 19.935453, 20.854096)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpegs_are_decoded_as_by_deblur(rng, tmp_path, mode, progressive):
    for size in ((17, 23), (40, 33), (1, 1)):
        noise = np.clip(rng.normal(128, 60, (*size, 3)), 0, 255).astype(np.uint8)
        for quality in (10, 75, 100):
            for subsampling in (0, 1, 2):
                path = tmp_path / "a.jpg"
                options = {} if mode == "L" else {"subsampling": subsampling}
                Image.fromarray(noise).convert(mode).save(
                    path, quality=quality, progressive=progressive, **options
                )
                expected = np.broadcast_to(read_image(path).pixels, (*size, 3))
                np.testing.assert_array_equal(decode_image(path.read_bytes()), expected)
                deep = decode_image(path.read_bytes(), "uint16")
                np.testing.assert_array_equal(deep, expected.astype(np.uint16) * 257)


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "JPEG"])
def test_folder_pairs_are_what_deblur_reads(rng, tmp_path, file_format):
    suffix = {"PNG": ".png", "BMP": ".bmp", "JPEG": ".jpg"}[file_format]
    for side in ("input", "target"):
        (tmp_path / side).mkdir()
        noise = rng.integers(0, 256, (20, 30, 3)).astype(np.uint8)
        Image.fromarray(noise).save(tmp_path / side / f"a{suffix}")
    [pair] = evaluation_pairs(folder_pairs(tmp_path)).as_numpy_iterator()
    for side, folder in (("blur", "input"), ("sharp", "target")):
        expected = read_image(tmp_path / folder / f"a{suffix}").pixels
        np.testing.assert_array_equal(pair[side], expected)


@pytest.mark.reference
def test_psnr_of_reported_jpeg_pairs(reference_data):
    source = folder_pairs(reference_data / "reports" / "jpeg_pairs")
    for pair, expected in zip(
        evaluation_pairs(source).as_numpy_iterator(), REPORTED_DB, strict=True
    ):
        blur, sharp = (to_unit_range(pair[side][None]) for side in ("blur", "sharp"))
        assert float(psnr(blur, sharp)[0]) == pytest.approx(expected, abs=1e-4)
