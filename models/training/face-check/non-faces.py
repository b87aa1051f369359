"""Draws and cuts images without a face: lettering, drawings of faces, textures, shapes, scenes, parts of faces.

python non-faces.py <out folder> [--portraits <folder>]

Scenes are cut from the images that scikit-image and scikit-learn ship; portraits (of the user's own) give parts of faces
that are much too near. Writes <out folder>/list.txt, shuffled.
"""

import argparse
import os
import random
from glob import glob

import numpy as np
import skimage
import sklearn
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SCENES = (
    "coffee.png gravel.png brick.png grass.png motorcycle_left.png motorcycle_right.png hubble_deep_field.jpg moon.png "
    "page.png text.png retina.jpg ihc.png rocket.jpg horse.png chelsea.png coins.png cell.png clock_motion.png logo.png"
).split()
LETTERS = "OoQ08B&@%eaxXHMWA:;()|-_=~.IlTUuVvYyCcDdGgRSs3569"


class Drawer:
    def __init__(self, folder):
        self.folder, self.paths = folder, []
        os.makedirs(folder, exist_ok=True)
        random.seed(3)
        self.random = np.random.default_rng(3)
        self.fonts = sorted(glob("/usr/share/fonts/**/*.?tf", recursive=True))

    def save(self, image, kind):
        path = os.path.join(self.folder, f"{len(self.paths):05d}-{kind}.jpg")
        image.convert("RGB").save(path, quality=random.randint(60, 95))
        self.paths.append(path)

    def colour(self):
        return tuple(int(value) for value in self.random.integers(0, 256, 3))

    def ground(self, width, height):
        """One colour that fades into another, with clouds and grain now and then."""
        first, second = np.array(self.colour(), float), np.array(self.colour(), float)
        tilt = self.random.random()
        y, x = np.mgrid[0:height, 0:width]
        share = (tilt * y / height + (1 - tilt) * x / width)[..., None]
        pixels = first * (1 - share) + second * share
        if self.random.random() < 0.5:
            clouds = self.random.normal(0, 1, (height // 16 + 2, width // 16 + 2)).astype(np.float32)
            clouds = np.array(Image.fromarray(clouds).resize((width, height), 3))
            pixels = pixels + clouds[..., None] * self.random.random() * 40
        if self.random.random() < 0.4:
            pixels = pixels + self.random.normal(0, self.random.random() * 15, pixels.shape)
        return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

    def lettering(self):
        width, height = random.choice([(640, 360), (480, 480), (320, 240), (800, 300)])
        image = self.ground(width, height)
        draw = ImageDraw.Draw(image)
        for _ in range(random.randint(1, 4)):
            text = "".join(random.choice(LETTERS) for _ in range(random.randint(1, 9)))
            font = ImageFont.truetype(random.choice(self.fonts), random.randint(20, height // 2))
            place = (random.randint(-20, width // 2), random.randint(0, int(height * 0.7)))
            stroke = random.choice([0, 0, 1, 3])
            draw.text(place, text, fill=self.colour(), font=font, stroke_width=stroke, stroke_fill=self.colour())
        return blurred(image, 0.4, 2)

    def drawing(self):
        """A smiley, a robot, a bear: whatever has two eyes and a mouth and was never a person."""
        side = random.choice([160, 240, 360])
        image = self.ground(side, side)
        draw = ImageDraw.Draw(image)
        cx, cy = side / 2 + random.gauss(0, side * 0.05), side / 2 + random.gauss(0, side * 0.05)
        r, fill, outline = side * random.uniform(0.2, 0.42), self.colour(), random.choice([None, (0, 0, 0)])
        if random.random() < 0.5:
            for sign in (-1, 1):
                if random.random() < 0.5:
                    oval(draw, cx + sign * r * 0.75, cy - r * 0.8, r * 0.35, r * 0.4, fill=fill, outline=outline)
                else:
                    x = cx + sign * r * 0.95
                    draw.polygon([(x, cy - r * 1.3), (cx + sign * r * 0.3, cy - r * 0.8), (x, cy - r * 0.3)], fill=fill)
        shape = random.random()
        if shape < 0.7:
            oval(draw, cx, cy, r * random.uniform(0.75, 1.1), r, fill=fill, outline=outline, width=random.randint(1, 6))
        elif shape < 0.9:
            draw.rounded_rectangle([cx - r * 0.9, cy - r, cx + r * 0.9, cy + r], r * 0.3, fill=fill, outline=outline)
        self.eyes(draw, cx, cy - r * random.uniform(0.1, 0.35), r)
        if random.random() < 0.6:
            nose = [r * random.uniform(0.05, 0.2), r * random.uniform(0.05, 0.15)]
            oval(draw, cx, cy + r * random.uniform(0.05, 0.25), *nose, fill=self.colour())
        self.mouth(draw, cx, cy + r * random.uniform(0.35, 0.6), r * random.uniform(0.2, 0.5))
        return blurred(image, 0.3, 3)

    def eyes(self, draw, cx, y, r):
        size, apart = r * random.uniform(0.06, 0.26), r * random.uniform(0.28, 0.45)
        white = random.choice([(255, 255, 255), (0, 0, 0), self.colour()])
        for sign in (-1, 1):
            x = cx + sign * apart
            oval(draw, x, y, size, size * random.uniform(0.7, 1.3), fill=white, outline=(0, 0, 0))
            oval(draw, x + random.gauss(0, 1), y, size * 0.45, size * 0.45, fill=random.choice([(0, 0, 0), self.colour()]))
        if random.random() < 0.4:
            for sign in (-1, 1):
                x, top = cx + sign * apart, y - size * 1.6
                ends = [x - size * 1.3, top + random.gauss(0, size * 0.4), x + size * 1.3, top + random.gauss(0, size * 0.4)]
                draw.line(ends, fill=(0, 0, 0), width=random.randint(2, 7))

    def mouth(self, draw, cx, y, width):
        kind = random.random()
        if kind < 0.5:
            angles = random.choice([(10, 170), (190, 350)])
            box = [cx - width, y - width * 0.7, cx + width, y + width * 0.5]
            draw.arc(box, *angles, fill=(0, 0, 0), width=random.randint(2, 8))
        elif kind < 0.8:
            oval(draw, cx, y, width * 0.7, width * random.uniform(0.2, 0.6), fill=self.colour(), outline=(0, 0, 0))
        else:
            draw.line([cx - width, y, cx + width, y], fill=(0, 0, 0), width=random.randint(2, 7))

    def texture(self):
        side, kind = random.choice([128, 200, 256]), random.randint(0, 5)
        y, x = np.mgrid[0:side, 0:side].astype(float)
        wave, phase, noise = self.random.uniform(0.02, 0.3), self.random.uniform(0, 6), self.random.normal
        if kind == 0:
            gray = 128 + 100 * np.sin(wave * x + phase) * np.cos(wave * y * self.random.uniform(0.5, 2))
        elif kind == 1:
            gray = 128 + 100 * np.sin(wave * np.hypot(x - side / 2 + noise(0, 20), y - side / 2) + phase)
        elif kind == 2:
            gray = 128 + 60 * np.sin(wave * x * 1.7 + np.sin(wave * y) * 3) + noise(0, 30, x.shape)
        elif kind == 3:
            gray = enlarged(noise(128, 60, (random.randint(4, 40),) * 2), side)
        elif kind == 4:
            gray = 128 + sum(enlarged(noise(0, 400 / size**0.7, (size, size)), side) for size in (4, 8, 16, 32, 64))
        else:
            gray = 128 + 80 * np.sign(np.sin(wave * x + phase) * np.sin(wave * y))
        tinted = np.stack([gray * self.random.uniform(0.6, 1.2) for _ in range(3)], -1)
        return blurred(Image.fromarray(np.clip(tinted, 0, 255).astype(np.uint8)), 1, 2.5)

    def shapes(self):
        image = self.ground(256, 256)
        draw = ImageDraw.Draw(image)
        for _ in range(random.randint(3, 25)):
            x, y, a, b = (random.uniform(*span) for span in [(0, 256), (0, 256), (5, 70), (5, 70)])
            kind = random.randint(0, 2)
            if kind == 0:
                oval(draw, x, y, a, b, fill=self.colour())
            elif kind == 1:
                draw.rectangle([x - a, y - b, x + a, y + b], fill=self.colour())
            else:
                draw.line([x, y, x + a * 2, y + b], fill=self.colour(), width=random.randint(1, 12))
        return blurred(image, 1, 4)

    def cut(self, image, smallest, largest):
        width, height = image.size
        side = int(min(width, height) * self.random.uniform(smallest, largest))
        left, top = random.randint(0, width - side), random.randint(0, height - side)
        return image.crop((left, top, left + side, top + side)).resize((random.choice([120, 200, 300]),) * 2)


def oval(draw, cx, cy, rx, ry, **style):
    draw.ellipse([cx - rx, cy - ry, cx + rx, cy + ry], **style)


def enlarged(noise, side):
    return np.array(Image.fromarray(noise.astype(np.float32)).resize((side, side), 3))


def blurred(image, share, most):
    return image.filter(ImageFilter.GaussianBlur(random.random() * most)) if random.random() < share else image


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out")
    arguments.add_argument("--portraits")
    options = arguments.parse_args()
    drawer = Drawer(options.out)
    for draw, count in [(drawer.lettering, 500), (drawer.drawing, 450), (drawer.texture, 350), (drawer.shapes, 250)]:
        for _ in range(count):
            drawer.save(draw(), draw.__name__)
    shipped = [os.path.join(os.path.dirname(skimage.__file__), "data", name) for name in SCENES]
    shipped += glob(os.path.join(os.path.dirname(sklearn.__file__), "datasets", "images", "*.jpg"))
    for path in shipped:
        scene = Image.open(path).convert("RGB")
        for _ in range(40):
            part = drawer.cut(scene, 0.15, 0.9)
            drawer.save(part.rotate(random.choice([0, 0, 90, 180, 270])), "scene")
    for path in sorted(glob(os.path.join(options.portraits, "*"))) if options.portraits else []:
        portrait = Image.open(path).convert("RGB")
        for _ in range(2):
            drawer.save(drawer.cut(portrait, 0.14, 0.34), "part")
    random.shuffle(drawer.paths)
    with open(os.path.join(options.out, "list.txt"), "w", encoding="utf-8") as file:
        file.write("\n".join(drawer.paths))


if __name__ == "__main__":
    main()
