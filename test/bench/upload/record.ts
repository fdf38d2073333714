/** What was measured on one line, kept in a file, from which the tables and plots of the docs are made. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { browserPath } from '../../browsers.ts';
import type { Case, Run } from './cases.ts';
import type { Outcome } from './measure.ts';

/** Relative to the project's folder. */
export const RECORDS = 'docs/benchmarks';

/** A number that was not measured is null. */
type Kept<Value> = {
  readonly [Name in keyof Value]: Value[Name] | (Value[Name] extends number ? null : never);
};

export interface LineRecord {
  readonly id: string;
  readonly title: string;
  /** Such as 2026-11-26. */
  readonly date: string;
  readonly machine: string;
  readonly browser: string;
  readonly node: string;
  /** Bytes of all files. */
  readonly bytes: number;
  /** The first is the floor. */
  readonly runs: readonly {
    readonly name: string;
    readonly contender: string;
    /** One for each round. */
    readonly outcomes: readonly Kept<Outcome>[];
  }[];
}

export async function saveRecord(
  { id, title, files, runs }: Case,
  outcomes: ReadonlyMap<Run, readonly Outcome[]>,
  machine: string,
): Promise<void> {
  const record: LineRecord = {
    id,
    title,
    date: new Date().toISOString().slice(0, 10),
    machine,
    browser: execFileSync(await browserPath(), ['--version'], { encoding: 'utf8' }).trim(),
    node: process.version,
    bytes: files.reduce((sum, bytes) => sum + bytes, 0),
    runs: runs
      .filter(({ isBeside }) => !isBeside)
      .map((run) => ({
        name: run.name,
        contender: run.contender,
        outcomes: (outcomes.get(run) ?? []).map(rounded),
      })),
  };
  await keep(id, record);
}

/** Milliseconds are exact enough. */
function rounded(outcome: Outcome): Outcome {
  const entries = Object.entries(outcome).map(([name, value]) => [
    name,
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value,
  ]);
  return Object.fromEntries(entries) as Outcome;
}

/** What has been kept under this name; undefined if nothing has. */
export async function readKept<Value>(name: string): Promise<Value | undefined> {
  try {
    return JSON.parse(await readFile(join(RECORDS, `${name}.json`), 'utf8')) as Value;
  } catch {
    return undefined;
  }
}

/** Keeps it for the page of the docs. */
export async function keep(name: string, value: object): Promise<void> {
  await mkdir(RECORDS, { recursive: true });
  await writeFile(join(RECORDS, `${name}.json`), `${JSON.stringify(value, null, 2)}\n`);
}
