// Who is known again after 5 s out of sight, and who is taken for somebody else: people of dependencies' photographs, each
// seen for a moment, gone, and back as the same image changed (smaller, blurred, darker, tilted, turned round, walking in).
// Each comes back to all people of the photograph, and as a stranger after the others alone were there. No ffmpeg is needed.
//   node bench/returns.mjs [folder of portraits] [every n-th] [--tell]    (npm run build first)
import { readdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { createFaceIdentity } from "../dist/src/adapters/mesh/face-identity.js";
import { createMeshToolbox } from "../dist/src/adapters/mesh/mesh-toolbox.js";
import { createVideoTracker } from "../dist/src/study/video-tracker.js";
import { figure } from "./support/figures.mjs";
import { openPhoto } from "./support/made-clips.mjs";

const [FRAME, SIDE, FPS, AWAY_S] = [{ width: 640, height: 480 }, 320, 5, 5];
const [folder, every = 1] = process.argv.slice(2).filter((word) => word !== "--tell");
const toolbox = await createMeshToolbox({ workers: 1 });
const real = await createFaceIdentity();

/** Frames of one visit: what becomes of the portrait, and where its left edge is. */
const still = (change, lefts = [150, 156, 162]) => lefts.map((left) => ({ change, left }));
const scaled = (side) => (portrait) => portrait.resize(side, side);
const VISITS = {
  "as before": still((portrait) => portrait),
  elsewhere: still((portrait) => portrait, [290, 296, 302]),
  "half as large": still(scaled(SIDE / 2)),
  "a third as large": still(scaled(Math.round(SIDE / 3))),
  blurred: still((portrait) => portrait.blur(3)),
  brighter: still((portrait) => portrait.linear(1.3, 20)),
  darker: still((portrait) => portrait.linear(0.55, 0)),
  "tilted by 20 degrees": still((portrait) => portrait.rotate(20, { background: "#777" })),
  "facing the other way": still((portrait) => portrait.flop()),
  "narrowed by a quarter": still((portrait) => portrait.resize(Math.round(0.75 * SIDE), SIDE, { fit: "fill" })),
  "walks in": still((portrait) => portrait, [-170, -120, -70, -10, 60]),
  "smeared, then sharp": [8, 5, 0, 0].map((sigma) => ({
    change: (portrait) => (sigma === 0 ? portrait : portrait.blur(sigma)),
    left: 150,
  })),
};

/** What a camera would see of it, measured. */
async function visit(portrait, frames) {
  const seen = [];
  for (const { change, left } of frames) {
    const upright = sharp(await change(sharp(portrait)).png().toBuffer()).resize({
      width: FRAME.height,
      height: FRAME.height,
      fit: "inside",
      withoutEnlargement: true,
    });
    const shown = await upright
      .extract({ left: Math.max(0, -left), top: 0, ...(await roomOf(upright, left)) })
      .toBuffer();
    const canvas = sharp({ create: { ...FRAME, channels: 3, background: "#777" } });
    const coded = await canvas
      .composite([{ input: shown, left: Math.max(0, left), top: 40 }])
      .jpeg({ quality: 70 })
      .toBuffer();
    const { data, info } = await sharp(coded).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const image = {
      rgb: new Uint8Array(data),
      widthPx: info.width,
      heightPx: info.height,
      path: "made",
      sha256: "made",
    };
    const faces = (await toolbox.measure(image)).map((one, at) => ({
      faceId: `F${at + 1}`,
      box: one.box,
      measurements: [one],
    }));
    seen.push({ image, faces, looks: new Map() });
  }
  return seen;
}

async function roomOf(upright, left) {
  const { width, height } = (await upright.toBuffer({ resolveWithObject: true })).info;
  return {
    width: Math.min(width + Math.min(0, left), FRAME.width - Math.max(0, left)),
    height: Math.min(height, FRAME.height - 40),
  };
}

/** Each face is described once, however often it is tried. */
const identity = {
  ...{ network: real.network, samePersonUpTo: real.samePersonUpTo },
  async describe(image, face) {
    const looks = identity.looks;
    const key = face.measurements[0];
    if (!looks.has(key)) looks.set(key, await real.describe(image, face));
    return looks.get(key);
  },
  looks: new Map(),
};

/** Ids through visits, of which each is a list of frames and comes 5 s after the one before. */
async function idsThrough(visits) {
  const input = { key: "made", path: "made", kind: "video", neutralPath: null, refusal: null };
  const tracker = createVideoTracker(input, {
    tools: { toolboxes: [toolbox], identity },
    neutral: null,
    progress: undefined,
  });
  const ids = [];
  let [index, timestampS] = [0, 0];
  for (const frames of visits) {
    ids.push([]);
    for (const { image, faces } of frames) {
      const outcome = { path: "made", measured: { image: { ...image, frame: { index, timestampS } }, faces } };
      const followed = await tracker.follow(outcome);
      ids.at(-1).push(followed.measured.faces.map(({ trackId }) => trackId));
      [index, timestampS] = [index + 1, timestampS + 1 / FPS];
    }
    timestampS += AWAY_S;
  }
  return ids;
}

/** First and last id of who comes after those who were there before, and the ids of these. */
async function idsOfReturn(before, back) {
  const ids = await idsThrough([...before, back]);
  const seen = ids.at(-1).filter((one) => one.length > 0);
  return [seen[0][0], seen.at(-1)[0], ids.slice(0, -1).map((one) => one.at(-1)[0])];
}

/** Everybody's portraits, in groups of people who are certainly not one. */
async function groups() {
  if (folder !== undefined) {
    const names = readdirSync(folder)
      .sort()
      .filter((_, at) => at % Number(every) === 0);
    const portraits = [];
    for (const name of names)
      portraits.push({ name, png: await sharp(join(folder, name)).removeAlpha().resize(SIDE, SIDE).png().toBuffer() });
    return Array.from({ length: Math.floor(portraits.length / 5) }, (_, at) =>
      portraits.filter((_one, i) => i % Math.floor(portraits.length / 5) === at),
    );
  }
  const made = [];
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const photo = await openPhoto(number, toolbox);
    const group = [];
    for (const [at, { leftPx, topPx, widthPx, heightPx }] of photo.faces.entries()) {
      const side = Math.floor(Math.min(1.9 * heightPx, photo.widthPx, photo.heightPx));
      const [left, top] = [leftPx + widthPx / 2 - side / 2, topPx + heightPx / 2 - side / 2].map(Math.round);
      const part = {
        left: Math.min(Math.max(0, left), photo.widthPx - side),
        top: Math.min(Math.max(0, top), photo.heightPx - side),
      };
      const png = await sharp(photo.path)
        .extract({ ...part, width: side, height: side })
        .resize(SIDE, SIDE)
        .png()
        .toBuffer();
      group.push({ name: `${number}-${at}`, png });
    }
    made.push(group);
  }
  return made;
}

