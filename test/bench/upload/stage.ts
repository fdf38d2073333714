/** What one case needs around it: the line, the servers at its far end, and the browser at the near one. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { defaultArgs, launch, type Browser } from 'puppeteer-core';
import { browserPath } from '../../browsers.ts';
import { LOOPBACK } from '../line.ts';
import { findTusd } from '../peers/tusd.ts';
import type { Ends, Seen, ServerOptions } from '../server.ts';
import { startWire, type Wire } from '../wire/wire.ts';
import type { Scripts } from './bundles.ts';
import type { Case } from './cases.ts';

export interface Stage {
  /**
   * A browser with a profile of its own: no warm connection, no cached preflight. A second context of one
   * browser would do, but Chromium 156 ignores `preconnect` in those.
   */
  openBrowser(): Promise<Browser>;
  readonly pageUrl: string;
  readonly ends: Ends;
  /** What the servers have seen since the last call. */
  takeSeen(): Promise<Seen>;
  /** Bytes that have left for the servers since the last call; undefined without a wire. */
  takeBytes(): Promise<number> | undefined;
  close(): Promise<void>;
}

const SERVER = new URL('../server.ts', import.meta.url);
const PAGE = new URL('./page.ts', import.meta.url);
const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  // The HTTP/2 sink has a certificate of its own.
  '--ignore-certificate-errors',
];
const LONGEST_CALL_MS = 1_200_000;

/** @throws Error if a wire is wanted and the machine does not allow it. */
export async function setStage(aCase: Case, scripts: Scripts): Promise<Stage> {
  const wire = aCase.wire && (await startWire(aCase.wire));
  const start = (side: 'near' | 'far', module: URL): ChildProcess =>
    wire?.fork(side, module) ?? fork(module, { stdio: 'inherit', serialization: 'advanced' });
  const options: ServerOptions = {
    addresses: wire?.addresses ?? ['127.0.0.1'],
    speed: aCase.line ?? LOOPBACK,
    failEvery: aCase.failEvery,
    limits: aCase.limits,
    hasHttp2: aCase.hasHttp2,
    tusd: aCase.runs.some(({ contender }) => contender === 'tus') ? findTusd() : undefined,
  };
  const server = start('far', SERVER);
  const page = start('near', PAGE);
  const close = async (): Promise<void> => {
    for (const child of [server, page]) {
      if (!child.connected) continue;
      child.disconnect();
      await once(child, 'exit');
    }
    wire?.stop();
  };
  try {
    const ends = (await ask(server, options)) as Ends;
    const pageUrl = (await ask(page, scripts)) as string;
    return {
      openBrowser: () => startBrowser(wire),
      pageUrl,
      ends,
      takeSeen: async () => (await ask(server, {})) as Seen,
      takeBytes: () => wire?.takeBytes(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @throws AbortError if the process ends without an answer. */
async function ask(child: ChildProcess, question: object): Promise<unknown> {
  const ended = new AbortController();
  const end = () => ended.abort();
  child.once('exit', end);
  try {
    child.send(question);
    const [answer] = (await once(child, 'message', ended)) as [unknown];
    return answer;
  } finally {
    child.off('exit', end);
  }
}

/** With a wire, on its near side: the command that goes there has the browser's as its arguments. */
async function startBrowser(wire: Wire | undefined): Promise<Browser> {
  const executablePath = await browserPath();
  const protocolTimeout = LONGEST_CALL_MS;
  if (!wire) return launch({ executablePath, args: BROWSER_ARGS, protocolTimeout });
  return launch({
    executablePath: wire.command,
    ignoreDefaultArgs: true,
    args: [...wire.near, executablePath, ...(await defaultArgs({ args: BROWSER_ARGS }))],
    // A socket for its commands would be out of reach.
    pipe: true,
    protocolTimeout,
  });
}
