"""How near restored images are to sharp ones: PSNR and three definitions of SSIM.

Each is a function of two batches, giving a value per image, and a Keras metric of
the same name, giving the mean over images. Values are used as they come: clip and
quantise first (`tfdeblur.ops.image_range.quantise`).
"""

from tfdeblur.metrics.psnr import PSNR, psnr
from tfdeblur.metrics.ssim_gaussian import SSIMGaussian, ssim_gaussian
from tfdeblur.metrics.ssim_matlab3d import SSIMMatlab3d, ssim_matlab3d
from tfdeblur.metrics.ssim_skimage import SSIMSkimage, ssim_skimage

__all__ = [
    "PSNR",
    "SSIMGaussian",
    "SSIMMatlab3d",
    "SSIMSkimage",
    "psnr",
    "ssim_gaussian",
    "ssim_matlab3d",
    "ssim_skimage",
]
