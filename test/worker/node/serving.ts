/** `s3-upload serve` as a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { settingsOf, type Settings } from '../cli/setup.ts';
import { Client, jwtFor, SETTINGS } from '../harness.ts';
import type { Running } from '../s3/stores.ts';

const MAIN = fileURLToPath(new URL('../../../worker/cli/main.ts', import.meta.url));

/** A line of its log. */
export type Line = Readonly<Record<string, unknown>>;

export interface Served {
  readonly url: string;
  /** Its log so far. */
  readonly lines: readonly Line[];
  /** Whatever it wrote to the standard error. */
  readonly errors: () => string;
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** A caller known by a JWT. */
  as(sub: string, claims?: Record<string, unknown>): Promise<Client>;
  /** Resolves when its log has a line of this event. */
  logged(event: string): Promise<Line>;
  /** Sends a signal, and resolves with the exit status, or the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Settings for this store, beside those of all tests. */
export function settingsFor(store: Running, more: Settings = {}): Settings {
  return { ...settingsOf(store), ...SETTINGS, S3_STYLE: 'path', PORT: '0', ...more };
}

/** A folder of its own, for a state in SQLite. */
export async function scratch(): Promise<{ readonly folder: string; drop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-serve-'));
  return { folder, drop: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Starts it in this folder, and waits until it listens.
 *
 * @throws Error with what it said, if it ends before.
 */
export async function serve(folder: string, settings: Settings): Promise<Served> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    cwd: folder,
    env: { PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  const listeners = new Set<() => void>();
  let errors = '';
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => JSON.parse(line) as Line));
    for (const listener of listeners) listener();
  });
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  );
  const logged = (event: string) =>
    new Promise<Line>((resolve) => {
      const look = (): void => {
        const found = lines.find((line) => line['event'] === event);
        if (!found) return;
        listeners.delete(look);
        resolve(found);
      };
      listeners.add(look);
      look();
    });
  const listening = await Promise.race([logged('listening'), ended]);
  if (typeof listening !== 'object' || listening === null) {
    throw new Error(`It ended with ${String(listening)}: ${errors}`);
  }
  const url = String(listening['url']);
  const reach: Served['fetch'] = (path, init) => fetch(url + path, { redirect: 'manual', ...init });
  return {
    url,
    lines,
    errors: () => errors,
    fetch: reach,
    async as(sub, claims) {
      return new Client(reach, { authorization: `Bearer ${await jwtFor(sub, claims)}` });
    },
    logged,
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
