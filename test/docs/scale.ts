/**
 * The tables of docs/scale.md: what an upload costs, counted with the real engine and Worker; what a
 * day of many of them costs; and what one run of the cron trigger can do, counted in a simulation.
 * `node test/docs/scale.ts` measures and writes them; a test measures again and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { CASES, measure, type Case, type Figures } from '../worker/scale/figures.ts';
import { HOUR, World, type Spent } from '../worker/scale/world.ts';

const PAGE = new URL('../../docs/scale.md', import.meta.url);

/**
 * US dollars per million, beyond what a month includes. Sources stand in the page:
 * https://developers.cloudflare.com/workers/platform/pricing/,
 * https://developers.cloudflare.com/kv/platform/pricing/ and
 * https://developers.cloudflare.com/r2/pricing/
 */
const PRICES: readonly {
  readonly what: string;
  readonly of: (figures: Figures) => number;
  readonly perMillion: number;
  readonly includedMillions: number;
}[] = [
  { what: 'Worker requests', of: (f) => f.workerRequests, perMillion: 0.3, includedMillions: 10 },
  { what: 'KV reads', of: (f) => f.kvReads, perMillion: 0.5, includedMillions: 10 },
  { what: 'KV writes', of: (f) => f.kvWrites, perMillion: 5, includedMillions: 1 },
  { what: 'KV lists', of: (f) => f.kvLists, perMillion: 5, includedMillions: 1 },
  { what: 'R2 Class A', of: (f) => f.classA, perMillion: 4.5, includedMillions: 1 },
  { what: 'R2 Class B', of: (f) => f.classB, perMillion: 0.36, includedMillions: 10 },
];
const DAYS = 30;

/** Uploads a day, by the cases in their order. */
const LOADS = [
  { what: '1,000,000 of 1 MB, one on each visit', uploads: 1e6, index: 0 },
  { what: '1,000,000 of 1 MB, 100 on each visit', uploads: 1e6, index: 1 },
  { what: '1,000 of 10 GB', uploads: 1e3, index: 2 },
  { what: '1,000,000,000 of 1 MB, one on each visit', uploads: 1e9, index: 0 },
] as const;

const COLUMNS: readonly (readonly [string, keyof Figures])[] = [
  ['Worker requests', 'workerRequests'],
  ['KV reads', 'kvReads'],
  ['KV writes', 'kvWrites'],
  ['KV lists', 'kvLists'],
  ['Subrequests to the store', 'subrequests'],
  ['Requests of the page to the store', 'parts'],
  ['R2 Class A', 'classA'],
  ['R2 Class B', 'classB'],
];

/** Measures every case, one after the other. */
export async function measureAll(cases: readonly Case[] = CASES): Promise<Figures[]> {
  const all: Figures[] = [];
  for (const one of cases) all.push(await measure(one));
  return all;
}

export function scalePage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** The figures that the page shows. */
export function figuresIn(page: string): Figures[] {
  const block = /<!-- upload -->\n([^]*?)<!-- \/upload -->/.exec(page)?.[1] ?? '';
  const rows = block.trim().split('\n').slice(2);
  return rows.map((row) => {
    const cells = row.split('|').slice(2, -1).map(Number);
    return Object.fromEntries(COLUMNS.map(([, name], index) => [name, cells[index]])) as never;
  });
}

/** The page with its tables as they follow from these figures. */
export async function renewedPage(page: string, figures: readonly Figures[]): Promise<string> {
  const tables: Record<string, string> = {
    upload: uploadTable(figures),
    day: dayTable(figures),
    month: monthTable(figures),
    round: await roundTable(),
  };
  return Object.entries(tables).reduce((text, [name, content]) => {
    const block = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!block.test(text)) throw new Error(`docs/scale.md has no <!-- ${name} --> block`);
    return text.replace(block, (_, open: string, close: string) => `${open}\n${content}\n${close}`);
  }, page);
}

function uploadTable(figures: readonly Figures[]): string {
  const rows = figures.map((one, index) => [
    CASES[index]?.what ?? '',
    ...COLUMNS.map(([, name]) => String(Math.round(one[name] * 100) / 100)),
  ]);
  return table(['One upload', ...COLUMNS.map(([head]) => head)], rows);
}

function dayTable(figures: readonly Figures[]): string {
  const rows = LOADS.map(({ what, uploads, index }) => [
    what,
    ...COLUMNS.map(([, name]) => short((figures[index]?.[name] ?? 0) * uploads)),
  ]);
  return table(['Uploads a day', ...COLUMNS.map(([head]) => head)], rows);
}

function monthTable(figures: readonly Figures[]): string {
  const rows = LOADS.map(({ what, uploads, index }) => {
    const one = figures[index];
    const dollars = PRICES.map(({ of, perMillion, includedMillions }) => {
      const millions = one ? (of(one) * uploads * DAYS) / 1e6 : 0;
      return Math.max(0, millions - includedMillions) * perMillion;
    });
    const sum = dollars.reduce((total, each) => total + each, 0);
    return [what, ...dollars.map(dollarsOf), dollarsOf(sum)];
  });
  return table(['Uploads a day', ...PRICES.map(({ what }) => what), 'Sum'], rows);
}

/** What one run of the cron trigger does where far more is due than it can do. */
async function roundTable(): Promise<string> {
  const rows: string[][] = [];
  for (const workersPlan of ['free', 'paid'] as const) {
    for (const hasWebhooks of [false, true]) {
      const world = new World();
      try {
        await world.create(3000, (index) => `tenant ${index % 50}`, 3600);
        world.receiverIsUp = false;
        const outbox = world.outbox();
        for (let count = 0; hasWebhooks && count < 1000; count++) await world.tell(outbox, 'alice');
        world.receiverIsUp = true;
        world.clock += HOUR;
        const webhooks = hasWebhooks ? { webhooks: world.webhooks } : {};
        const spent = await world.round({ workersPlan, ...webhooks });
        const plan = `${workersPlan}${hasWebhooks ? ', with webhooks' : ''}`;
        const done = [3000 - world.open.size, new Set(world.delivered).size];
        rows.push([plan, ...done.map(String), ...spentCells(spent)]);
      } finally {
        world.stop();
      }
    }
  }
  const head = [
    'WORKERS_PLAN',
    'Uploads ended',
    'Webhooks sent',
    'KV reads',
    'KV writes and deletes',
  ];
  return table([...head, 'KV lists', 'Subrequests'], rows);
}

/** A bulk read counts once. */
function spentCells({ operations: { get, put, delete: deleted, list }, subrequests }: Spent) {
  return [get, put + deleted, list, subrequests].map(String);
}

function short(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

function dollarsOf(dollars: number): string {
  return `$${Math.round(dollars).toLocaleString('en-US')}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n';
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // The page's clock keeps no process alive.
  setInterval(() => undefined, 1000);
  writeFileSync(PAGE, await renewedPage(scalePage(), await measureAll()));
  process.exit(0);
}
