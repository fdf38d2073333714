/** Makes the file that is sent out of the chosen one, by the page's transforms. */
import { isUploadError, UploadError } from '../errors.ts';
import type { Transform, TransformStep } from '../page-functions.ts';
import type { Upload } from '../upload/upload.ts';
import { unlessAborted } from '../util/unless-aborted.ts';
import type { SendingContext } from './context.ts';
import { termsFor } from './part/terms.ts';

/**
 * Does nothing without transforms, or if they have been through with the file.
 *
 * @throws UploadError of a transform, or `transform_failed`; the reason of `signal` once it is aborted.
 */
export async function transformFile(
  upload: Upload,
  { services, transformLine }: SendingContext,
  signal: AbortSignal,
): Promise<void> {
  const { options } = services;
  const { transforms = [] } = options;
  if (upload.isTransformed || transforms.length === 0) return;
  const show = (step: TransformStep): void => {
    if (!signal.aborted) services.apply(upload, { type: 'transform', step });
  };
  show({});
  services.requestTurn();
  await transformLine(async () => {
    signal.throwIfAborted();
    const file = await transformed(upload, transforms, show, signal);
    signal.throwIfAborted();
    services.apply(upload, { type: 'transformed', file });
  });
  // The Worker's policy leads to other terms for another size.
  const terms = services.policy && termsFor(upload.file, services.policy);
  if (terms) services.apply(upload, { type: 'expect', terms });
}

async function transformed(
  { id, path, file: chosen }: Upload,
  transforms: readonly Transform[],
  show: (step: TransformStep) => void,
  signal: AbortSignal,
): Promise<File> {
  let file = chosen;
  for (const transform of transforms) {
    try {
      const made = Promise.resolve(transform(file, { id, path, signal, progress: show }));
      // Not every transform heeds the signal.
      file = asFile((await unlessAborted(made, signal)) ?? file, file);
    } catch (cause) {
      signal.throwIfAborted();
      if (isUploadError(cause)) throw cause;
      throw transformError(chosen.name, cause);
    }
  }
  return file;
}

/** What a transform has thrown, as an UploadError. The user may try again. */
export function transformError(fileName: string, cause: unknown): UploadError {
  const message = `${fileName}: a transform has failed: ${String(cause)}`;
  return new UploadError('transform_failed', message, { fileName, retryable: true, cause });
}

/** A Blob without a name gets that of the file that it was made from. */
function asFile(made: Blob, { name, lastModified }: File): File {
  // Not `instanceof`: the files of another window are of another class.
  return 'name' in made
    ? (made as File)
    : new File([made], name, { type: made.type, lastModified });
}
