/** Runs the server of an example, as its users do, and tells when it answers. */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

const READY_WITHIN_MS = 60_000;

export interface ExampleServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly dir: string;
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Resolves once the server answers, with any status.
 *
 * @throws Error with what it has printed, if it ends or does not answer in time.
 */
export async function startServer(
  command: readonly string[],
  { dir, port, env = {} }: ServerOptions,
): Promise<ExampleServer> {
  const [program = 'node', ...args] = command;
  const child = spawn(program, args, {
    cwd: dir,
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that whatever the server starts ends with it.
    detached: true,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let isRunning = true;
  void ended.then(() => (isRunning = false));
  const stop = async (): Promise<void> => {
    if (isRunning && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  const url = `http://localhost:${port}`;
  const deadline = performance.now() + READY_WITHIN_MS;
  while (isRunning && performance.now() < deadline) {
    try {
      await (await fetch(url)).text();
      return { url, stop };
    } catch {
      await delay(100);
    }
  }
  await stop();
  throw new Error(`${command.join(' ')} does not answer on ${url}:\n${printed}`);
}
