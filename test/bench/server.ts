/**
 * The sinks and signers of one line, in a process of their own, so that what the measuring side does
 * does not slow them. Started with `fork`: it is sent `ServerOptions`, answers with `Ends`, and ends
 * with its parent.
 */
import process from 'node:process';
import type { PlanLimits } from '../../worker/protocol.ts';
import { startHttp2Sink } from './http2-sink.ts';
import type { Traffic } from './http.ts';
import type { LineSpeed } from './line.ts';
import { startTusd } from './peers/tusd.ts';
import { startSigner } from './signer.ts';
import { startSink, type SinkCounts } from './sink.ts';

export interface ServerOptions {
  /** Where the servers listen; lanes take turns. */
  readonly addresses: readonly string[];
  readonly speed: LineSpeed;
  /** Of the requests to each server, one in so many fails. */
  readonly failEvery?: number | undefined;
  /** How files are divided, if not as by default. */
  readonly limits?: PlanLimits | undefined;
  /** The store speaks HTTP/2, too. */
  readonly hasHttp2?: boolean | undefined;
  /** The path of tusd, if it runs beside the sinks. */
  readonly tusd?: string | undefined;
}

/** Where the servers of one line are. */
export interface Ends {
  /** Two hosts of the store over HTTP/1.1. */
  readonly lanes: readonly string[];
  /** Two hosts of the store over HTTP/2. */
  readonly http2Lanes: readonly string[];
  /** Has the endpoints plain, checked, lanes, forms, http2 and http2Lanes. */
  readonly signer: string;
  readonly tus: string | undefined;
}

/** What the server is asked after it has started: what it has seen since the last time. */
export interface Seen extends Traffic {
  /** When the first byte of a file arrived, in milliseconds since 1970; undefined if none has. */
  readonly firstAt: number | undefined;
}

const counts: SinkCounts[] = [];
const traffic: Traffic = { requests: 0, preflights: 0 };

async function start({
  addresses,
  speed,
  limits,
  failEvery,
  ...rest
}: ServerOptions): Promise<Ends> {
  const [address, second = address] = addresses;
  const sinks = [
    await startSink(speed, { address, failEvery, traffic }),
    await startSink(speed, { address: second, failEvery, traffic }),
  ];
  const lanes = sinks.map(({ url }) => url);
  const one = lanes.slice(0, 1);
  const http2Sinks = rest.hasHttp2
    ? [await startHttp2Sink(address, traffic), await startHttp2Sink(second, traffic)]
    : [];
  const http2Lanes = http2Sinks.map(({ url }) => url);
  const tusCounts: SinkCounts = { requests: 0, bytes: 0 };
  counts.push(...[...sinks, ...http2Sinks].map((sink) => sink.counts), tusCounts);
  const checked = { checksum: 'crc64nvme', postPolicy: false, ...(limits && { limits }) } as const;
  const setUps = {
    plain: { ...checked, checksum: null, lanes: one },
    checked: { ...checked, lanes: one },
    lanes: { ...checked, lanes },
    forms: { ...checked, lanes: one, postPolicy: true },
    http2: { ...checked, lanes: http2Lanes.slice(0, 1) },
    http2Lanes: { ...checked, lanes: http2Lanes },
  };
  const signer = await startSigner(speed, setUps, { address, failEvery, traffic });
  const tus = rest.tusd
    ? await startTusd(rest.tusd, address, speed, tusCounts, failEvery, traffic)
    : undefined;
  return { lanes, http2Lanes, signer: signer.url, tus };
}

function takeSeen(): Seen {
  const times = counts.flatMap(({ firstAt }) => firstAt ?? []);
  for (const one of counts) one.firstAt = undefined;
  const seen = { ...traffic, firstAt: times.length > 0 ? Math.min(...times) : undefined };
  Object.assign(traffic, { requests: 0, preflights: 0 });
  return seen;
}

process.once('message', (options: ServerOptions) => {
  void start(options).then((ends) => process.send?.(ends));
  process.on('message', () => process.send?.(takeSeen()));
});
process.on('disconnect', () => process.exit());
