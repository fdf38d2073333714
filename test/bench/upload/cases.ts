/** The lines and files that the upload benchmark measures, and who runs on each. */
import type { PlanLimits } from '../../../worker/protocol.ts';
import { LOOPBACK, type LineSpeed } from '../line.ts';
import type { WireSpeed } from '../wire/wire.ts';
import type { Contender } from './contenders.ts';

const MIB = 1024 * 1024;

export interface Run {
  readonly name: string;
  readonly contender: Contender;
  readonly endpoint: 'plain' | 'checked' | 'lanes' | 'forms' | 'http2' | 'http2Lanes';
  /** The highest ratio to the floor's time that is accepted; printed with the verdict. */
  readonly atMost?: number;
  /** The engine's setting. */
  readonly concurrency?: number;
  /** True for the engine of the checkout that `--beside` names. */
  readonly isBeside?: boolean;
}

export interface Case {
  readonly id: string;
  readonly title: string;
  /** Modelled at the sockets of the servers. */
  readonly line?: LineSpeed;
  /** Real TCP between two network namespaces. */
  readonly wire?: WireSpeed;
  /** Of the requests to each server, one in so many fails. */
  readonly failEvery?: number;
  readonly hasHttp2?: boolean;
  readonly limits?: PlanLimits;
  /** Sizes in bytes. */
  readonly files: readonly number[];
  /** The first is the floor. */
  readonly runs: readonly Run[];
}

const FLOOR: Run = { name: 'floor: 6 XHR PUTs, URLs known', contender: 'floor', endpoint: 'plain' };
const UPPY: Run = { name: 'Uppy 6.3.1', contender: 'uppy', endpoint: 'plain' };
const PEERS: readonly Run[] = [
  UPPY,
  { name: 'Uppy 5.2.0', contender: 'uppy5', endpoint: 'plain' },
  { name: 'tus-js-client 4.3.1, tusd', contender: 'tus', endpoint: 'plain' },
  { name: '@aws-sdk/lib-storage 3.1175.0', contender: 'libStorage', endpoint: 'plain' },
  { name: 'Better Upload 3.0.19', contender: 'betterUpload', endpoint: 'plain' },
  { name: 'EvaporateJS 2.1.4', contender: 'evaporate', endpoint: 'plain' },
  { name: 'FilePond 4.32.12, chunks', contender: 'filePond', endpoint: 'plain' },
];
const ENGINE: Run = { name: 's3-upload, CRC64NVME', contender: 'engine', endpoint: 'checked' };
const ENGINE_BY_FORMS: Run = {
  ...ENGINE,
  name: 's3-upload, forms with SHA-256',
  endpoint: 'forms',
};

/** 80 ms of round trip, 5 MB/s for each connection. */
const FAR: LineSpeed = { rttMs: 80, bytesPerSecond: 5_000_000 };

/** Parts of 1 MiB divide a file that is small enough to be sent again and again over a bad line. */
const SMALL_PARTS: PlanLimits = {
  singleMaxBytes: MIB,
  minPartBytes: MIB,
  maxPartBytes: MIB,
  maxParts: 10_000,
};

export const CASES: readonly Case[] = [
  {
    id: 'loopback',
    title: 'one file of 1 GiB on loopback',
    line: LOOPBACK,
    files: [1024 * MIB],
    runs: [
      FLOOR,
      // The least that verifying the sent bytes costs: each is read once more.
      { name: 'floor, and read again', contender: 'floorAndRead', endpoint: 'plain' },
      // The other way: read once, and sent from memory.
      { name: 'floor, from buffers', contender: 'floorFromBuffers', endpoint: 'plain' },
      { name: 'floor, from Blobs in memory', contender: 'floorFromBlobs', endpoint: 'plain' },
      { ...ENGINE, name: 's3-upload, no checksums', endpoint: 'plain', atMost: 1.05 },
      { ...ENGINE, atMost: 1.35 },
      UPPY,
    ],
  },
  {
    id: 'far',
    title: 'one file of 256 MiB, 80 ms round trip, 5 MB/s a connection',
    line: FAR,
    files: [256 * MIB],
    runs: [
      FLOOR,
      { ...ENGINE, atMost: 1.05 },
      { ...ENGINE, name: 's3-upload, two lanes', endpoint: 'lanes', atMost: 0.55 },
      UPPY,
    ],
  },
  {
    id: 'small',
    title: '300 files of 20 kB, 80 ms round trip',
    line: FAR,
    files: Array.from({ length: 300 }, () => 20_000),
    runs: [
      FLOOR,
      { name: 'form POSTs alone', contender: 'forms', endpoint: 'plain' },
      { ...ENGINE_BY_FORMS, atMost: 0.6 },
      UPPY,
    ],
  },
  {
    id: 'thin',
    title: '8 files of 200 kB, 1 Mbit/s up, 300 ms round trip',
    wire: { rttMs: 300, bytesPerSecond: 125_000, queueBytes: 64_000, loss: 0 },
    files: Array.from({ length: 8 }, () => 200_000),
    runs: [FLOOR, ENGINE_BY_FORMS, ...PEERS],
  },
  {
    id: 'bloat',
    title: '6 files of 3 MB and one of 24 MB, 20 Mbit/s with a queue of 2 s, 40 ms round trip',
    wire: { rttMs: 40, bytesPerSecond: 2_500_000, queueBytes: 5_000_000, loss: 0 },
    files: [...Array.from({ length: 6 }, () => 3_000_000), 24_000_000],
    runs: [FLOOR, ENGINE, ...PEERS],
  },
  {
    id: 'faulty',
    title: '300 files of 200 kB and one of 64 MiB, 80 ms, 1 % of requests failing',
    line: FAR,
    failEvery: 100,
    files: [...Array.from({ length: 300 }, () => 200_000), 64 * MIB],
    runs: [FLOOR, ENGINE_BY_FORMS, ...PEERS],
  },
  ...[0, 0.001, 0.01].map((loss): Case => {
    const mib = loss < 0.01 ? 24 : 6;
    return {
      id: `http2-${loss * 100}`,
      title: `one file of ${mib} MiB over HTTP/2, 80 ms, 50 Mbit/s, ${loss * 100} % of packets lost`,
      wire: { rttMs: 80, bytesPerSecond: 6_250_000, queueBytes: 500_000, loss },
      hasHttp2: true,
      limits: SMALL_PARTS,
      files: [mib * MIB],
      runs: [
        { ...FLOOR, name: 'floor: HTTP/1.1, 6 connections' },
        { ...FLOOR, name: 'HTTP/2, 6 XHR PUTs', endpoint: 'http2' },
        ...[2, 6].map((concurrency): Run => ({
          name: `s3-upload, 1 host, ${concurrency} streams`,
          contender: 'engine',
          endpoint: 'http2',
          concurrency,
        })),
        ...[6, 12].map((concurrency): Run => ({
          name: `s3-upload, 2 hosts, ${concurrency} streams`,
          contender: 'engine',
          endpoint: 'http2Lanes',
          concurrency,
        })),
      ],
    };
  }),
];

/** The same case, in which the other checkout's engine runs next to ours. */
export function withBeside(aCase: Case): Case {
  const runs = aCase.runs.flatMap((run): Run[] => {
    if (run.contender !== 'engine') return [run];
    return [run, { ...run, name: '  beside', isBeside: true }];
  });
  return { ...aCase, runs };
}
