/** Runs wrangler for what only Cloudflare's API can do. Secrets reach it through its standard input. */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import process from 'node:process';
import { stripVTControlCharacters } from 'node:util';
import type { Machine } from '../command.ts';
import type { Sources } from '../settings.ts';

/** Why wrangler did not do it. */
export type WranglerFault = 'missing' | 'logged-out' | 'failed';

/** The error for a run of wrangler that failed. */
export class WranglerError extends Error {
  override readonly name = 'WranglerError';
  readonly fault: WranglerFault;

  constructor(fault: WranglerFault, message: string) {
    super(message);
    this.fault = fault;
  }

  /** The one thing to do. */
  get advice(): string {
    return ADVICE[this.fault];
  }
}

const ADVICE: Readonly<Record<WranglerFault, string>> = {
  missing: 'npm install --save-dev wrangler, and run this again',
  'logged-out': 'npx wrangler login (or set CLOUDFLARE_API_TOKEN), and run this again',
  failed: 'do what wrangler says, and run this again',
};

/** How to run wrangler once. */
export interface WranglerOptions {
  /** Its standard input. */
  readonly input?: string;
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs wrangler with these arguments in the folder of its configuration, and never interactively.
 *
 * @returns what it printed, without colours.
 * @throws WranglerError
 */
export type Wrangler = (args: readonly string[], options?: WranglerOptions) => Promise<string>;

/** The wrangler that is first in `PATH`: the project's own, under `npx` and in npm's scripts. */
export function wranglerOf({ env, folder }: Machine, { config }: Sources): Wrangler {
  const cwd = config === undefined ? folder : dirname(config.file);
  return (args, options = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn('wrangler', args, {
        cwd,
        env: { ...env, NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false', ...options.env },
        // npm's link to a program is a script of cmd.exe there. No argument is text of a user's.
        shell: process.platform === 'win32',
      });
      let output = '';
      let errors = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
      child.once('error', () => {
        reject(new WranglerError('missing', 'wrangler is not installed'));
      });
      child.once('close', (code) => {
        if (code === 0) resolve(stripVTControlCharacters(output));
        else reject(errorOf(stripVTControlCharacters(`${errors}\n${output}`)));
      });
      // A wrangler that ends before it has read everything closes the pipe.
      child.stdin.on('error', () => {});
      child.stdin.end(options.input ?? '');
    });
}

/** `--env`, which wrangler asks for if its configuration has environments. */
export function environmentArgs({ env }: Machine): readonly string[] {
  return [`--env=${env['CLOUDFLARE_ENV'] ?? ''}`];
}

function errorOf(printed: string): WranglerError {
  if (/CLOUDFLARE_API_TOKEN|not (logged in|authenticated)|wrangler login/i.test(printed)) {
    return new WranglerError('logged-out', 'wrangler is not logged in');
  }
  const [, said] = /\[ERROR\]\s*(.+)/.exec(printed) ?? [];
  return new WranglerError('failed', `wrangler says: ${said?.trim() ?? 'nothing'}`);
}
