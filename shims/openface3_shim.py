"""Measures images with OpenFace 3. Written against openface-test 0.1.26.

Its command line loads every network again for each image, and measures only the first face of an image, whose numbers it
repeats for the others: this loads the networks once and measures each face by itself.
"""

import os

from job import run_job

LEAST_CONFIDENCE = 0.5


def load(job):
    import cv2
    import pandas
    from openface.face_detection import FaceDetector
    from openface.multitask_model import MultitaskPredictor

    weights = job["weights"]
    detector = FaceDetector(model_path=os.path.join(weights, "Alignment_RetinaFace.pth"), device=job["device"])
    predictor = MultitaskPredictor(model_path=os.path.join(weights, "MTL_backbone.pth"), device=job["device"])

    def measure(path):
        image = cv2.imread(path)
        if image is None:
            raise ValueError("OpenCV cannot read the image")
        _, detections = detector.get_face(path)
        rows = [row_of(image, detection) for detection in (detections if detections is not None else [])]
        rows = [row for row in rows if row is not None]
        for number, row in enumerate(rows):
            row["image_path"] = path
            row["face_id"] = number
        return pandas.DataFrame(rows) if rows else None

    def row_of(image, detection):
        left, top, right, bottom = (max(0, int(edge)) for edge in detection[:4])
        face = image[top:bottom, left:right]
        if detection[4] < LEAST_CONFIDENCE or face.size == 0:
            return None
        emotion, gaze, units = predictor.predict(face)
        return {
            "face_detection": detection.tolist(),
            "emotion": int(emotion.argmax(dim=1).item()),
            "gaze_yaw": float(gaze[0][0]),
            "gaze_pitch": float(gaze[0][1]),
            "action_units": units.tolist(),
        }

    return measure


if __name__ == "__main__":
    run_job(load)
