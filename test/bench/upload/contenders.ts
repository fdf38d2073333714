/**
 * What the page of the benchmark runs: the floor, form POSTs, the engine, and other clients. Each
 * throws if anything was not uploaded.
 */
import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';
import { Upload as TusUpload } from 'tus-js-client';
import * as uppy5Client from '../../e2e/uppy5/client.ts';
import { planFor, partCount, partRange, type PlanLimits } from '../../../worker/protocol/plan.ts';
import { Uploader } from '../../../widget/core/index.ts';
import { AT_ONCE, inParallel } from './in-parallel.ts';

/** Files in, seconds out; made ready before the clock starts. */
type Ready = () => Promise<number>;

/** Parallel XHR PUTs to known URLs, of the very parts that the engine sends: nothing can be faster. */
function floor(files: readonly File[], where: Where): Ready {
  const slices = slicesOf(files, where);
  return () => timed(() => inParallel(slices, ({ url, body }) => sendUntilStored(url, body)));
}

function slicesOf(files: readonly File[], { lanes, limits }: Where) {
  return files.flatMap((file, index) => {
    const plan = planFor(file.size, limits);
    return Array.from({ length: partCount(plan) }, (_, part) => {
      const { start, end } = partRange(plan, part + 1);
      const url = `${lanes[part % lanes.length]}/bucket/${crypto.randomUUID()}?file=${index}&partNumber=${part + 1}`;
      return { url, body: file.slice(start, end) };
    });
  });
}

/** The floor, and each part read once more by a worker, as who checks it has to; nothing computed. */
function floorAndRead(files: readonly File[], where: Where): Ready {
  const send = floor(files, where);
  const script = 'onmessage = async ({ data }) => { await data.arrayBuffer(); postMessage(0); }';
  const worker = new Worker(URL.createObjectURL(new Blob([script])));
  const read = async () => {
    for (const file of files) {
      const plan = planFor(file.size, where.limits);
      for (let part = 1; part <= partCount(plan); part += 1) {
        const { start, end } = partRange(plan, part);
        await new Promise((resolve) => {
          worker.addEventListener('message', resolve, { once: true });
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
          worker.postMessage(file.slice(start, end));
        });
      }
    }
  };
  return () => timed(() => Promise.all([send(), read()])).finally(() => worker.terminate());
}

/**
 * The floor, but each part is read into memory once, where it could be hashed, and sent from there:
 * as it is, or as a Blob made of it.
 */
function floorFromMemory(
  files: readonly File[],
  where: Where,
  bodyOf: (bytes: ArrayBuffer) => ArrayBuffer | Blob,
): Ready {
  const slices = slicesOf(files, where);
  return () =>
    timed(() =>
      inParallel(slices, async ({ url, body }) =>
        sendUntilStored(url, bodyOf(await body.arrayBuffer())),
      ),
    );
}

/** Form POSTs alone, without a preflight. */
function forms(files: readonly File[], { lanes }: Where): Ready {
  return () =>
    timed(() =>
      inParallel(files, (file) => {
        const form = new FormData();
        form.append('key', file.name);
        form.append('file', file);
        return send('POST', `${lanes[0]}/bucket`, form);
      }),
    );
}

/** The element is on a page before anything is picked, so the engine is there before the clock. */
function engine(files: readonly File[], { endpoint, concurrency }: Where): Ready {
  const uploader = new Uploader({ endpoint, ...(concurrency && { concurrency }) });
  return async () => {
    const seconds = await timed(async () => {
      const settled = new Promise((resolve) =>
        uploader.addEventListener('upload-settled', resolve, { once: true }),
      );
      uploader.add(files);
      await settled;
    });
    const { uploads } = uploader;
    const undone = uploads.find(({ status }) => status !== 'done');
    uploader.close();
    if (undone || uploads.length !== files.length) {
      throw new Error(`not done: ${undone?.status} ${undone?.error?.message}`);
    }
    return seconds;
  };
}

function uppy(files: readonly File[], { endpoint }: Where): Ready {
  const uppy = new Uppy().use(AwsS3, { companionEndpoint: `${endpoint}/companion` });
  return uploadedBy(uppy, files);
}

