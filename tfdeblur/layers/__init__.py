"""Building blocks of the networks; each file is one idea of the papers."""

from tfdeblur.layers.decoder import Decoder
from tfdeblur.layers.downsampling import DownsamplingConv
from tfdeblur.layers.encoder import Encoder
from tfdeblur.layers.residual_block import ResidualBlock

__all__ = ["Decoder", "DownsamplingConv", "Encoder", "ResidualBlock"]