const counts = new Map();
const count = (kind) =>
  counts.get(kind) ??
  counts.set(kind, { returns: 0, first: 0, last: 0, wrong: 0, unseen: 0, strangers: 0, taken: 0 }).get(kind);
const told = [];
for (const group of await groups()) {
  const visits = new Map();
  for (const { name, png } of group) {
    for (const [kind, frames] of Object.entries(VISITS)) visits.set(`${name} ${kind}`, await visit(png, frames));
  }
  const of = ({ name }, kind) => visits.get(`${name} ${kind}`);
  const oneFace = (frames) =>
    frames.every(({ faces }) => faces.length <= 1) && frames.some(({ faces }) => faces.length === 1);
  const whole = group.filter((one) => of(one, "as before").every(({ faces }) => faces.length === 1));
  for (const kind of Object.keys(VISITS)) {
    for (const who of whole) {
      const [back, own] = [of(who, kind), count(kind)];
      if (!oneFace(back)) {
        own.unseen += 1;
        continue;
      }
      const others = whole.filter((one) => one !== who);
      const [first, last, ids] = await idsOfReturn(
        whole.map((one) => of(one, "as before")),
        back,
      );
      const isOf = (one) => [first, last].includes(ids[whole.indexOf(one)]);
      const isFirst = first === ids[whole.indexOf(who)];
      own.returns += 1;
      if (isFirst) own.first += 1;
      if (last === ids[whole.indexOf(who)]) own.last += 1;
      if (others.some(isOf)) own.wrong += 1;
      if (!isFirst) told.push(`${who.name} ${kind}: ${first} then ${last}, was ${ids[whole.indexOf(who)]}`);
      const [asFirst, asLast, before] = await idsOfReturn(
        others.map((one) => of(one, "as before")),
        back,
      );
      const taken = others.filter((_one, at) => [asFirst, asLast].includes(before[at]));
      own.strangers += 1;
      if (taken.length > 0) own.taken += 1;
      if (taken.length > 0)
        told.push(`${who.name} ${kind}: a stranger, taken for ${taken.map(({ name }) => name).join(", ")}`);
    }
  }
  identity.looks.clear();
}
await Promise.all([toolbox.close(), real.close()]);

const all = { returns: 0, first: 0, last: 0, wrong: 0, unseen: 0, strangers: 0, taken: 0 };
const sentence = ({ returns, first, last, wrong, strangers, taken, unseen }) =>
  `${first} of ${returns} returns known at first sight, ${last} at last, ${wrong} taken for another; ${taken} of ${strangers} strangers taken for somebody${unseen > 0 ? ` (${unseen} not found as one face)` : ""}`;
for (const [kind, own] of counts) {
  for (const name of Object.keys(all)) all[name] += own[name];
  console.log(`${kind}: ${sentence(own)}`);
}
if (process.argv.includes("--tell")) for (const line of new Set(told)) console.log(`  ${line}`);
console.log(`all: ${sentence(all)}`);
const share = all.first / all.returns;
figure("known at first sight after 5 s", 100 * share, { unit: "%", atLeast: 95 });
figure("strangers taken for somebody", (100 * all.taken) / all.strangers, { unit: "%" });