function uppy5(files: readonly File[], { endpoint }: Where): Ready {
  const { Uppy, AwsS3 } = uppy5Client;
  const uppy = new Uppy().use(AwsS3, { endpoint: `${endpoint}/companion` });
  return uploadedBy(uppy, files);
}

interface UppyResult {
  readonly successful?: readonly unknown[] | undefined;
  readonly failed?: readonly { readonly error?: unknown }[] | undefined;
}

/** Either version of Uppy. */
interface AnyUppy {
  addFiles(files: { name: string; type: string; data: File }[]): void;
  upload(): Promise<UppyResult | undefined>;
}

function uploadedBy(uppy: AnyUppy, files: readonly File[]): Ready {
  return () =>
    timed(async () => {
      uppy.addFiles(files.map((data) => ({ name: data.name, type: data.type, data })));
      const result = await uppy.upload();
      if (result?.successful?.length !== files.length) {
        throw new Error(`not done: ${result?.failed?.[0]?.error}`);
      }
    });
}

/** One file in six parts at a time, many files six at a time. */
function tus(files: readonly File[], { tus: endpoint = '' }: Where): Ready {
  const parallelUploads = files.length === 1 ? AT_ONCE : 1;
  return () =>
    timed(() =>
      inParallel(
        files,
        (file) =>
          new Promise<void>((onSuccess, onError) => {
            const options = { endpoint, parallelUploads, storeFingerprintForResuming: false };
            new TusUpload(file, { ...options, onSuccess: () => onSuccess(), onError }).start();
          }),
      ),
    );
}

/** Clients that `peers/page.ts` brings. */
const PEERS = ['libStorage', 'betterUpload', 'evaporate', 'filePond'] as const;
type Peer = (typeof PEERS)[number];

function peer(name: Peer) {
  return (files: readonly File[], where: Where): Ready => {
    const upload = globalThis.peers?.[name];
    if (!upload) throw new Error('not installed: npm ci --prefix test/bench/peers');
    return () => timed(() => upload(files, where));
  };
}

declare global {
  /** Each uploads all of the files, and throws if it does not. */
  var peers:
    | Readonly<Record<Peer, (files: readonly File[], where: Where) => Promise<void>>>
    | undefined;
}

export interface Where {
  readonly lanes: readonly string[];
  readonly endpoint: string;
  readonly tus?: string | undefined;
  readonly concurrency?: number | undefined;
  readonly limits?: PlanLimits | undefined;
}

const CONTENDERS = {
  floor,
  floorAndRead,
  floorFromBuffers: (files: readonly File[], where: Where) =>
    floorFromMemory(files, where, (bytes) => bytes),
  floorFromBlobs: (files: readonly File[], where: Where) =>
    floorFromMemory(files, where, (bytes) => new Blob([bytes])),
  forms,
  engine,
  uppy,
  uppy5,
  tus,
  libStorage: peer('libStorage'),
  betterUpload: peer('betterUpload'),
  evaporate: peer('evaporate'),
  filePond: peer('filePond'),
};
export type Contender = keyof typeof CONTENDERS;

export interface Took {
  /** In milliseconds since 1970. */
  readonly startedAt: number;
  readonly seconds: number;
}

/** What the page offers to the benchmark. */
export interface BenchPage {
  /** Makes a contender ready for the files of the page's input. */
  prepare(contender: Contender, where: Where): void;
  go(): Promise<Took>;
}

let ready: Ready | undefined;
const bench: BenchPage = {
  prepare: (contender, where) => {
    const files = document.querySelector('input')?.files ?? [];
    ready = CONTENDERS[contender]([...files], where);
  },
  go: async () => {
    if (!ready) throw new Error('nothing was prepared');
    const startedAt = performance.timeOrigin + performance.now();
    return { startedAt, seconds: await ready() };
  },
};
Object.assign(globalThis, { bench });

/** The floor loses no time over a fault: it sends the part again at once. */
async function sendUntilStored(url: string, body: Blob | ArrayBuffer): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send('PUT', url, body);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

function send(method: string, url: string, body: Blob | ArrayBuffer | FormData): Promise<void> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.onload = () => (xhr.status < 300 ? resolve() : reject(new Error(`${xhr.status}`)));
    xhr.onerror = () => reject(new Error(`no answer from ${url}`));
    xhr.send(body);
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
