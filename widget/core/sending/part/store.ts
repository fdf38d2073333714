/** What is noted of a part that is stored. */
import { missingEtagError } from '../../faults/store-error.ts';
import type { Parts } from '../../upload/parts.ts';
import type { PartAttempt, PartsRound } from '../context.ts';
import { isSamePart } from './checksum.ts';

/** A part from an earlier visit counts as stored if the file's bytes have the same checksum. */
export function isStoredAlready(
  { upload, parts }: PartsRound,
  number: number,
  checksum: string | undefined,
): boolean {
  const found = parts.found.get(number);
  parts.found.delete(number);
  if (!found || !isSamePart(found, upload.checksum, checksum)) return false;
  parts.store(number, found.etag);
  return true;
}

/** Stored as far as the page can tell; the Worker compares it when the upload is completed. */
export function storeUnseen(parts: Parts, number: number): void {
  parts.store(number, undefined);
}

/** @throws UploadError `cors` if the upload cannot be completed because its ETag cannot be read. */
export function storePart(
  { upload, parts, context }: PartsRound,
  { number, signed, startedMs }: PartAttempt,
  etag: string | undefined,
): void {
  const { services, claims, route, concurrency, expectedSpeed } = context;
  const bytes = parts.bytesOf(number);
  const ms = performance.now() - startedMs;
  expectedSpeed.stored(bytes, ms);
  if (signed) route.stopRelay();
  else if (!upload.state.isRelayed) services.apply(upload, { type: 'relay' });
  if (!upload.state.wasRead) services.apply(upload, { type: 'read' });
  route.wasStoreReached = true;
  concurrency.stored(bytes, ms);
  // The object of a form is there without a Complete.
  const needsEtag = !services.policy?.listParts && signed?.request.method !== 'POST';
  if (needsEtag && !etag) {
    void context.reports.send({ status: 0, upload: upload.id, part: number });
    throw missingEtagError(number);
  }
  parts.store(number, etag);
  if (!needsEtag || !etag || upload.isSingle) return;
  parts.unreported.push({ number, etag, checksum: parts.checksums.get(number) });
  void claims.note(upload, parts.receipts);
}
