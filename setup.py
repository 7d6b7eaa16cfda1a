"""Which folders are the package: setup.cfg cannot find them, because two are mapped into it.

gin/ and tfds_builders/ lie at the top, where people look for them, and are installed as
tfdeblur.gin and tfdeblur.tfds_builders. All else is in setup.cfg.
"""

from setuptools import find_packages, setup

builders = find_packages(include=["tfds_builders*"])
setup(
    packages=[
        *find_packages(include=["tfdeblur*"]),
        "tfdeblur.gin",
        *(f"tfdeblur.{name}" for name in builders),
    ],
    package_dir={"tfdeblur.gin": "gin", "tfdeblur.tfds_builders": "tfds_builders"},
)
