"""Videos, a file at a time: decoded, restored and encoded in constant memory.

`deblur_video` in `pipeline` puts together the others, one idea a file. They need the
extra `video`; `containers` alone does not.
"""
