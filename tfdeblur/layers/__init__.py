"""Building blocks of the networks; each file is one idea of the papers."""

from tfdeblur.layers.conv_pair import ConvPair
from tfdeblur.layers.decoder import Decoder
from tfdeblur.layers.dense_module import DenseModule
from tfdeblur.layers.downsampling import DownsamplingConv
from tfdeblur.layers.encoder import Encoder
from tfdeblur.layers.nafnet_block import NAFBlock
from tfdeblur.layers.nested_module import NestedModule
from tfdeblur.layers.plain_module import PlainModule
from tfdeblur.layers.residual_block import ResidualBlock
from tfdeblur.layers.residual_module import ResidualModule

__all__ = [
    "ConvPair",
    "Decoder",
    "DenseModule",
    "DownsamplingConv",
    "Encoder",
    "NAFBlock",
    "NestedModule",
    "PlainModule",
    "ResidualBlock",
    "ResidualModule",
]
