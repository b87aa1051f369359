"""Measures images with Py-Feat. Written against py-feat 0.6.2 (Detector) and 2.1.5 (Detectorv2)."""

from job import run_job


def load(job):
    detector = create_detector(job["device"])

    def measure(path):
        if hasattr(detector, "detect"):
            return detector.detect([path], data_type="image", batch_size=1)
        return detector.detect_image([path], batch_size=1)

    return measure


def create_detector(device):
    try:
        from feat import Detectorv2
    except ImportError:
        from feat import Detector

        return Detector(device=device)
    # Identities are not asked for, and their weights are the largest download.
    return Detectorv2(device=device, identity_model=None)


if __name__ == "__main__":
    run_job(load)
