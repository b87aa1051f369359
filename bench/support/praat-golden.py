"""What Praat makes of mono sounds at 16 kHz, for test/voice/praat.json and bench/voice-golden.mjs.

Each file given is raw float32. Prints one JSON object: for each file pitch of each frame (0 where there is no voice), mean
harmonics-to-noise ratio and mean intensity. Needs praat-parselmouth (PyPI).
"""
import json
import sys
from pathlib import Path

import numpy
import parselmouth

RATE, STEP, WINDOW = 16000, 160, 640


def figures(path):
    samples = numpy.fromfile(path, dtype="<f4").astype(float)
    # Frames then lie where they lie in ours; two samples more, as Praat rounds the number of frames down.
    frames = (len(samples) - WINDOW) // STEP
    samples = numpy.append(samples, [0, 0])[: WINDOW + STEP * frames + 2]
    sound = parselmouth.Sound(samples, RATE)
    pitch = sound.to_pitch_ac(0.01, 75, 15, False, 0.03, 0.45, 0.01, 0.35, 0.14, 600)
    hz = pitch.selected_array["frequency"]
    # Its window is longer: it begins some frames later. Below -199 Praat calls a frame silent.
    harmonicity = sound.to_harmonicity_ac(0.01, 75, 0.1, 4.5)
    first = round((harmonicity.x1 - pitch.x1) / 0.01)
    decibels = harmonicity.values[0]
    decibels = decibels[(hz[first : first + len(decibels)] > 0) & (decibels > -199)]
    # Praat takes full scale for 1 Pa; 20 micropascal is 0 dB.
    level = 10 * numpy.log10(numpy.mean(samples**2) / 2e-5**2)
    assert abs(level - sound.get_intensity()) < 0.01
    return {
        "pitchHz": [round(float(hz), 3) for hz in hz],
        "harmonicityDb": round(float(decibels.mean()), 3),
        "levelDb": round(float(sound.get_intensity() - 20 * numpy.log10(1 / 2e-5)), 3),
    }


tool = f"Praat {parselmouth.PRAAT_VERSION} (PyPI praat-parselmouth {parselmouth.VERSION})"
print(json.dumps({"origin": tool, "sounds": {Path(path).stem: figures(path) for path in sys.argv[1:]}}))
