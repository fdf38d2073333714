/** What all uploads share. The scheduler implements it, once. */
import type { Policy } from '../../worker/protocol.ts';
import type { WorkerClient } from './api/worker-client.ts';
import type { Backoff } from './faults/backoff.ts';
import type { UploaderOptions } from './types.ts';
import type { UploadEvent } from './upload/state.ts';
import type { Upload } from './upload/upload.ts';
import type { Rate } from './util/rate.ts';

export interface Services {
  readonly options: UploaderOptions;
  readonly isClosed: boolean;
  /** Undefined until the Worker has answered. */
  readonly policy: Policy | undefined;
  readonly worker: WorkerClient;
  readonly backoff: Backoff;
  /** Speed of all files together. */
  readonly rate: Rate;

  /** Uploads that are running. */
  running(): Iterable<Upload>;
  /** Uploads that are running, then those that wait for their turn. */
  pending(): readonly Upload[];
  /** Changes an upload's state, and reports it. */
  apply(upload: Upload, event: UploadEvent): void;
  /** Reports that a snapshot may look different: bytes have moved. */
  changed(upload: Upload): void;
  /** Compares what the upload's requests wait for with its state. */
  reviewWaiting(upload: Upload): void;
  /** Calls every `onTurn` listener once, soon. */
  requestTurn(): void;
  /** Calls the listener whenever something may have made room for more; returns its end. */
  onTurn(listener: () => void): () => void;
  /** Asks for the policy again, because the present one may be out of date. */
  refreshPolicy(): Promise<void>;
  /**
   * What the journal's keys of the present caller begin with. Undefined while the Worker has not said
   * who is calling.
   */
  callerKey(): Promise<string | undefined>;
}
