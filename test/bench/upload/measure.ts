/** Runs one case for several rounds, and prints what came out. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeRandomFile } from '../../e2e/files.ts';
import type { Ends } from '../server.ts';
import type { Scripts } from './bundles.ts';
import type { Case, Run } from './cases.ts';
import type { BenchPage, Where } from './contenders.ts';
import { cpuSecondsOf } from './cpu.ts';
import { joulesSoFar } from './energy.ts';
import { median, medianAndRange } from './figures.ts';
import { machine } from './machine.ts';
import { saveRecord } from './record.ts';
import { setStage, type Stage } from './stage.ts';

/** Time between opening the page and picking files, as with a person. */
const IDLE_MS = 1000;
/** A page has its policy by then: one round trip to connect, one to ask, and one to spare. */
const IDLE_ROUND_TRIPS = 3;
/** A contender that takes longer has failed. */
const LONGEST_RUN_MS = 120_000;

const NOTHING = {
  seconds: NaN,
  joules: NaN,
  firstByteSeconds: NaN,
  bytesUp: NaN,
  requests: NaN,
  preflights: NaN,
};

/** On the page. */
declare const bench: BenchPage;

export interface MeasureOptions {
  readonly scripts: Scripts;
  /** Folder for the files that are uploaded. */
  readonly directory: string;
  readonly rounds: number;
  /** Keep the outcomes, from which the page of the docs is written. */
  readonly isSaved: boolean;
}

/** One run of one contender. */
export interface Outcome {
  /** NaN if it failed. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Energy of the whole machine, in joules; NaN where it has no counter. */
  readonly joules: number;
  /** Seconds until the first byte of a file reached the store. */
  readonly firstByteSeconds: number;
  /** Bytes that left for the servers, with all headers; NaN without a wire. */
  readonly bytesUp: number;
  /** Requests to the store and to the signer, without preflights. */
  readonly requests: number;
  readonly preflights: number;
  readonly error?: string;
}

/**
 * Runs every contender once in each round, in an order that turns around from round to round, and
 * prints the result. Ratios are those of one round, because other work on the machine moves all of
 * its runs alike.
 *
 * @returns true if a target was missed.
 */
