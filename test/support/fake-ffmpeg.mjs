#!/usr/bin/env node
// Stands in for ffmpeg: takes the arguments that Kuleshov gives, and answers as ffmpeg 5.1 does, byte for byte in what
// is read of it. Its videos are JSON files that say how a photograph is panned over (see fake-ffmpeg.ts).
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const args = process.argv.slice(2);
if (args.includes("rawvideo")) {
  // What it is given, in place of the video that ffmpeg would make of it.
  const pixels = [];
  for await (const piece of process.stdin) pixels.push(piece);
  const bytes = pixels.reduce((sum, piece) => sum + piece.length, 0);
  writeFileSync(args.at(-1), JSON.stringify({ args: args.slice(0, -1), bytes }));
  process.exit(0);
}
const optionOf = (name) => args[args.indexOf(name) + 1];
const path = optionOf("-i").replace(/^file:/, "");
const log = (line) => process.stderr.write(`${line}\n`);
const fromS = args.includes("-ss") ? Number(optionOf("-ss")) : 0;
const isSound = optionOf("-map") === "0:a:0";
const fps = isSound ? 0 : Number(/floor\(t\*([\d.]+)\+0\.001\)/.exec(optionOf("-vf"))[1]);

function readVideo() {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    log("[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d3a1b2c3d4] [error] moov atom not found");
    log(`[error] ${optionOf("-i")}: Invalid data found when processing input`);
    process.exit(1);
  }
}

const video = readVideo();
const stamp = new Date(video.durationS * 1000).toISOString().slice(11, 22);
log(`[info] Input #0, mov,mp4,m4a,3gp,3g2,mj2, from '${optionOf("-i")}':`);
log(`[info]   Duration: ${stamp}, start: 0.000000, bitrate: 408 kb/s`);
if (isSound ? video.sound === null : video.shots.length === 0) {
  log("[info]   Stream #0:0[0x1](und): Audio: aac (LC) (mp4a / 0x6134706D), 44100 Hz, mono, fltp, 69 kb/s (default)");
  log(`[fatal] Stream map '${optionOf("-map")}' matches no streams.`);
  log("To ignore this, add a trailing '?' to the map.");
  process.exit(1);
}

log(
  `[info]   Stream #0:0[0x1](und): Video: h264 (High) (avc1 / 0x31637661), yuv420p(progressive), ${video.widthPx}x${video.heightPx} [SAR 1:1 DAR 3:2], 45 kb/s, ${Number(video.fps.toFixed(2))} fps, ${Number(video.fps.toFixed(2))} tbr, 12800 tbn (default)`,
);

const write = (bytes) => new Promise((resolve) => process.stdout.write(bytes, resolve));
const { widthPx, heightPx } = video;
if (isSound) {
  await write(readFileSync(video.sound));
  process.exit(0);
}
// sharp is loaded only here: a fake that is asked for nothing starts at once.
const { default: sharp } = await import("sharp");
const photos = new Map();

async function viewAt(timeS) {
  const shot = video.shots.findLast(({ fromS }) => fromS <= timeS);
  const view = await viewOf(shot, shot.photo, timeS);
  const share = shot.blend === undefined ? 0 : shareAt(shot.blend.shares, timeS);
  if (share === 0) return view;
  const other = await viewOf(shot, shot.blend.photo, timeS);
  return view.map((value, i) => Math.round(value + share * (other[i] - value)));
}

function shareAt(shares, timeS) {
  const next = shares.findIndex(([atS]) => atS > timeS);
  if (next === -1) return shares.at(-1)[1];
  if (next === 0) return shares[0][1];
  const [[fromS, from], [toS, to]] = [shares[next - 1], shares[next]];
  return from + ((timeS - fromS) / (toS - fromS)) * (to - from);
}

async function viewOf(shot, photo, timeS) {
  if (!photos.has(photo)) photos.set(photo, readFileSync(photo));
  const passedS = timeS - shot.fromS;
  return sharp(photos.get(photo))
    .extract({
      left: Math.round(shot.leftPx + shot.movesXPxPerS * passedS),
      top: Math.round(shot.topPx),
      width: shot.widthPx,
      height: Math.round((shot.widthPx * heightPx) / widthPx),
    })
    .resize(widthPx, heightPx)
    .removeAlpha()
    .raw()
    .toBuffer();
}

let selected = 0;
let before = Number.NaN;
for (let n = Math.ceil(fromS * video.fps - 1e-6); n / video.fps < video.durationS; n += 1) {
  const timeS = n / video.fps;
  if (video.brokenFromS !== null && timeS >= video.brokenFromS) {
    log("[matroska,webm @ 0x561273a1b2c3] [error] File ended prematurely");
    break;
  }
  const passedS = timeS - fromS;
  if (!Number.isNaN(before) && Math.floor(passedS * fps + 0.001) <= Math.floor(before * fps + 0.001)) continue;
  before = passedS;
  // Six digits in all, as its `%.6g` has them: of a long video, times are told less exactly.
  const at = `n:${String(selected).padStart(4)} pts:${String(Math.round(passedS * 12800)).padStart(7)}`;
  log(
    `[Parsed_showinfo_1 @ 0x557c41bfdf80] [info] ${at} pts_time:${String(Number(passedS.toPrecision(6))).padEnd(7)} pos: 1 fmt:yuv420p`,
  );
  log("[Parsed_showinfo_1 @ 0x557c41bfdf80] [info] color_range:tv color_space:bt470bg color_primaries:unknown");
  await setTimeout(video.pauseMs);
  await write(`P6\n${widthPx} ${heightPx}\n255\n`);
  await write(await viewAt(timeS));
  selected += 1;
}
log(`[info] frame=${String(selected).padStart(5)} fps=0.0 q=-0.0 Lsize=   40500kB time=00:00:03.84 speed=23.3x`);
