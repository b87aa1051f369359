/** Things drawn over a face: where they lie, by the face's own mesh, and how they are painted. */
import sharp from "sharp";

/** Mesh points of the ten parts, in the order of the network's outputs; right and left are the subject's own. */
export const PARTS = {
  "right brow": [70, 63, 105, 66, 107, 55, 65, 52, 53, 46],
  "left brow": [300, 293, 334, 296, 336, 285, 295, 282, 283, 276],
  "right eye": [33, 160, 158, 133, 153, 144, 159, 145],
  "left eye": [362, 385, 387, 263, 373, 380, 386, 374],
  nose: [1, 4, 5, 195, 197, 48, 278, 98, 327, 2],
  "right cheek": [50, 101, 205, 187, 36, 123, 147],
  "left cheek": [280, 330, 425, 411, 266, 352, 376],
  "right mouth": [61, 40, 39, 37, 91, 181, 84, 146],
  "left mouth": [291, 270, 269, 267, 321, 405, 314, 375],
  chin: [152, 148, 377, 176, 400, 199, 200, 18],
};

export const point = (mesh, index) => [mesh[index * 3], mesh[index * 3 + 1]];

/** Share of each part's points that lie inside any of the polygons. */
export function coveredShares(mesh, polygons) {
  return Object.values(PARTS).map(
    (points) =>
      points.filter((index) => polygons.some((polygon) => isInside(point(mesh, index), polygon))).length /
      points.length,
  );
}

function isInside([x, y], polygon) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

const CIRCLE = 2 * Math.PI;

/** Draws one occlusion at random: mask, lower or upper half, side, sunglasses, hand, hair or block. */
export function drawOcclusion(mesh, random) {
  const [right, left, chin] = [33, 263, 152].map((index) => point(mesh, index));
  const across = [left[0] - right[0], left[1] - right[1]];
  const unit = Math.hypot(...across);
  const ex = [across[0] / unit, across[1] / unit];
  const ey = [-ex[1], ex[0]];
  const middle = [(right[0] + left[0]) / 2, (right[1] + left[1]) / 2];
  const height = (chin[0] - middle[0]) * ey[0] + (chin[1] - middle[1]) * ey[1];
  /** x in distances of the outer eye corners, y from 0 (eyes) to 1 (chin). */
  const at = (x, y) => [
    middle[0] + ex[0] * x * unit + ey[0] * y * height,
    middle[1] + ex[1] * x * unit + ey[1] * y * height,
  ];
  const { between, normal, sign } = random;
  const oval = (cx, cy, rx, ry, corners) =>
    Array.from({ length: corners }, (_, i) =>
      at(cx + rx * Math.cos((i / corners) * CIRCLE), cy + ry * Math.sin((i / corners) * CIRCLE)),
    );
  const band = (y, to) => [at(-1.4, y + normal(0.05)), at(1.4, y + normal(0.05)), at(1.4, to), at(-1.4, to)];
  const drawings = {
    mask() {
      const top = between(0.28, 0.63);
      const edge = [at(-0.85, top + 0.1), at(-0.4, top), at(0, top - 0.08), at(0.4, top), at(0.85, top + 0.1)];
      return [[...edge, at(0.72, 0.8), at(0.35, 1.12), at(0, between(1.2, 1.4)), at(-0.35, 1.12), at(-0.72, 0.8)]];
    },
    lower: () => [band(between(0.2, 0.7), 1.8)],
    upper: () => [band(between(-0.2, 0.4), -1.6)],
    side() {
      const [s, x] = [sign(), normal(0.18)];
      return [[at(x, -1.6), at(x + normal(0.1), 1.8), at(s * 1.6, 1.8), at(s * 1.6, -1.6)]];
    },
    glasses() {
      const [width, depth, y] = [between(0.33, 0.43), between(0.13, 0.25), 0.02 + normal(0.03)];
      const bridge = [at(-0.1, y - 0.03), at(0.1, y - 0.03), at(0.1, y + 0.02), at(-0.1, y + 0.02)];
      return [oval(-0.36, y, width, depth, 14), oval(0.36, y, width, depth, 14), bridge];
    },
    hand() {
      const [cx, cy, r, turn] = [normal(0.45), between(-0.2, 0.95), between(0.28, 0.58), between(0, CIRCLE)];
      const [dx, dy] = [Math.cos(turn), Math.sin(turn)];
      const fingers = [-1.5, -0.5, 0.5, 1.5].map((finger) => {
        const [x, y, w, l] = [cx - dy * finger * r * 0.45, cy + dx * finger * r * 0.45, r * 0.2, r * 1.6];
        return [
          at(x + dy * w, y - dx * w),
          at(x + dx * l + dy * w, y + dy * l - dx * w),
          at(x + dx * l * 1.1, y + dy * l * 1.1),
          at(x + dx * l - dy * w, y + dy * l + dx * w),
          at(x - dy * w, y + dx * w),
        ];
      });
      return [oval(cx, cy, r * 1.1, r * 0.8, 12), ...fingers];
    },
    hair() {
      const s = sign();
      const fringe = between(0, 1) < 0.4 ? 0.1 : -0.15;
      const outline = [at(-s * between(0.2, 0.8), -1.4), at(-s * 0.1 + normal(0.2), -0.45)];
      return [
        [
          ...outline,
          at(s * between(0.2, 0.4), fringe),
          at(s * between(0.35, 0.55), between(0.35, 0.95)),
          at(s * 1.5, 1),
          at(s * 1.5, -1.5),
        ],
      ];
    },
    block() {
      const [cx, cy, w, h] = [normal(0.5), 0.3 + normal(0.5), between(0.25, 0.65), between(0.2, 0.6)];
      return [[at(cx - w, cy - h), at(cx + w, cy - h), at(cx + w, cy + h), at(cx - w, cy + h)]];
    },
  };
  const kind = random.oneOf([
    "mask",
    "mask",
    "lower",
    "upper",
    "side",
    "glasses",
    "glasses",
    "hand",
    "hand",
    "hair",
    "block",
  ]);
  return { kind, polygons: drawings[kind]() };
}

