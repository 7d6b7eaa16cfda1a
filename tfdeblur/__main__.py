"""`python -m tfdeblur`: the same as the console script `tfdeblur`."""

import sys

from tfdeblur.cli import main

sys.exit(main())
