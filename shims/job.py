"""What the shims have in common: the job they are given, and what they leave behind for each image.

Kuleshov starts a shim with the path of a job file:
    {"images": [{"stem": "0000", "path": "run/in/0000.png"}], "out": "run/out", "device": "cpu", "weights": "..."}
For each image the shim writes one of
    <stem>.csv        the toolbox's own table
    <stem>.noface     the toolbox looked and saw no face
    <stem>.error      one line that says what went wrong
under a temporary name first, so that a file that is there is whole.
"""

import json
import os
import sys


def run_job(load):
    """Loads the toolbox once and has it measure every image of the job.

    load(job) returns a function from the path of an image to a pandas.DataFrame, or None where there is no face.
    """
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    measure = load(job)
    for image in job["images"]:
        target = os.path.join(job["out"], image["stem"])
        try:
            table = measure(image["path"])
        except Exception as error:  # one image's trouble must not cost the others their result
            leave(target + ".error", f"{type(error).__name__}: {error}")
            continue
        if table is None:
            leave(target + ".noface", "")
        else:
            leave(target + ".csv", table.to_csv(index=False))


def leave(path, text):
    with open(path + ".part", "w", encoding="utf-8", newline="") as file:
        file.write(text)
    os.replace(path + ".part", path)
