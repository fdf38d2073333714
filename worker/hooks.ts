/** Calls the operator's own code at certain points of an upload's life. */
import type { Caller } from './auth.ts';
import type { WaitUntil } from './ledger/ledger.ts';
import { defectOf, type Log } from './util/log.ts';
import { ProblemError } from './problem.ts';
import type { Result } from './protocol.ts';
import type { Upload } from './upload/upload.ts';

/**
 * An event. It may be delivered more than once; `type` and the upload's id together identify it.
 */
export type UploadEvent =
  | { readonly type: 'prepared'; readonly upload: Upload }
  | { readonly type: 'completed'; readonly upload: Upload; readonly result: Result }
  | { readonly type: 'aborted'; readonly upload: Upload }
  | { readonly type: 'expired'; readonly upload: Upload };

/** Changes that `prepare` makes to an upload. What it leaves out stays as decided. */
export interface Preparation {
  /** Refuses the upload. The user sees this reason. */
  readonly refuse?: string;
  /**
   * Another key. Its segments must be legal, and it must be under the prefix to which the caller is
   * confined.
   */
  readonly key?: string;
  /** The object's metadata, in place of the metadata from the page and the settings. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What `finalize` adds to a complete upload. */
export interface Finalization {
  /**
   * JSON of at most 8 KiB: goes to the page as `result.data`, for example the id of a row that was
   * made for the file. It is kept with the upload, so a Complete that is sent again gets it, too.
   */
  readonly data?: unknown;
}

/** The operator's own code. */
export interface Hooks {
  /**
   * Called for each upload that the policy allows, before the store is asked. It is called again if
   * a Create is repeated because its answer was lost, so its result should depend only on the
   * upload.
   *
   * @throws ProblemError to refuse the upload with a code of your own.
   */
  readonly prepare?: (
    upload: Upload,
    caller: Caller,
  ) => Preparation | undefined | Promise<Preparation | undefined>;
  /**
   * Called once for each complete upload, before the page is told. If it throws, the page repeats
   * Complete and `finalize` is called again. It can run twice only if two Completes of one upload
   * reach different places within a minute.
   */
  readonly finalize?: (
    upload: Upload,
    result: Result,
    // oxlint-disable-next-line typescript/no-invalid-void-type
  ) => Finalization | void | Promise<Finalization | void>;
  /** Called after the fact. What it throws is logged and has no effect. */
  readonly onEvent?: (event: UploadEvent) => void | Promise<void>;
}

/**
 * Calls the operator's own code. If that code fails for a reason of its own, for example because
 * its database is down, the call may be repeated: the settings are not at fault.
 *
 * @throws ProblemError that the code throws, otherwise `store_unavailable`.
 */
export async function answerOf<T>(
  log: Log,
  type: 'authenticate' | 'policy' | 'prepare' | 'finalize',
  ask: () => T | Promise<T>,
  detail = 'A hook failed; try again.',
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProblemError) throw error;
    log.error('hook_failed', { type, ...defectOf(error) });
    throw new ProblemError('store_unavailable', detail, { retryAfter: 1 });
  }
}

/** Tells the hooks after the answer. Nobody waits for them, and they undo nothing. */
export function eventsOf(
  { onEvent }: Hooks,
  log: Log,
): (event: UploadEvent, waitUntil: WaitUntil) => void {
  if (!onEvent) return () => undefined;
  return (event, waitUntil) => {
    waitUntil(
      Promise.resolve(event)
        .then(onEvent)
        .catch((error: unknown) =>
          log.error('hook_failed', { type: event.type, ...defectOf(error) }),
        ),
    );
  };
}
