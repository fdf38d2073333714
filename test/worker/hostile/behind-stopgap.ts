/**
 * Runs the hostile suite against the real store of the environment through the proxy that
 * docs/security.md advises: there nothing is "known", and every try has to be refused.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { startStopgap } from './stopgap.ts';

const store = process.env['S3_ENDPOINT'];
if (store === undefined) throw new Error('S3_ENDPOINT names no store.');
const proxy = await startStopgap(store);
const suite = spawn(process.execPath, ['--test', 'test/worker/hostile.test.ts'], {
  stdio: 'inherit',
  env: { ...process.env, S3_ENDPOINT: proxy.endpoint },
});
const code = await new Promise<number | null>((resolve) => suite.once('exit', resolve));
await proxy.stop();
process.exitCode = code ?? 1;
