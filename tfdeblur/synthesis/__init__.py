"""Blur synthesis: sharp frames, or one sharp image, to pairs of blurred and sharp images.

Plain NumPy and OpenCV. Two roads lead to a pair. From high-frame-rate video,
`averaging` takes the mean of n consecutive frames in linear light ("the
procedures of Nah et al."), `guidelines` and `ghosting` measure whether the result
is worth keeping. From one sharp image, `scene` moves a camera along a
`trajectory` and objects before a background, and `synthesis` averages what the
sensor sees and adds what a real one does to it.

References:
  [Nah17] Nah, Kim and Lee: Deep Multi-scale Convolutional Neural Network for
    Dynamic Scene Deblurring. CVPR 2017, Sec. 2.
  [Gao19] Gao, Tao, Shen and Jia: Dynamic Scene Deblurring with Parameter
    Selective Sharing and Nested Skip Connections. CVPR 2019, Sec. 4.
"""