/** Paints an occlusion onto an image: one colour that fades into another, streaks, soft edges, grain. */
export async function paint(source, { kind, polygons }, skin, random) {
  const { widthPx, heightPx } = source;
  const { between, normal } = random;
  const colour = colourOf(kind, skin, random);
  const faded = colour.map((value) => value * between(0.6, 1.3));
  const streaks = Array.from({ length: kind === "hair" ? 40 : Math.floor(between(0, 7)) }, () => {
    const shade = css(colour.map((value) => value * between(0.6, 1.3)));
    const [x1, x2, y1, y2] = [between(0, widthPx), between(0, widthPx), between(0, heightPx), between(0, heightPx)];
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${shade}" stroke-width="${between(1, 1 + widthPx / 60)}"/>`;
  });
  const slope = between(0, 1);
  const shapes = polygons.map((polygon) => `<polygon points="${polygon.map((xy) => xy.join(",")).join(" ")}"/>`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}"><defs>
    <linearGradient id="g" x1="0" y1="0" x2="${slope}" y2="${1 - slope}"><stop offset="0" stop-color="${css(colour)}"/><stop offset="1" stop-color="${css(faded)}"/></linearGradient>
    <clipPath id="c">${shapes.join("")}</clipPath></defs>
    <g clip-path="url(#c)"><rect width="${widthPx}" height="${heightPx}" fill="url(#g)"/>${streaks.join("")}</g></svg>`;
  const soft = between(0, 1) < 0.5 ? 0.4 + between(0, widthPx / 150) : 0;
  const flat = sharp(Buffer.from(svg)).resize(widthPx, heightPx).ensureAlpha();
  const layer = await (soft > 0 ? flat.blur(soft) : flat).raw().toBuffer();
  const grain = between(0, 1) < 0.6 ? between(0, 18) : 0;
  const rgb = Uint8Array.from(source.rgb);
  for (let i = 0; i < widthPx * heightPx; i++) {
    const alpha = layer[i * 4 + 3] / 255;
    if (alpha === 0) continue;
    const noise = normal(grain);
    for (let c = 0; c < 3; c++) {
      rgb[i * 3 + c] = Math.min(255, Math.max(0, (1 - alpha) * rgb[i * 3 + c] + alpha * (layer[i * 4 + c] + noise)));
    }
  }
  return { rgb, widthPx, heightPx };
}

function colourOf(kind, skin, { between }) {
  if (kind === "hand") {
    const shade = between(0.75, 1.25);
    return skin.map((value) => value * shade);
  }
  if (kind === "hair" || kind === "glasses") return [1, 0.85, 0.7].map((value) => value * between(0, 110));
  const choice = between(0, 1);
  if (choice < 0.3) return [between(150, 230), between(200, 240), 230]; // a surgical mask
  if (choice < 0.5) return Array(3).fill(between(0, 60));
  if (choice < 0.7) return Array(3).fill(between(190, 255));
  return [between(0, 255), between(0, 255), between(0, 255)];
}

const css = (colour) => `rgb(${colour.map((value) => Math.round(Math.min(255, Math.max(0, value)))).join(",")})`;
