/**
 * What an upload costs, counted: the real engine in a page of our own, the real Worker in workerd, and
 * a store that counts. docs/scale.md multiplies these figures.
 */
import { Uploader } from '../../../widget/core/index.ts';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import { pageNow } from '../counts/clock.ts';
import { becomePage, SparseFile, when } from '../counts/page.ts';
import { startSink } from '../counts/sink.ts';
import { jwtFor, startLab } from '../harness.ts';

/** Operations for one upload. */
export interface Figures {
  readonly workerRequests: number;
  readonly kvReads: number;
  readonly kvWrites: number;
  readonly kvLists: number;
  /** Requests of the Worker to the store. */
  readonly subrequests: number;
  /** Requests of the page to the store. */
  readonly parts: number;
  /** Of both together, those that R2 bills as Class A: Create, parts, Complete and lists. */
  readonly classA: number;
  /** Those that R2 bills as Class B: HEAD. */
  readonly classB: number;
}

export interface Case {
  readonly what: string;
  readonly bytes: number;
  /** Files that one visit to the page uploads. */
  readonly files: number;
}

const MB = 1_000_000;
const GB = 1000 * MB;

export const CASES: readonly Case[] = [
  { what: '1 MB, one on each visit', bytes: MB, files: 1 },
  { what: '1 MB, 100 on each visit', bytes: MB, files: 100 },
  { what: '10 GB, one on each visit', bytes: 10 * GB, files: 1 },
];

/** Uploads the files of one visit to a store as R2 is, and counts. */
export async function measure({ bytes, files }: Case): Promise<Figures> {
  const sink = await startSink(PROFILES.r2);
  const settings = { MAX_BYTES: '100GiB', SINGLE_MAX_BYTES: '', MIN_PART_BYTES: '' };
  const lab = await startLab(sink.running, settings);
  try {
    await lab.seen();
    becomePage({ bytesPerSecond: 100 * MB, speed: bytes > GB ? 40 : 4 }, sink);
    const endpoint = new URL('/', (await lab.fetch('/health')).url).href;
    const bearer = await jwtFor('alice');
    const uploader = new Uploader({ endpoint, getToken: () => bearer });
    const began = pageNow();
    uploader.add(
      Array.from({ length: files }, (_, index) => new SparseFile(bytes, `${index}.mp4`)),
    );
    await when(() =>
      uploader.uploads.every(({ status }) => status === 'done' || status === 'failed'),
    );
    uploader.close();
    if (sink.objects.size !== files) throw new Error('Not every upload has arrived.');
    if (pageNow() - began > 3_600_000) throw new Error('It took longer than an hour.');
    const { log, kv } = await lab.seen();
    const requests = log.filter((line) => {
      const { event, action } = JSON.parse(line) as { event: string; action?: string };
      return event === 'request' && !action?.includes('health');
    });
    const operations = (kinds: RegExp) => kv.filter((line) => kinds.test(line)).length;
    const parts = sink.taken();
    const ofMethod = (method: string) =>
      sink.asked.filter((line) => line.startsWith(`${method} `)).length;
    return {
      workerRequests: requests.length / files,
      kvReads: operations(/^get/) / files,
      kvWrites: operations(/^(put|delete)/) / files,
      kvLists: operations(/^list/) / files,
      subrequests: sink.asked.length / files,
      parts: parts / files,
      classA: (parts + ofMethod('POST') + ofMethod('GET')) / files,
      classB: ofMethod('HEAD') / files,
    };
  } finally {
    await lab.stop();
    sink.stop();
  }
}
