import type { ResumeAnswer } from '../../../worker/protocol.ts';
import { resumeUpload } from '../api/upload-calls.ts';
import { Parts } from '../upload/parts.ts';
import { can } from '../upload/state.ts';
import type { Upload } from '../upload/upload.ts';
import type { SendingContext } from './context.ts';
import { checksumOfPart, hasChecksum, isSamePart } from './part/checksum.ts';

/**
 * Finds out whether the file continues an upload that was begun on another device: one of its name,
 * path and size, of which a stored part has the checksum of the file's own bytes. Then the upload
 * takes over its id and token.
 *
 * @returns what the Worker says of it; undefined if there is none, or it cannot be told.
 */
export async function recogniseElsewhere(
  upload: Upload,
  context: SendingContext,
  signal: AbortSignal,
): Promise<ResumeAnswer | undefined> {
  const { services, elsewhere } = context;
  if (upload.isSingle) return undefined;
  const { file, path = file.name } = upload;
  const own = new Set([...services.pending()].map(({ id }) => id));
  const candidates = (await elsewhere.list()).filter(
    ({ id, name, path: its = name, bytes }) => its === path && bytes === file.size && !own.has(id),
  );
  for (const { id } of candidates) {
    const answer = await resumeUpload(services.worker, { id }, signal).catch(() => undefined);
    if (!answer || !(await isSameFile(upload, answer, context, signal))) continue;
    if (!can(upload.state, 'recognise')) return undefined;
    services.apply(upload, { type: 'recognise', id, token: answer.token, receipts: [] });
    return answer;
  }
  return undefined;
}

/** Compares one part that the store has with the same bytes of the file. */
async function isSameFile(
  upload: Upload,
  { plan, parts: stored, checksum: algorithm, result }: ResumeAnswer,
  context: SendingContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (result || algorithm !== upload.checksum) return false;
  const known = stored.find((part) => hasChecksum(part, algorithm));
  if (!known) return false;
  const parts = new Parts(plan);
  const checksum = await checksumOfPart(upload, parts, known.number, context, signal);
  return isSamePart(known, algorithm, checksum);
}
