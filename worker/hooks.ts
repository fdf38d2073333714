/** Where an operator's own code takes part in an upload's life. */
import type { Caller } from './auth.ts';
import type { WaitUntil } from './ledger.ts';
import type { Log } from './log.ts';
import { ProblemError } from './problem.ts';
import type { Result } from './protocol.ts';
import type { Upload } from './upload.ts';

/** One thing that happened. At least once; `type` and the upload's id together name it. */
export type UploadEvent =
  | { readonly type: 'prepared'; readonly upload: Upload }
  | { readonly type: 'completed'; readonly upload: Upload; readonly result: Result }
  | { readonly type: 'aborted'; readonly upload: Upload }
  | { readonly type: 'expired'; readonly upload: Upload };

/** What `prepare` makes of an upload. What is left out stays as it was decided. */
export interface Preparation {
  /** Refuses it; the reason is shown to the person who uploads. */
  readonly refuse?: string;
  /** Another key: of legal segments, and under the prefix where the caller is confined to one. */
  readonly key?: string;
  /** The object's metadata, instead of what the page and the settings gave it. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Code of the operator's own. */
export interface Hooks {
  /**
   * Asked of each upload that the policy lets through, before the store hears of it. A Create whose
   * answer was lost is asked again: the answer should depend on the upload alone.
   *
   * @throws ProblemError to refuse it with a code of one's own.
   */
  readonly prepare?: (
    upload: Upload,
    caller: Caller,
  ) => Preparation | undefined | Promise<Preparation | undefined>;
  /**
   * Done once for each upload that is complete, before the page is told: what it throws makes the
   * page ask again, and so `finalize` is tried again. Two Completes of one upload that reach
   * different places within a minute are the one case in which it may run twice.
   */
  readonly finalize?: (upload: Upload, result: Result) => void | Promise<void>;
  /** Told after the fact. What it throws is logged and changes nothing. */
  readonly onEvent?: (event: UploadEvent) => void | Promise<void>;
}

/**
 * What code of the operator's own answers. Where it fails by itself, its database being down, say,
 * it may be asked again: that is no fault of the settings, and no reason to give up.
 *
 * @throws ProblemError as that code does, else `store_unavailable`.
 */
export async function answerOf<T>(
  log: Log,
  type: 'authenticate' | 'policy' | 'prepare' | 'finalize',
  ask: () => T | Promise<T>,
  detail = 'What has to be asked before cannot answer: try again.',
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    log.warn('hook_failed', { type, error });
    throw new ProblemError('store_unavailable', detail, { retryAfter: 1 });
  }
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
