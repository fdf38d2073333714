/** The record of an upload in KV: its key, its value, and the row in its metadata. */
import * as v from 'valibot';
import { sha256Hex } from '../util/digest.ts';
import type { Key } from './kv.ts';
import { checksumFields, type UploadSummary } from '../protocol.ts';
import { VerifiedFields, WholeAlgorithms } from '../protocol/result.ts';
import { isByForm, isInParts, Upload } from '../upload/upload.ts';

const StoredResult = v.object({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  path: v.exactOptional(v.string()),
  bytes: v.number(),
  type: v.string(),
  etag: v.string(),
  ...VerifiedFields,
  completedAt: v.string(),
  href: v.exactOptional(v.string()),
  data: v.exactOptional(v.unknown()),
});

const State = v.picklist(['open', 'verifying', 'complete', 'aborted', 'expired']);
const Limit = v.nullable(v.number());

/** A checksum that is being verified, and how far. */
const Progress = v.object({
  algorithm: WholeAlgorithms,
  value: v.string(),
  /** Of the object that is being read. */
  etag: v.string(),
  verifiedBytes: v.number(),
  /** See `SavedHash`. */
  state: v.string(),
});
export type Progress = v.InferOutput<typeof Progress>;

/** The value of a record. */
export const Entry = v.object({
  state: State,
  upload: Upload,
  result: v.exactOptional(StoredResult),
  /** The limits that the upkeep applies to an upload that nobody completed; see `Limits`. */
  limits: v.exactOptional(v.object({ maxOpen: Limit, maxTotalBytes: Limit, maxPerGrant: Limit })),
  /** Size of an `unsized` file that its client has told since. Limits do not count by it. */
  toldBytes: v.exactOptional(v.number()),
  /** How far the object has been read, while its checksum is being verified. */
  verifying: v.exactOptional(Progress),
  /** It was aborted because its checksum was wrong. */
  mismatch: v.exactOptional(v.literal(true)),
  /** When the upkeep looks at the upload, if not as soon as it expires, in seconds since the epoch. */
  sweepAt: v.exactOptional(v.number()),
});
export type Entry = v.InferOutput<typeof Entry>;

/** Fields that the metadata always has, so that upkeep and limits never read a value. */
const Essentials = {
  id: v.string(),
  bytes: v.number(),
  state: State,
  createdAt: v.string(),
  completedAt: v.exactOptional(v.string()),
  /** Seconds since the epoch. */
  expiresAt: v.number(),
  grant: v.exactOptional(v.string()),
  /** Whether the upload has several parts. Missing in records of earlier versions, where it is true. */
  inParts: v.exactOptional(v.boolean()),
  /** Whether the file is sent by a form. Missing in records of earlier versions, where it is false. */
  byForm: v.exactOptional(v.boolean()),
  sweepAt: v.exactOptional(v.number()),
};

/** The metadata if the complete row is too long. */
export const ShortRow = v.object(Essentials);
export type ShortRow = v.InferOutput<typeof ShortRow>;

/** The metadata, with everything that a list shows, so that a list costs one operation. */
export const Row = v.object({
  ...Essentials,
  key: v.string(),
  name: v.string(),
  path: v.exactOptional(v.string()),
  type: v.string(),
  ...VerifiedFields,
  user: v.exactOptional(v.string()),
});
export type Row = v.InferOutput<typeof Row>;

/** https://developers.cloudflare.com/kv/platform/limits/ */
const MAX_METADATA_BYTES = 1024;
/**
 * How long the record of an open upload outlives its token, for the upkeep to find. No round deletes
 * it unseen, so this is how far behind the upkeep may be before parts stay in the store for good.
 */
export const UNSETTLED_SECONDS = 30 * 86_400;
/** How long the record of an upload that has ended outlives its token. */
export const GRACE_SECONDS = 3 * 86_400;
/** Prefix of the keys of all records. */
export const RECORDS = 'u:';

/** The owner as keys contain it. Names of owners may have any length and script; KV keys have 512 bytes. */
export async function ownerHash(owner: string): Promise<string> {
  if (last?.owner !== owner) last = { owner, hash: (await sha256Hex(owner)).slice(0, 32) };
  return last.hash;
}

/** The last hash, because all uploads of a batch have the same owner. */
let last: { readonly owner: string; readonly hash: string } | undefined;

/** Prefix of the keys of one owner's uploads, by the owner's hash. */
export function prefixOf(hash: string): string {
  return `${RECORDS}${hash}:`;
}

/** The key of a record. KV lists in ascending order, so the time of the UUIDv7 is inverted: newest first. */
export function keyOf(hash: string, id: string): string {
  const time = id.slice(0, 8) + id.slice(9, 13);
  const downwards = (0xffff_ffff_ffff - Number.parseInt(time, 16)).toString(16).padStart(12, '0');
  return `${prefixOf(hash)}${downwards}:${id}`;
}

export function rowOf(entry: Entry): Row {
  const { upload, state, result } = entry;
  const sweepAt = sweepAtOf(entry);
  return {
    id: upload.id,
    key: upload.key,
    name: upload.name,
    ...(upload.path !== undefined && { path: upload.path }),
    bytes: result?.bytes ?? upload.bytes,
    type: upload.type,
    ...(upload.user !== undefined && { user: upload.user }),
    state,
    createdAt: new Date(upload.createdAt * 1000).toISOString(),
    expiresAt: upload.expiresAt,
    ...(upload.grant !== undefined && { grant: upload.grant }),
    ...(result && { completedAt: result.completedAt, ...checksumFields(result) }),
    inParts: isInParts(upload),
    ...(isByForm(upload) && { byForm: true }),
    ...(sweepAt !== undefined && { sweepAt }),
  };
}

/** How far KV may be behind, with a margin: https://developers.cloudflare.com/kv/concepts/how-kv-works/ */
const STALE_SECONDS = 600;

/**
 * The upkeep waits longer for an upload that a call may have extended, because the record that it
 * reads may be older than that call.
 */
function sweepAtOf({ upload, state, sweepAt }: Entry): number | undefined {
  const { lifeSeconds, endsAt, expiresAt } = upload;
  const isExtendable = state === 'open' && lifeSeconds !== undefined && expiresAt !== endsAt;
  return sweepAt ?? (isExtendable ? expiresAt + STALE_SECONDS : undefined);
}

/** The row, without key, name and type if it would be too long. Those are in the value, too. */
export function metadataOf(entry: Entry): Row | ShortRow {
  const row = rowOf(entry);
  if (new TextEncoder().encode(JSON.stringify(row)).byteLength <= MAX_METADATA_BYTES) return row;
  return v.parse(ShortRow, row);
}

/** When the upload is due for upkeep, in seconds since the epoch; Infinity if never. */
export function dueAt({ state, expiresAt, sweepAt }: ShortRow): number {
  return sweepAt ?? (state === 'open' ? expiresAt : Infinity);
}

/** The row as callers see it. */
export function summaryOf(row: Row): UploadSummary {
  const { id, key, name, path, bytes, type, user, state, createdAt, completedAt } = row;
  return {
    id,
    key,
    name,
    ...(path !== undefined && { path }),
    bytes,
    type,
    ...(user !== undefined && { user }),
    state,
    createdAt,
    ...checksumFields(row),
    ...(completedAt !== undefined && { completedAt }),
  };
}

/** Undefined for records of earlier versions whose row was too long: their value has to be read. */
export function shortRow({ metadata }: Key): ShortRow | undefined {
  const row = v.safeParse(ShortRow, metadata);
  return row.success ? row.output : undefined;
}
