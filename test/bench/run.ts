/**
 * `npm run bench` runs all benchmarks one after the other; `npm run bench -- sign checksum` some,
 * and `npm run bench -- upload --only far --rounds 5 --without uppy` one with its options.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const HERE = new URL('./', import.meta.url);
/** In the order of a file's way. */
const KNOWN = ['checksum', 'sign', 'upload'];

const there = KNOWN.filter((name) => readdirSync(HERE).includes(`${name}.ts`));
const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('--'));
const wanted = firstOption < 0 ? args : args.slice(0, firstOption);
const options = firstOption < 0 ? [] : args.slice(firstOption);
const unknown = wanted.filter((name) => !there.includes(name));
const isForSign = wanted.join() === 'sign' && options.join() === '--save';
if (options.length > 0 && wanted.join() !== 'upload' && !isForSign) {
  console.error('Options are for one benchmark: npm run bench -- upload --only far');
  process.exit(2);
}
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${there.join(', ')}.`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : there) {
  const script = fileURLToPath(new URL(`${name}.ts`, HERE));
  const { status } = spawnSync(process.execPath, [script, ...options], { stdio: 'inherit' });
  process.exitCode = Math.max(Number(process.exitCode ?? 0), status ?? 1);
}
