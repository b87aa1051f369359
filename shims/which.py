"""Prints which version of each named package this Python has, without importing it, as one line of JSON."""

import importlib.metadata
import json
import sys


def version_of(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


print(json.dumps({"python": sys.executable, "packages": {name: version_of(name) for name in sys.argv[1:]}}))
