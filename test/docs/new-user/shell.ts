/** A terminal of somebody who has nothing of this repository except the README and the tarball. */
import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { SETTING_NAMES } from '../../../worker/config/known-names.ts';
import { outsideEnvironment } from '../consumer/consumer.ts';

const READY_WITHIN_MS = 60_000;
const STOPS_WITHIN_MS = 5000;

/** Runs a command line in `folder`. @returns all that it prints. @throws Error with that, if it fails. */
export async function run(folder: string, line: string): Promise<string> {
  const child = start(folder, line);
  const code = await new Promise<number | null>((resolve) => child.process.once('close', resolve));
  if (code === 0) return child.printed();
  throw new Error(`${line} ended with ${code}\n${child.printed()}`);
}

/** A command that runs until it is ended, and answers at `url`. */
export interface Server {
  printed(): string;
  end(): Promise<void>;
}

/** Starts a server, and waits until it answers. @throws Error with what it printed, if it does not. */
export async function serve(folder: string, line: string, url: string): Promise<Server> {
  const child = start(folder, line);
  const closed = new Promise<void>((resolve) => child.process.once('close', () => resolve()));
  const end = async (): Promise<void> => {
    signal(child.process, 'SIGTERM');
    const timer = setTimeout(() => signal(child.process, 'SIGKILL'), STOPS_WITHIN_MS);
    await closed;
    clearTimeout(timer);
  };
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline && child.process.exitCode === null) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer !== undefined) return { printed: child.printed, end };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await end();
  throw new Error(`${line} does not answer at ${url}\n${child.printed()}`);
}

/** Without settings: a new user has them in files alone. */
function start(folder: string, line: string): { process: ChildProcess; printed: () => string } {
  const env: NodeJS.ProcessEnv = Object.fromEntries(
    Object.entries(outsideEnvironment()).filter(
      ([name]) => !(SETTING_NAMES as readonly string[]).includes(name),
    ),
  );
  // Node itself is the one that runs the tests; npm is the machine's.
  const path = [join(process.execPath, '..'), env['PATH']].join(delimiter);
  const child = spawn('bash', ['-c', line], {
    cwd: folder,
    env: {
      ...env,
      PATH: path,
      npm_config_prefer_offline: 'true',
      npm_config_loglevel: 'error',
      WRANGLER_SEND_METRICS: 'false',
      CI: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm, what it runs, and what that runs end together.
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  return { process: child, printed: () => printed };
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // It has ended already.
  }
}