export async function measure(aCase: Case, options: MeasureOptions): Promise<boolean> {
  const files = await Promise.all(
    aCase.files.map(async (bytes, index) => {
      const path = join(options.directory, `${aCase.id}-${index}.bin`);
      await writeRandomFile(path, bytes);
      return path;
    }),
  );
  const outcomes = new Map<Run, Outcome[]>(aCase.runs.map((run) => [run, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    // Servers that fail one request in so many begin to count anew.
    const stage = await setStage(aCase, options.scripts);
    try {
      const order = round % 2 ? aCase.runs.toReversed() : aCase.runs;
      for (const run of order) outcomes.get(run)?.push(await runOnce(stage, files, run, aCase));
    } finally {
      await stage.close();
    }
  }
  await Promise.all(files.map((path) => rm(path)));
  if (options.isSaved) await saveRecord(aCase, outcomes, machine());
  return print(aCase, outcomes);
}

function print(
  { title, runs, wire, files }: Case,
  outcomes: ReadonlyMap<Run, readonly Outcome[]>,
): boolean {
  const outcomesOf = (run: Run | undefined) => (run ? (outcomes.get(run) ?? []) : []);
  const floor = outcomesOf(runs[0]);
  console.log(`\n${title} (${floor.length} rounds, ${machine()}; medians and ranges)`);
  if (joulesSoFar() === undefined) console.log('  (no energy counter on this machine)');
  const gib = files.reduce((sum, bytes) => sum + bytes, 0) / 2 ** 30;
  let isMissed = false;
  let before: readonly number[] = [];
  for (const run of runs) {
    const all = outcomesOf(run);
    const whole = all.filter(({ error }) => error === undefined);
    const ratios = all.map(({ seconds }, round) => seconds / (floor[round]?.seconds ?? NaN));
    const known = ratios.filter((ratio) => !Number.isNaN(ratio));
    const atMost = run.isBeside ? undefined : run.atMost;
    const isMiss = atMost !== undefined && !(median(known) <= atMost);
    isMissed ||= isMiss;
    const columns = [`  ${run.name.padEnd(32)}`];
    if (whole.length > 0) {
      const cpu = median(whole.map(({ cpuSeconds }) => cpuSeconds));
      const firstByte = median(whole.map(({ firstByteSeconds }) => firstByteSeconds));
      columns.push(
        `${medianAndRange(
          whole.map(({ seconds }) => seconds),
          2,
        )} s`.padEnd(26),
        `${medianAndRange(known, 3)} x floor`.padEnd(33),
        `${cpu.toFixed(2).padStart(6)} s of CPU`,
        ...(gib >= 1 / 16 ? [`, ${(cpu / gib).toFixed(2)} for each GiB`] : []),
        `${firstByte.toFixed(3).padStart(7)} s to the first byte`,
        `, ${median(whole.map(({ requests }) => requests))} requests`,
        ` and ${median(whole.map(({ preflights }) => preflights))} preflights`,
      );
    }
    const bytesUp = median(whole.map((outcome) => outcome.bytesUp));
    if (wire && !Number.isNaN(bytesUp)) {
      const idle = median(
        whole.map((outcome) => outcome.seconds - outcome.bytesUp / wire.bytesPerSecond),
      );
      columns.push(`  ${(bytesUp / 1000).toFixed(0)} kB up, line idle ${idle.toFixed(2)} s`);
    }
    const joules = median(whole.map((outcome) => outcome.joules));
    if (!Number.isNaN(joules)) columns.push(`${joules.toFixed(0).padStart(6)} J`);
    if (atMost !== undefined) columns.push(`  ${isMiss ? 'ABOVE' : 'within'} ${atMost}`);
    if (run.isBeside) {
      const gains = ratios.map((ratio, round) => ratio - (before[round] ?? NaN));
      columns.push(`  beside − here: ${medianAndRange(gains, 3)}`);
    }
    const failed = all.filter(({ error }) => error !== undefined);
    if (failed.length > 0) {
      columns.push(`  failed ${failed.length} of ${all.length} times: ${failed[0]?.error}`);
    }
    before = ratios;
    console.log(columns.join(''));
  }
  return isMissed;
}

/** One run in a browser of its own: no warm connection and no cached preflight from the run before. */
export async function runOnce(
  { openBrowser, pageUrl, ends, takeSeen, takeBytes }: Stage,
  files: readonly string[],
  { contender, endpoint, isBeside, concurrency }: Run,
  { limits, line, wire }: Case,
): Promise<Outcome> {
  const browser = await openBrowser();
  const pid = browser.process()?.pid ?? NaN;
  let cpu = NaN;
  const idleMs = Math.max(IDLE_MS, IDLE_ROUND_TRIPS * (line?.rttMs ?? wire?.rttMs ?? 0));
  try {
    const tab = await browser.newPage();
    await tab.goto(isBeside ? `${pageUrl}/beside` : pageUrl);
    const input = await tab.$('input');
    await input?.uploadFile(...files);
    const where = { ...whereTo(ends, endpoint), concurrency, limits };
    await tab.evaluate((contender, where) => bench.prepare(contender, where), contender, where);
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    await takeSeen();
    await takeBytes();
    cpu = cpuSecondsOf(pid);
    const joulesBefore = joulesSoFar() ?? NaN;
    const { seconds, startedAt } = await inTime(tab.evaluate(() => bench.go()));
    const cpuSeconds = cpuSecondsOf(pid) - cpu;
    const joules = (joulesSoFar() ?? NaN) - joulesBefore;
    const { firstAt = NaN, requests, preflights } = await takeSeen();
    const firstByteSeconds = (firstAt - startedAt) / 1000;
    const bytesUp = (await takeBytes()) ?? NaN;
    return { seconds, cpuSeconds, joules, firstByteSeconds, bytesUp, requests, preflights };
  } catch (error) {
    const [message = ''] = String(error).split('\n');
    const cpuSeconds = cpuSecondsOf(pid) - cpu;
    return { ...NOTHING, cpuSeconds, error: message };
  } finally {
    await browser.close();
  }
}

async function inTime<Value>(run: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('takes too long')), LONGEST_RUN_MS);
  });
  return Promise.race([run, tooLate]).finally(() => clearTimeout(timer));
}

function whereTo({ lanes, http2Lanes, signer, tus }: Ends, endpoint: Run['endpoint']): Where {
  const hosts = endpoint.startsWith('http2') ? http2Lanes : lanes;
  return { lanes: hosts.slice(0, 1), endpoint: `${signer}/${endpoint}`, tus };
}
