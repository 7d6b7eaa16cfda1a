"""What happens while a run goes on, one idea per file, as Keras callbacks.

They come in the order of `tfdeblur.training.loop`; each can put values into the logs
for those after it and for the progress bar.
"""
