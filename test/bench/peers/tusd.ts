/** tusd, the reference server of tus, which tus-js-client needs at the other end. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Traffic } from '../http.ts';
import { Line, type LineSpeed } from '../line.ts';
import type { SinkCounts } from '../sink.ts';

/** How to get it: nothing else on npm or PyPI is the server that tus-js-client's authors test with. */
export const HOW_TO_INSTALL = 'go install github.com/tus/tusd/v2/cmd/tusd@latest';

/** Path of tusd: `TUSD`, otherwise one on the PATH or where Go puts it; undefined if there is none. */
export function findTusd(): string | undefined {
  const named = process.env['TUSD'];
  if (named !== undefined) return named;
  try {
    return execFileSync('which', ['tusd'], { encoding: 'utf8' }).trim();
  } catch {
    const path = join(homedir(), 'go/bin/tusd');
    return existsSync(path) ? path : undefined;
  }
}

/**
 * Starts it at the end of a line of its own, behind a proxy, which lets one in `failEvery` requests
 * fail after the server has taken their bodies, as the sinks do.
 *
 * @param counts what counts the requests that carry bytes.
 * @returns the endpoint for tus-js-client.
 */
export async function startTusd(
  path: string,
  address: string | undefined,
  speed: LineSpeed,
  counts: Pick<SinkCounts, 'firstAt'>,
  failEvery = Infinity,
  traffic?: Traffic,
): Promise<string> {
  const host = address ?? '127.0.0.1';
  const directory = mkdtempSync(join(tmpdir(), 's3-upload-bench-tusd-'));
  const socketPath = join(directory, 'socket');
  const tusd = spawn(
    path,
    ['-unix-sock', socketPath, '-upload-dir', directory, '-base-path', '/files/', '-behind-proxy'],
    { stdio: 'ignore' },
  );
  process.once('exit', () => {
    tusd.kill();
    rmSync(directory, { recursive: true, force: true });
  });
  while (!existsSync(socketPath)) await new Promise((resolve) => setTimeout(resolve, 50));

  let requests = 0;
  const proxy = createServer((asked, answer) => {
    const isPreflight = asked.method === 'OPTIONS';
    if (!isPreflight) requests += 1;
    if (traffic) traffic[isPreflight ? 'preflights' : 'requests'] += 1;
    if (asked.method === 'PATCH') counts.firstAt ??= performance.timeOrigin + performance.now();
    const isFailing = !isPreflight && requests % failEvery === 0;
    const { method, url, headers } = asked;
    const passed = request({ socketPath, method, path: url, headers }, (answered) => {
      answer.writeHead(isFailing ? 500 : (answered.statusCode ?? 502), answered.headers);
      answered.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  });
  const proxyPath = join(directory, 'proxy');
  proxy.listen(proxyPath);
  await once(proxy, 'listening');
  const end = createTcpServer({ noDelay: true }, (socket) => carry(socket, proxyPath, speed));
  end.listen(0, host);
  await once(end, 'listening');
  return `http://${host}:${(end.address() as AddressInfo).port}/files/`;
}

/** Carries what comes over the line to the proxy, and its answers back. */
function carry(socket: Socket, path: string, speed: LineSpeed): void {
  const inner = connect(path);
  const line = new Line(socket, speed, (chunk) => inner.write(chunk));
  inner.on('data', (chunk: Buffer) => line.write(chunk));
  for (const [one, other] of [
    [socket, inner],
    [inner, socket],
  ] as const) {
    one.on('error', () => one.destroy());
    one.on('close', () => other.destroy());
  }
}
