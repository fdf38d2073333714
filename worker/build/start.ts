/**
 * `npm start`: builds, then runs the Worker in workerd by `wrangler dev`, with KV and a local R2
 * bucket that speaks S3, or with a bucket of one's own (own-settings.ts). Needs no account and no
 * network; data stay in `.wrangler` between runs. With `DEV_VARS=off`, as the tests have it, only the
 * environment is read, and no file of the developer's. With `PAGE=built` the page's files are served as
 * they are, and with `DOCS=off` without the documentation. `INSPECTOR_PORT` is wrangler's, 0 for a free
 * one; by default it looks for one from 9229 on, which two that start at the same moment both find free.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { readSources } from '../cli/settings.ts';
import { ProblemError } from '../problem.ts';
import type { Problem } from '../protocol.ts';
import { buildPage } from './build.ts';
import { envFileOf, ownSettings } from './own-settings.ts';
import { assetsWithDocs } from './docs.ts';

const HOST = '127.0.0.1';
const READY_WITHIN_MS = 60_000;
const STOPS_WITHIN_MS = 5_000;

const port = portFrom(process.env['PORT'] ?? '8787');
if (!(await isFree(port))) {
  exitWith(
    `Port ${port} is taken, perhaps by another \`npm start\`. Stop that one, or choose another port: PORT=${port + 1} npm start`,
  );
}
// Under another name than the page's, as a bucket would be, so that CORS is in play and the browser's
// six connections to the store leave the Worker its own.
const { values, messages } = ownSettings(
  await sources(),
  `http://${HOST}:${port}/cdn-cgi/local/r2/s3`,
);
const envFile = writeEnvFile(values);
if (process.env['PAGE'] !== 'built') await buildPage();
const assets = process.env['DOCS'] === 'off' ? undefined : await assetsWithDocs();

const url = `http://localhost:${port}`;
const wrangler = run();
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
wrangler.on('exit', (code) => {
  if (!stopped.signal.aborted) console.error('The Worker ended by itself; what it said is above.');
  process.exit(stopped.signal.aborted ? process.exitCode : (code ?? 1));
});
for (const message of messages) console.log(message);
const trouble = await troubleAtStart();
if (trouble === undefined) console.log(`s3-upload is ready: ${url} (Ctrl-C ends it)`);
else if (!stopped.signal.aborted) {
  console.error(trouble);
  process.exitCode = 1;
  stop();
}

function run(): ChildProcess {
  const args = [
    'dev',
    'worker/cli/development/worker.ts',
    '--env',
    'local',
    '--ip',
    HOST,
    '--port',
    String(port),
  ];
  args.push(
    '--log-level',
    process.env['LOG_LEVEL'] ?? 'error',
    '--show-interactive-dev-session=false',
  );
  args.push('--env-file', envFile);
  if (process.env['INSPECTOR_PORT']) args.push('--inspector-port', process.env['INSPECTOR_PORT']);
  if (assets !== undefined) args.push('--assets', assets);
  if (process.env['STATE_DIR']) args.push('--persist-to', process.env['STATE_DIR']);
  return spawn('wrangler', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    // A group of its own: Ctrl-C reaches wrangler once, through us, and workerd ends with it.
    detached: true,
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', WRANGLER_HIDE_BANNER: 'true' },
  });
}

/** @throws nothing: what cannot be read ends the process with its reason. */
async function sources(): ReturnType<typeof readSources> {
  const { env } = process;
  if (env['DEV_VARS'] === 'off') return { env, devVars: {}, vars: {}, config: undefined };
  // Those of the top level, as they are deployed.
  const machine = { env: { ...env, CLOUDFLARE_ENV: undefined }, folder: process.cwd() };
  try {
    return await readSources(machine);
  } catch (error) {
    if (error instanceof ProblemError) return exitWith(error.message);
    throw error;
  }
}

/** Writes a file that only this user may read, and that goes with this process. */
function writeEnvFile(settings: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 's3-upload-settings-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'settings.env');
  try {
    writeFileSync(file, envFileOf(settings), { mode: 0o600 });
  } catch (error) {
    return exitWith((error as Error).message);
  }
  return file;
}

function stop(): void {
  if (stopped.signal.aborted) return;
  stopped.abort();
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), STOPS_WITHIN_MS).unref();
}

function signalGroup(signal: NodeJS.Signals): void {
  try {
    if (wrangler.pid !== undefined) process.kill(-wrangler.pid, signal);
  } catch {
    // Gone already.
  }
}

/** Undefined once it runs; else why it does not, as the Worker says it. */
async function troubleAtStart(): Promise<string | undefined> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline && !stopped.signal.aborted) {
    try {
      const response = await fetch(`http://${HOST}:${port}/health`);
      const text = await response.text();
      if (response.ok) return undefined;
      if (response.headers.get('content-type') === 'application/problem+json') {
        return (JSON.parse(text) as Problem).detail;
      }
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return `The Worker did not answer on ${url} within ${READY_WITHIN_MS / 1000} s.`;
}

function isFree(candidate: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(candidate, HOST, () => probe.close(() => resolve(true)));
  });
}

function portFrom(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  return exitWith(`PORT must be a number from 1 to 65535, not ${JSON.stringify(text)}.`);
}

function exitWith(message: string): never {
  console.error(message);
  process.exit(1);
}
