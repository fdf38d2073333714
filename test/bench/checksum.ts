/**
 * MiB/s of our checksums and of hash-wasm's, on one thread, in turn in the same run: medians, so
 * that a neighbour on the machine moves both. `node test/bench/checksum.ts`
 */
import { randomFillSync } from 'node:crypto';
import { createCRC32, createCRC64, createMD5 } from 'hash-wasm';
import type { Algorithm } from '../../worker/protocol/hashing/algorithm.ts';
import { createCrc } from '../../worker/protocol/hashing/crc.ts';
import { createMd5 } from '../../worker/protocol/hashing/md5.ts';
import { measureInChromium } from './checksum-browser.ts';

const STEP_BYTES = 2 ** 21;
const CALL_BYTES = 4096;
const ROUNDS = 41;

const bytes = randomFillSync(new Uint8Array(STEP_BYTES));
const view = new DataView(bytes.buffer);

const pairs = [
  {
    name: 'crc64nvme',
    ours: createCrc(0x9a6c9329, 0xac4bc9b5),
    theirs: await createCRC64('9a6c9329ac4bc9b5'),
  },
  { name: 'crc32c', ours: createCrc(0, 0x82f63b78), theirs: await createCRC32(0x82f63b78) },
  { name: 'md5', ours: createMd5(), theirs: await createMD5() },
];

console.log('            ours   hash-wasm   ratio   (MiB/s, medians of', ROUNDS, 'rounds)');
for (const { name, ours, theirs } of pairs) {
  const oursRates: number[] = [];
  const theirRates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    oursRates.push(rate(() => run(ours)));
    theirRates.push(rate(() => theirs.init().update(bytes)));
  }
  const [a, b] = [median(oursRates), median(theirRates)];
  console.log(name.padEnd(10), f(a, 6), f(b, 10), (a / b).toFixed(2).padStart(9));
}

await measureInChromium();

function run(algorithm: Algorithm): void {
  const state = algorithm.start();
  for (let from = 0; from < STEP_BYTES; from += CALL_BYTES) {
    algorithm.update(state, view, from, from + CALL_BYTES);
  }
}

function rate(work: () => void): number {
  const started = performance.now();
  for (let i = 0; i < 4; i++) work();
  return (4 * STEP_BYTES) / 2 ** 20 / ((performance.now() - started) / 1000);
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

function f(value: number, width: number): string {
  return value.toFixed(0).padStart(width);
}
