/** `npm run bench` runs all benchmarks one after the other; `npm run bench -- sign upload` some. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const HERE = new URL('./', import.meta.url);
/** In the order of a file's way. */
const KNOWN = ['checksum', 'sign', 'upload'];

const there = KNOWN.filter((name) => readdirSync(HERE).includes(`${name}.ts`));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !there.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${there.join(', ')}.`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : there) {
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(`${name}.ts`, HERE))], {
    stdio: 'inherit',
  });
  process.exitCode = Math.max(Number(process.exitCode ?? 0), status ?? 1);
}
