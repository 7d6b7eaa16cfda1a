"""Where a run stands, shared by its callbacks."""

import dataclasses


@dataclasses.dataclass
class Progress:
    """Where a run stands.

    Attributes:
      step: steps done in all, those before an interruption included.
      total_steps: of the whole run.
      interrupted: whether the run was asked to stop before its end.
    """

    step: int
    total_steps: int
    interrupted: bool = False
