"""Where a run stands, shared by its callbacks."""

import dataclasses


@dataclasses.dataclass
class Progress:
    """Where a run stands.

    Attributes:
      step: steps done in all, those before an interruption included.
      total_steps: of the whole run.
      interrupted: whether the run was asked to stop before its end.
      epoch_is_cut: whether the present epoch ends early for that.
    """

    step: int
    total_steps: int
    interrupted: bool = False
    epoch_is_cut: bool = False
