/** Starts the Worker of the tests in a process of Node.js, with its state in SQLite. */
import { fork } from 'node:child_process';

/** What the process gets. */
export interface LabSettings {
  readonly bindings: Readonly<Record<string, string>>;
  readonly requestsPerMinute: number;
  /** Whether reservations are kept in the database, as in a Durable Object on Cloudflare. */
  readonly ownerLimits: boolean;
}

export async function startOnNode(
  settings: LabSettings,
): Promise<{ readonly url: URL; stop(): Promise<void> }> {
  const child = fork(new URL('./lab-server.ts', import.meta.url), [JSON.stringify(settings)]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('exit', (code) => reject(new Error(`It ended with ${code}.`)));
  });
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
