import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A loopback server of one file, with the faults that downloads meet. */
export interface FileServer {
  readonly url: string;
  /** `Range` header of each request, in order; `undefined` where there was none. */
  readonly ranges: (string | undefined)[];
  close(): Promise<void>;
}

export interface FileServerFaults {
  /** Break the connection after so many bytes of an answer, for each of the first requests. */
  readonly breakAfterBytes?: readonly number[];
  /** Fall silent after so many bytes of an answer, the connection left open. */
  readonly holdAfterBytes?: number;
  /** Answer a Range with the whole file, as servers may. */
  readonly ignoreRange?: boolean;
  /** Answer the first requests with these statuses instead. */
  readonly statuses?: readonly number[];
  /** Say nothing of the length. */
  readonly hideLength?: boolean;
}

/** Long enough for what was sent to arrive and be written, on a busy machine too. */
const BREAK_AFTER_MS = 150;

export async function serveFile(bytes: Uint8Array, faults: FileServerFaults = {}): Promise<FileServer> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const number = ranges.push(request.headers.range) - 1;
    const status = faults.statuses?.[number];
    if (status !== undefined) response.writeHead(status).end();
    else sendFile({ request, response, bytes, faults, breakAfter: faults.breakAfterBytes?.[number] });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/published/network.task`,
    ranges,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bytes: Uint8Array;
  readonly faults: FileServerFaults;
  readonly breakAfter: number | undefined;
}

function sendFile({ request, response, bytes, faults, breakAfter }: Exchange): void {
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
  const start = asked === undefined || faults.ignoreRange ? 0 : Number(asked);
  const body = bytes.subarray(start);
  const length = faults.hideLength ? {} : { "content-length": body.length };
  const part = start > 0 ? { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {};
  response.writeHead(start > 0 ? 206 : 200, { ...length, ...part });
  if (faults.holdAfterBytes !== undefined) response.write(body.subarray(0, faults.holdAfterBytes));
  else if (breakAfter === undefined) response.end(body);
  else response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), BREAK_AFTER_MS));
}
