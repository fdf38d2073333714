/** One upload from Create to Complete. */
import { Hasher } from '../checksum/hasher.ts';
import { getFileUrl } from '../api/calls.ts';
import { Reports } from '../api/report.ts';
import { abortUpload } from '../api/upload-calls.ts';
import { Claims } from '../journal/claims.ts';
import { Elsewhere } from '../journal/elsewhere.ts';
import { readKeyHeads } from '../journal/entries.ts';
import { findInterrupted, findUnfinished, Forgetter } from '../journal/interrupted.ts';
import { WaitingUploads } from '../journal/waiting.ts';
import type { Services } from '../services.ts';
import { Preconnect } from '../store/preconnect.ts';
import { Concurrency } from '../throughput/concurrency.ts';
import { ExpectedSpeed } from '../throughput/expected-speed.ts';
import type { Interrupted, Unfinished } from '../types.ts';
import type { Upload } from '../upload/upload.ts';
import { atMost } from '../util/at-most.ts';
import { abandon } from './abandon.ts';
import { Route } from './route.ts';
import { run } from './run.ts';
import { shareCalls, SigningTime, type SendingContext } from './context.ts';

const CONNECTIONS_PER_LANE = 6;
/** Files that are transformed at once: each may need a picture's pixels in memory. */
const TRANSFORMS = 2;
/** Uploads that are aborted at once: hundreds may be cancelled together. */
const ABORTS = 6;

/** What sends uploads, as the scheduler sees it. */
export interface Sending {
  /** Requests to the store that may be in flight. */
  readonly limit: number;
  /** Takes an upload from its first request to its last. Never rejects. */
  run(upload: Upload, signal: AbortSignal): Promise<void>;
  /** Aborts a cancelled upload on the store. Never rejects. */
  abandon(upload: Upload): Promise<void>;
  /** Writes into the journal that an upload was cancelled, or is wanted again. */
  note(upload: Upload): void;
  /** The file of a failed upload was added again, and is looked for in the journal anew. */
  forgetFile(upload: Upload): void;
  /** Uploads of an earlier visit. `own`: those of this page, by id. */
  interrupted(own: Pick<ReadonlyMap<string, unknown>, 'has'>): Promise<readonly Interrupted[]>;
  /** Forgets an upload of an earlier visit. Never rejects. */
  forget(id: string): Promise<void>;
  /** The caller's unfinished uploads, from any device. */
  unfinished(): Promise<readonly Unfinished[]>;
  /** Deletes a complete upload from the bucket, if the policy says that it is removable. */
  deleteFile(id: string): Promise<void>;
  /** A link to a complete upload. */
  fileUrl(id: string): Promise<string>;
  close(): void;
}

export function createSending(services: Services): Sending {
  const claims = new Claims(services);
  const elsewhere = new Elsewhere(services);
  const concurrency = new Concurrency();
  const adjust = () => adjustConcurrency(concurrency, services);
  adjust();
  services.onTurn(adjust);
  const reports = new Reports(services.worker);
  const context: SendingContext = {
    services,
    calls: shareCalls(services, () => concurrency.limit),
    claims,
    elsewhere,
    concurrency,
    hasher: new Hasher(),
    waiting: new WaitingUploads(services, claims),
    transformLine: atMost(TRANSFORMS),
    route: new Route(services, reports),
    reports,
    preconnect: new Preconnect(),
    expectedSpeed: new ExpectedSpeed(),
    signingTime: new SigningTime(),
  };
  // Opening the database takes as long as hashing a few files.
  if (services.options.resume !== false) void readKeyHeads();
  const forgetter = new Forgetter(services, elsewhere);
  const inLine = atMost(ABORTS);
  const forget = (id: string) => inLine(() => forgetter.forget(id));
  return {
    get limit() {
      return concurrency.limit;
    },
    run: (upload, signal) => run(upload, context, signal),
    abandon: (upload) => inLine(() => abandon(upload, context)),
    note: (upload) => void claims.note(upload, upload.parts?.receipts),
    forgetFile: (upload) => void claims.remove(upload),
    interrupted: (own) => findInterrupted(services, elsewhere, own, forget),
    forget,
    unfinished: () => findUnfinished(services),
    async deleteFile(id) {
      if (services.policy?.removable) await abortUpload(services.worker, { id });
    },
    fileUrl: (id) => getFileUrl(services.worker, id),
    close() {
      context.hasher.close();
      claims.releaseAll();
    },
  };
}

/** The page's option and the policy may change at any time. */
function adjustConcurrency(concurrency: Concurrency, { options, policy, worker }: Services): void {
  if (!policy) return;
  concurrency.max = options.concurrency ?? policy.lanes * CONNECTIONS_PER_LANE;
  concurrency.workerHost = new URL(worker.endpoint, globalThis.location?.href).host;
}
