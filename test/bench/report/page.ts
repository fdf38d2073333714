/** Writes `docs/benchmarks.md` and its plots from what `npm run bench -- upload --save` has kept. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CASES } from '../upload/cases.ts';
import { readKept, RECORDS, type LineRecord } from '../upload/record.ts';
import { figuresOf, type Figures, type Spread } from './figures.ts';
import { plot } from './plot.ts';
import { LEFT_OUT, REASONS } from './reasons.ts';
import { signingSection, type Signing } from './signing.ts';

const PAGE = 'docs/benchmarks.md';

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench -- upload --save\` and \`npm run bench -- sign --save\`. Do not edit this page: run the command again.

The floor is six bare requests at a time to URLs that are known beforehand: nothing is asked, hashed, signed or completed. In each round every contender uploads the same files once, in a browser of its own, to servers that take every byte and keep none. A ratio compares a time with the floor's of the same round. Tables show the median, and the range in parentheses. CPU time is that of the browser with all its processes. Requests are those to the store and to the server that signs, without preflights.

[CONTRIBUTING.md](../CONTRIBUTING.md#measuring-speed) says how to run it.`;

export async function writePage(): Promise<void> {
  const sections: string[] = [];
  for (const { id, runs } of CASES) {
    const record = await readKept<LineRecord>(id);
    if (!record) continue;
    const figures = figuresOf(record);
    await writeFile(join(RECORDS, `${id}.svg`), plot(record.title, figures));
    const measured = new Set(figures.map(({ name }) => name));
    const missing = runs.map(({ name }) => name).filter((name) => !measured.has(name));
    sections.push(section(record, figures, missing));
  }
  const signing = await readKept<Signing>('signing');
  const page = [
    INTRODUCTION,
    ...sections,
    ...(signing ? [signingSection(signing)] : []),
    `## Requests and KV operations\n\nWhat an upload costs the Worker, the key-value store and the bucket is counted, not measured: [scale](scale.md#one-upload).`,
    `## What the comparison leaves out\n\n${LEFT_OUT.map((line) => `- ${line}`).join('\n')}`,
  ];
  await writeFile(PAGE, `${page.join('\n\n')}\n`);
}

function section(
  record: LineRecord,
  figures: readonly Figures[],
  missing: readonly string[],
): string {
  const { id, title, date, machine, browser, node } = record;
  const rounds = figures[0]?.rounds ?? 0;
  const reason = isAnyPeerAhead(figures) ? REASONS.get(id) : undefined;
  return [
    `## ${title[0]?.toUpperCase()}${title.slice(1)}`,
    `![Time of each contender as a multiple of the floor's](benchmarks/${id}.svg)`,
    table(figures),
    ...(reason === undefined ? [] : [`**Why a peer is not behind.** ${reason}`]),
    ...(missing.length > 0 ? [`Not measured this time: ${missing.join(', ')}.`] : []),
    `${rounds} rounds on ${date}; ${machine}; ${browser}; Node.js ${node}.`,
  ].join('\n\n');
}

function table(figures: readonly Figures[]): string {
  const head =
    '| | Seconds | × floor | CPU, s | CPU, s per GiB | First byte, s | Requests | Preflights |';
  const rows = figures.map((one) => {
    if (one.failures === one.rounds) return `| ${one.name} | failed: ${one.error} | | | | | | |`;
    const name =
      one.failures > 0 ? `${one.name} (failed ${one.failures} of ${one.rounds})` : one.name;
    const cells = [
      one.isOurs ? `**${name}**` : name,
      ranged(one.seconds, 2),
      ranged(one.ratio, 3),
      one.cpuSeconds.median.toFixed(2),
      one.cpuPerGib === undefined ? '' : one.cpuPerGib.toFixed(1),
      ranged(one.firstByteSeconds, 2),
      String(one.requests.median),
      String(one.preflights.median),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [head, '| --- | --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function ranged({ median, least, most }: Spread, digits: number): string {
  const [middle, from, to] = [median, least, most].map((value) => value.toFixed(digits));
  return `${middle} (${from} to ${to})`;
}

/** True if one has a smaller median than the first run of ours. */
function isAnyPeerAhead(figures: readonly Figures[]): boolean {
  const ours = figures.find(({ isOurs }) => isOurs)?.ratio.median ?? Infinity;
  return figures.some(({ isPeer, ratio }) => isPeer && ratio.median <= ours);
}
