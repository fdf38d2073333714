/** One upload from Create to Complete. Loaded with the first file. */
import { Hasher } from '../checksum/hasher.ts';
import { Claims } from '../journal/claims.ts';
import { findHandles, findInterrupted, Forgetter } from '../journal/interrupted.ts';
import { WaitingUploads } from '../journal/waiting.ts';
import type { Services } from '../services.ts';
import { ExpectedSpeed } from '../throughput/expected-speed.ts';
import type { Interrupted } from '../types.ts';
import type { Upload } from '../upload/upload.ts';
import { abandon } from './abandon.ts';
import { SigningTime, type SendingContext } from './context.ts';
import { Route } from './route.ts';
import { run } from './run.ts';

/** The lazy half of the engine, as the other half sees it. */
export interface Sending {
  /** Takes an upload from its first request to its last. Never rejects. */
  run(upload: Upload, signal: AbortSignal): Promise<void>;
  /** Aborts a cancelled upload on the store. Never rejects. */
  abandon(upload: Upload): Promise<void>;
  /** Uploads of an earlier visit. `own`: those of this page, by id. */
  interrupted(own: Pick<ReadonlyMap<string, unknown>, 'has'>): Promise<readonly Interrupted[]>;
  /** Forgets an upload of an earlier visit. Never rejects. */
  forget(id: string): Promise<void>;
  /** File handles in the journal, by the ids of their uploads. */
  handles(): Promise<ReadonlyMap<string, FileSystemFileHandle | undefined>>;
  close(): void;
}

export function createSending(services: Services): Sending {
  const claims = new Claims(services);
  const context: SendingContext = {
    services,
    claims,
    hasher: new Hasher(),
    waiting: new WaitingUploads(services, claims),
    route: new Route(services),
    expectedSpeed: new ExpectedSpeed(),
    signingTime: new SigningTime(),
  };
  const forgetter = new Forgetter(services);
  return {
    run: (upload, signal) => run(upload, context, signal),
    abandon: (upload) => abandon(upload, context),
    interrupted: (own) => findInterrupted(services, own),
    forget: (id) => forgetter.forget(id),
    handles: findHandles,
    close() {
      context.hasher.close();
      claims.releaseAll();
    },
  };
}
