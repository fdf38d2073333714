/** `s3-upload serve`: runs the signer on this machine, with the Worker's settings. */
import process from 'node:process';
import { isThisMachine, refusalOfPublicSecrets } from '../config/local.ts';
import { SETTINGS } from '../config/settings.ts';
import { NODE_SETTINGS, serverSettingsFrom } from '../node/settings.ts';
import { readOptions } from './arguments.ts';
import type { Command, Machine } from './command.ts';
import { lineOf } from './doctor/finding.ts';
import { loadWith } from './load.ts';
import { readSettings } from './settings.ts';

const HELP = `Usage: s3-upload serve

Runs the signer as a server: all routes of the Worker, the element's files and the
page at /. It logs a line of JSON for each request, and stops on SIGTERM or SIGINT
when the requests that are running have been answered.

Options:
  -h, --help  print this text

In development, it checks the settings and the bucket once, after the first request,
and prints what \`s3-upload doctor\` would find wrong. It is in development if it listens
on this machine only and NODE_ENV is not production.

The settings are those of the Worker, from the environment, then from .dev.vars,
then from wrangler.toml (or .json, .jsonc), and these:
  HOST             address to listen on (127.0.0.1)
  PORT             port to listen on (8787)
  STATE_URL        where the list of uploads is kept (sqlite:s3-upload.sqlite), or
                   redis://host:6379 for several processes
  TRUSTED_PROXIES  proxies whose X-Forwarded headers are believed (none)

It needs Node.js 22.13 or newer and two more packages: npm install hono @hono/node-server
With Redis or Valkey also: npm install @redis/client

Exit status: 0 after a signal, 1 if it cannot run, 2 if the options are wrong.`;

const NAMES = [...SETTINGS, ...NODE_SETTINGS].map(({ name }) => name);

/** The command. */
export const serve: Command = {
  name: 'serve',
  summary: 'run the signer on this machine',
  help: HELP,
  async run(args, machine) {
    readOptions(args, {});
    const settings = await readSettings(machine, NAMES);
    const { host, port, stateUrl, trustedProxies } = serverSettingsFrom(settings);
    const refusal = refusalOfPublicSecrets(settings, urlOf(host));
    if (refusal) throw refusal;
    const { nodeOptionsFrom, openState, startServer, checksAtFirstRequest } = await loadServer();
    // One stream for all levels: each line says its own.
    const log = (line: string): void => machine.print(`${line}\n`);
    const state = await openState(stateUrl, { log });
    try {
      const signer = { ...nodeOptionsFrom(settings, state), log };
      const check = checksAtFirstRequest((finding) => machine.printError(lineOf(finding)));
      const server = await startServer({
        signer,
        state,
        host,
        port,
        trustedProxies,
        ...(isDevelopment(host, machine) && {
          afterRequest: (request: Request) => check(request, { settings, kv: state.kv }),
        }),
      });
      await signalled();
      await server.stop();
    } finally {
      await state.close();
    }
    return 0;
  },
};

/** Loaded only here: the other commands need none of its packages. */
async function loadServer() {
  const [{ nodeOptionsFrom }, { openState }, { startServer }, { checksAtFirstRequest }] =
    await loadWith(
      () =>
        Promise.all([
          import('../node/options.ts'),
          import('../node/state/open.ts'),
          import('../node/server.ts'),
          import('./development/first-request.ts'),
        ]),
      { command: 'serve', packages: 'hono @hono/node-server' },
    );
  return { nodeOptionsFrom, openState, startServer, checksAtFirstRequest };
}

/** Resolves at the first signal to end. A second one ends the process at once, as it does by default. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** A signer that others can reach, or that says so, is not that of a developer. */
function isDevelopment(host: string, { env }: Machine): boolean {
  return isThisMachine(new URL(urlOf(host)).hostname) && env['NODE_ENV'] !== 'production';
}

/** An address that is every interface is not this machine alone. */
function urlOf(host: string): string {
  return `http://${host.includes(':') ? `[${host}]` : host}/`;
}
