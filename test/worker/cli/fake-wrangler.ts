/** A wrangler that asks nobody: it keeps what it is told in a file, and answers as wrangler 4.164 does. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';

/** One run of it. */
export interface WranglerRun {
  readonly args: readonly string[];
  readonly input: string;
  /** The folder that it ran in. */
  readonly folder: string;
  readonly account: string | undefined;
  /** The rules that it was told to set. */
  readonly file?: unknown;
}

/** What Cloudflare has. */
export interface WranglerState {
  readonly isLoggedIn: boolean;
  /** Names of the Worker's secrets; null if there is no Worker. */
  readonly secrets: readonly string[] | null;
  /** The rules of the bucket, as `wrangler r2 bucket cors list` prints them. */
  readonly rules: string;
}

export interface FakeWrangler {
  /** Set this as `PATH`. */
  readonly path: string;
  runs(): Promise<readonly WranglerRun[]>;
  remove(): Promise<void>;
}

/** Puts it into a folder of its own. */
export async function fakeWrangler(state: Partial<WranglerState> = {}): Promise<FakeWrangler> {
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-wrangler-'));
  const log = join(folder, 'runs.jsonl');
  const program = join(folder, 'wrangler');
  const all: WranglerState = { isLoggedIn: true, secrets: [], rules: '', ...state };
  await writeFile(log, '');
  await writeFile(join(folder, 'state.json'), JSON.stringify(all));
  await writeFile(program, `#!${process.execPath}\n${PROGRAM}`);
  await chmod(program, 0o755);
  return {
    path: [folder, dirname(process.execPath)].join(delimiter),
    runs: async () =>
      (await readFile(log, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as WranglerRun),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** CommonJS, because the file has no extension. */
const PROGRAM = `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const args = process.argv.slice(2);
const input = readFileSync(0, 'utf8');
const place = join(__dirname, 'state.json');
const state = JSON.parse(readFileSync(place, 'utf8'));
const at = args.indexOf('--file');
const file = at < 0 ? undefined : JSON.parse(readFileSync(args[at + 1], 'utf8'));
const run = { args, input, folder: process.cwd(), account: process.env.CLOUDFLARE_ACCOUNT_ID, file };
appendFileSync(join(__dirname, 'runs.jsonl'), JSON.stringify(run) + '\\n');

function fail(message) {
  console.error('\\u001b[31m✘ \\u001b[41;31m[\\u001b[41;97mERROR\\u001b[41;31m]\\u001b[0m \\u001b[1m' + message + '\\u001b[0m');
  process.exit(1);
}

if (!state.isLoggedIn) {
  fail("In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN environment variable for wrangler to work.");
}
const command = args.filter((arg) => !arg.startsWith('-')).join(' ');
if (command.startsWith('secret list')) {
  if (state.secrets === null) fail('Worker "uploads" not found.');
  console.log(JSON.stringify(state.secrets.map((name) => ({ name, type: 'secret_text' })), null, '  '));
} else if (command.startsWith('secret put')) {
  state.secrets = [...(state.secrets ?? []), args[2]];
  writeFileSync(place, JSON.stringify(state));
  console.log('✨ Success! Uploaded secret ' + args[2]);
} else if (command.startsWith('r2 bucket cors list')) {
  console.log("Listing CORS rules for bucket 'uploads'...");
  console.log(state.rules || "There is no CORS configuration defined for bucket 'uploads'.");
} else if (command.startsWith('r2 bucket cors set')) {
  state.rules = file.rules.map(({ allowed, exposeHeaders = [], maxAgeSeconds }) => [
    'allowed_origins:  ' + allowed.origins.join(', '),
    'allowed_methods:  ' + allowed.methods.join(', '),
    'allowed_headers:  ' + (allowed.headers.join(', ') || '(no headers)'),
    'exposed_headers:  ' + (exposeHeaders.join(', ') || '(no exposed headers)'),
    'max_age_seconds:  ' + (maxAgeSeconds ?? '(0 seconds)'),
  ].join('\\n')).join('\\n\\n');
  writeFileSync(place, JSON.stringify(state));
} else if (!command.startsWith('kv namespace create')) {
  fail('Unknown command: ' + command);
}
`;
