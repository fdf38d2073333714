/**
 * How far an upload has come, as the store tells it: the parts from the first on without a gap, and the
 * tail. Part n always holds the same range of the file, whoever sent it, so two requests that send the
 * same file at once cannot mix it up.
 */
import type { Signer } from '../context.ts';
import type { Entry } from '../ledger/ledger.ts';
import { forgottenByStore } from '../refusals.ts';
import { partRange, type Result } from '../protocol.ts';
import type { StoredObject } from '../s3/store.ts';
import { resultOf, inspectStore } from '../upload/stored.ts';
import { planOf, withSize, type Upload } from '../upload/upload.ts';
import { tailKey, tailOf, type Tail } from '../upload/tail.ts';

/** How far an upload has come. Offsets are in bytes. */
export type Position =
  | {
      readonly kind: 'open';
      readonly offset: number;
      /** Whole parts; the last of a file whose size is known may be among them. */
      readonly parts: number;
      readonly tail: Tail | undefined;
    }
  /** The object is there, and the checksum of the whole file is still to be verified. */
  | { readonly kind: 'verifying'; readonly offset: number; readonly verifiedBytes: number }
  | { readonly kind: 'complete'; readonly offset: number; readonly result: Result };

/**
 * @param tailObject the object under the tail's key; it is asked for if there may be one.
 * @throws ProblemError `expired` if the store no longer knows the upload.
 */
export async function positionOf(
  signer: Signer,
  upload: Upload,
  entry: Entry | undefined,
  tailObject: () => Promise<StoredObject | undefined> = () => signer.store.head(tailKey(upload)),
): Promise<Position> {
  if (entry?.result) return { kind: 'complete', offset: entry.result.bytes, result: entry.result };
  if (entry?.state === 'verifying') {
    const { verifiedBytes = 0 } = entry.verifying ?? {};
    return { kind: 'verifying', offset: entry.upload.bytes, verifiedBytes };
  }
  const stored = await inspectStore(signer, upload);
  if (stored.kind === 'gone') throw forgottenByStore();
  if (stored.kind === 'object') {
    const { object } = stored;
    if (upload.announced) return { kind: 'verifying', offset: object.bytes, verifiedBytes: 0 };
    const result = resultOf(withSize(upload, object.bytes), object);
    return { kind: 'complete', offset: object.bytes, result };
  }
  const plan = planOf(upload);
  let parts = 0;
  let offset = 0;
  for (const { number, bytes } of stored.parts) {
    if (number !== parts + 1 || offset === upload.bytes) break;
    const { start, end } = partRange(plan, number);
    // The short last part of a file whose size was not known lies in the tail, too.
    if (bytes !== end - start) break;
    parts = number;
    offset = end;
  }
  const isWhole = offset === upload.bytes && parts > 0;
  const tail = isWhole ? undefined : tailOf(upload, await tailObject());
  if (tail?.part !== parts + 1) return { kind: 'open', offset, parts, tail: undefined };
  return { kind: 'open', offset: offset + tail.bytes, parts, tail };
}
