/** What happens to uploads, for those who want to know. */
import type { WaitUntil } from './ledger.ts';
import type { Log } from './log.ts';
import type { Result } from './protocol.ts';
import type { Upload } from './upload.ts';

/** One thing that happened. At least once; `type` and the upload's id together name it. */
export type UploadEvent =
  | { readonly type: 'prepared'; readonly upload: Upload }
  | { readonly type: 'completed'; readonly upload: Upload; readonly result: Result }
  | { readonly type: 'aborted'; readonly upload: Upload }
  | { readonly type: 'expired'; readonly upload: Upload };

/** Code of the operator's own that takes part. */
export interface Hooks {
  /** Told after the fact. What it throws is logged and changes nothing. */
  readonly onEvent?: (event: UploadEvent) => void | Promise<void>;
}

/** Tells the hooks after the answer: nobody waits for them, and they undo nothing. */
export function eventsOf(
  { onEvent }: Hooks,
  log: Log,
): (event: UploadEvent, waitUntil: WaitUntil) => void {
  if (!onEvent) return () => undefined;
  return (event, waitUntil) => {
    waitUntil(
      Promise.resolve(event)
        .then(onEvent)
        .catch((error: unknown) => log.warn('hook_failed', { type: event.type, error })),
    );
  };
}
