"""Evaluation on whole collections of pairs: figures per image, their means, and a report."""

from tfdeblur.evaluation.whole_set import evaluate

__all__ = ["evaluate"]
