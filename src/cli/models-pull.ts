import { ConfigurationError } from "../domain/errors.ts";
import type { PullProgress } from "../networks/download.ts";
import type { PullResult, PullTerms } from "../networks/pull.ts";
import { interruptSignal } from "./exit.ts";
import { note, print } from "./output.ts";
import { askAtTerminal, canBeAsked } from "./terminal-question.ts";

interface PullCommandOptions {
  readonly from?: string;
  readonly accept?: true;
}

/** `kuleshov models pull <name>`: shows the terms, has them accepted, fetches the file, and says what can be used now. */
export async function pull(name: string, options: PullCommandOptions): Promise<void> {
  const { pullNetwork } = await import("../networks/pull.ts");
  const signal = interruptSignal();
  const meter = createMeter();
  try {
    const from = options.from === undefined ? {} : { from: options.from };
    const result = await pullNetwork(
      name,
      {
        ...from,
        acceptLicence: (terms) => askForConsent(terms, options, signal),
        onProgress: meter.update,
      },
      signal,
    );
    meter.end();
    await print(`${describeResult(result)}\n`);
  } catch (error) {
    meter.end();
    throw signal.aborted ? signal.reason : error;
  }
}

function describeResult({ download, networks, paths, outcome }: PullResult): string {
  const what = { downloaded: "pulled", copied: "copied", "already-here": "was here already, intact" }[outcome];
  return [`${download}: ${what}, for ${networks.join(", ")}`, ...paths].join("\n  ");
}

/** @throws {ConfigurationError} if nobody is there to be asked. */
async function askForConsent(terms: PullTerms, options: PullCommandOptions, signal: AbortSignal): Promise<boolean> {
  note(...describeTerms(terms, options.from));
  if (options.accept) return true;
  if (!canBeAsked()) {
    throw new ConfigurationError(
      `Nothing was pulled as nobody is at a terminal to accept the licence of "${terms.download}": read it at ` +
        `${terms.licence.url} and add --accept`,
    );
  }
  const answer = await askAtTerminal("Accept this licence and go on? [y/N] ", signal);
  return /^y(es)?$/i.test(answer.trim());
}

function describeTerms({ download, networks, files, licence }: PullTerms, from: string | undefined): string[] {
  const lines = [
    `${download} (${networks.join(", ")})`,
    ...files.flatMap(({ url, sizeBytes }) => [`  address  ${url}`, `  size     ${sizeText(sizeBytes)}`]),
    ...(from === undefined ? [] : [`  taken from  ${from}`]),
    `  licence  ${licence.spdx}, ${licence.holder}: ${licence.url}`,
  ];
  if (licence.note !== undefined) lines.push(`  note     ${licence.note}`);
  return lines;
}

const NOTE_EVERY_SHARE = 0.1;

/** Tells on standard error how much has come: over and over in one line of a terminal, or a line for each tenth. */
function createMeter(): { update(progress: PullProgress): void; end(): void } {
  const { stderr } = process;
  const isTerminal = stderr.isTTY === true;
  let lastShare = 0;
  let isLineOpen = false;
  return {
    update({ receivedBytes, totalBytes }) {
      const share = receivedBytes / totalBytes;
      const text = `${sizeText(receivedBytes)} of ${sizeText(totalBytes)} (${Math.floor(share * 100)}%)`;
      if (isTerminal) {
        stderr.write(`\r\u001b[K${text}`);
        isLineOpen = true;
      } else if (share - lastShare >= NOTE_EVERY_SHARE || receivedBytes === totalBytes) {
        lastShare = share;
        note(text);
      }
    },
    end() {
      if (isLineOpen) stderr.write("\n");
      isLineOpen = false;
    },
  };
}

const BYTES_PER_MB = 1_000_000;
const BYTES_PER_KB = 1000;

function sizeText(bytes: number): string {
  return bytes >= BYTES_PER_MB ? `${(bytes / BYTES_PER_MB).toFixed(1)} MB` : `${Math.round(bytes / BYTES_PER_KB)} kB`;
}
