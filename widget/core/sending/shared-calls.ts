/** Creates of all files, and Completes of files that go in one request: many share one call. */
import type { CompleteManyBody, Created, FileEntry, Result } from '../../../worker/protocol.ts';
import { Batch } from '../api/batch.ts';
import { completeUploads, createUploads } from '../api/calls.ts';
import { patienceMs } from '../options.ts';
import type { Services } from '../services.ts';

export interface SharedCalls {
  readonly creates: Batch<FileEntry, Created>;
  readonly completes: Batch<CompleteManyBody['uploads'][number], Result>;
}

/** Longest time that a Create waits for others to share its request. */
const CREATE_WAIT_MS = 1000;
const COMPLETE_WAIT_MS = 4000;

export function shareCalls(services: Services): SharedCalls {
  const { worker } = services;
  const patience = () => patienceMs(services.options, true);
  const creates: SharedCalls['creates'] = new Batch(
    (files) => createUploads(worker, files),
    () => Math.min(services.policy?.batch.create ?? 1, services.policy?.maxFiles ?? Infinity),
    patience,
    CREATE_WAIT_MS,
  );
  const completes: SharedCalls['completes'] = new Batch(
    (uploads) => completeUploads(worker, uploads),
    () => services.policy?.batch.complete ?? 1,
    patience,
    COMPLETE_WAIT_MS,
  );
  // A batch is sent as soon as no other upload is about to join it.
  services.onTurn(() => {
    const running = [...services.running()];
    if (!running.some(({ phase }) => phase === 'claiming')) creates.flush();
    if (!running.some((one) => one.isSingle && one.phase !== 'completing')) completes.flush();
  });
  return { creates, completes };
}
