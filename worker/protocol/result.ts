/** What a Complete is answered: the result, or how far its checksum has been verified. */
import * as v from 'valibot';
import { WHOLE_ALGORITHMS } from './checksum.ts';

const about = v.description;
const Bytes = v.pipe(v.number(), v.integer(), v.minValue(0));

/** ISO 8601. */
export const Time = v.pipe(v.string(), v.isoTimestamp());

/** Folders and name of a file that came with folders. */
export const FilePath = v.exactOptional(
  v.pipe(v.string(), about('Cleaned folders and name; absent without folders.')),
);

export const WholeAlgorithms = v.picklist(WHOLE_ALGORITHMS);

/** Those fields of a result, or of a row, that tell of a verified checksum. */
export const VerifiedFields = {
  /** Checksum of the whole file, in base64. Present only if it was verified. */
  checksum: v.exactOptional(
    v.pipe(v.string(), about('Checksum of the whole file, in base64; only if it was verified.')),
  ),
  /** Algorithm of `checksum`. */
  checksumAlgorithm: v.exactOptional(WholeAlgorithms),
  /**
   * Who computed the checksum: the store, from the bytes that it received; or the Worker, from the
   * checksums of the parts or by reading the file.
   */
  verifiedBy: v.exactOptional(
    v.pipe(
      v.picklist(['store', 'worker']),
      about('Who computed the checksum: the store as it received the bytes, or the Worker.'),
    ),
  ),
};

export const ResultSchema = v.strictObject({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  /** Path below the chosen folder, cleaned, the name included. Absent for a file without folders. */
  path: FilePath,
  bytes: Bytes,
  type: v.string(),
  etag: v.string(),
  ...VerifiedFields,
  completedAt: Time,
  /** Path at which anyone may read the file while it is listed. Present if the policy makes files public. */
  href: v.exactOptional(v.string()),
  /** What the operator's `finalize` hook added. */
  data: v.exactOptional(v.pipe(v.unknown(), about('What the `finalize` hook added.'))),
});
/** A completed upload. */
export type Result = Readonly<v.InferOutput<typeof ResultSchema>>;

export const VerifyingSchema = v.strictObject({
  id: v.string(),
  state: v.literal('verifying'),
  bytes: Bytes,
  /** How much of the file has been read back. */
  verifiedBytes: v.pipe(Bytes, about('How much of the file has been read back.')),
  /** Delay before the next Complete, in seconds. */
  retryAfter: v.pipe(
    v.pipe(v.number(), v.integer(), v.minValue(0)),
    about('Delay before the next Complete, in seconds.'),
  ),
});
/**
 * The answer to a Complete, with status 202, while the Worker is still reading the file. Send the same
 * Complete again to learn the result.
 */
export type Verifying = Readonly<v.InferOutput<typeof VerifyingSchema>>;
