"""Measures images with LibreFace, one face each. Written against libreface 0.2.0.

Its command line prints errors and goes on, and looks for its weights in the current folder: this calls the functions
behind it, which raise, and names the folder.
"""

import os
import tempfile

from job import run_job


def load(job):
    import libreface
    import pandas

    def measure(path):
        with tempfile.TemporaryDirectory(dir=os.path.dirname(job["out"])) as folder:
            try:
                found = libreface.get_facial_attributes_image(
                    path, temp_dir=folder, device=job["device"], weights_download_dir=job["weights"]
                )
            except RuntimeError as error:
                if "No face landmarks" in str(error):
                    return None
                raise
        row = {key: value for key, value in found.items() if key not in ("detected_aus", "au_intensities")}
        return pandas.DataFrame([{**row, **found["detected_aus"], **found["au_intensities"]}])

    return measure


if __name__ == "__main__":
    run_job(load)
