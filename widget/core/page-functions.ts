/** What a page requires of files, the functions that it gives to the engine, and what they are told. */
import type { UploadError } from './errors.ts';

/** What the functions that describe an upload are told beside its file. */
export interface FileContext {
  readonly id: string;
  /** Path inside the folder that was chosen or dropped, with `/` between its segments. */
  readonly path?: string | undefined;
}

/** What a validator is told beside the file. */
export interface ValidatorContext {
  /** Path inside the folder that was chosen or dropped. */
  readonly path?: string | undefined;
  /** Aborted when nobody waits for the answer any more: the upload was removed. */
  readonly signal: AbortSignal;
}

/**
 * Returns an error to refuse the file, or nothing; or a promise of either, for which the upload waits as
 * `checking`. A promise that is rejected refuses the file with its message.
 */
export type Validator = (file: File, context: ValidatorContext) => Refusal | Promise<Refusal>;

type Refusal = UploadError | string | undefined | void;

/** What a transform is doing with a file. */
export interface TransformStep {
  /** In the page's language: “Making it smaller”. */
  readonly text?: string | undefined;
  /** From 0 to 1; undefined while it is not known. */
  readonly fraction?: number | undefined;
}

/** What a transform is told beside the file. */
export interface TransformContext {
  readonly id: string;
  /** Path inside the folder that was chosen or dropped. */
  readonly path?: string | undefined;
  /** Aborted when the upload is paused, cancelled or removed; after a pause the transform begins again. */
  readonly signal: AbortSignal;
  /** Shows in the file's row what is done and how far it is. */
  progress(step: TransformStep): void;
}

/**
 * Makes another file out of a chosen one, before it is sent: smaller, converted or encrypted. Returns
 * nothing to leave it as it is. A `Blob` keeps the name of the file; to change the name, return a `File`.
 */
export type Transform = (
  file: File,
  context: TransformContext,
) => Blob | undefined | void | Promise<Blob | undefined | void>;

/** What the page itself requires of files; the Worker's policy may require more. Sizes are in bytes. */
export interface Restrictions {
  /** As in `<input accept>`. A file’s extension and type must both be allowed, as the Worker requires. */
  readonly accept?: string;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly maxTotalBytes?: number;
  readonly maxFiles?: number;
  readonly validators?: readonly Validator[];
}
