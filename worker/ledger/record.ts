/** One upload's record in KV: its key, its value, and the row that lists show of it. */
import * as v from 'valibot';
import { sha256Hex } from '../util/digest.ts';
import type { Key } from './kv.ts';
import type { UploadSummary } from '../protocol.ts';
import { isByForm, isInParts, Upload } from '../upload/upload.ts';

const StoredResult = v.object({
  id: v.string(),
  key: v.string(),
  name: v.string(),
  bytes: v.number(),
  type: v.string(),
  etag: v.string(),
  checksum: v.exactOptional(v.string()),
  completedAt: v.string(),
  href: v.exactOptional(v.string()),
});

const Limit = v.nullable(v.number());

/** The value. */
export const Entry = v.object({
  state: v.picklist(['open', 'complete', 'aborted', 'expired']),
  upload: Upload,
  result: v.exactOptional(StoredResult),
  /** What the upkeep holds an upload to that nobody completed; see `Limits`. */
  limits: v.exactOptional(v.object({ maxOpen: Limit, maxTotalBytes: Limit, maxPerGrant: Limit })),
  /** When the upkeep looks for an object of a cancelled upload, in seconds since the epoch. */
  sweepAt: v.exactOptional(v.number()),
});
export type Entry = v.InferOutput<typeof Entry>;

/** What the metadata always says, so that upkeep and quotas never read a value. */
const Essentials = {
  id: v.string(),
  bytes: v.number(),
  state: v.picklist(['open', 'complete', 'aborted', 'expired']),
  createdAt: v.string(),
  completedAt: v.exactOptional(v.string()),
  /** Seconds since the epoch. */
  expiresAt: v.number(),
  grant: v.exactOptional(v.string()),
  /** Has several parts. Records of earlier versions do not say it: open ones are all in parts. */
  inParts: v.exactOptional(v.boolean()),
  /** Goes by a form. Records of earlier versions do not say it: open ones are all multipart uploads. */
  byForm: v.exactOptional(v.boolean()),
  sweepAt: v.exactOptional(v.number()),
};

/** The metadata where it is too long for all of a row. */
export const ShortRow = v.object(Essentials);
export type ShortRow = v.InferOutput<typeof ShortRow>;

/** The metadata, so that a list costs one operation. */
export const Row = v.object({
  ...Essentials,
  key: v.string(),
  name: v.string(),
  type: v.string(),
});
export type Row = v.InferOutput<typeof Row>;

/** https://developers.cloudflare.com/kv/platform/limits/ */
const MAX_METADATA_BYTES = 1024;
/**
 * How long the record of an open upload outlives its token, for the upkeep to find. No round deletes
 * it unseen, so this is how far behind the upkeep may be before parts stay in the store for good.
 */
export const UNSETTLED_SECONDS = 30 * 86_400;
/** All records of uploads begin with it. */
export const RECORDS = 'u:';

/** Owners may be of any length and script; KV keys have 512 bytes. */
export async function ownerHash(owner: string): Promise<string> {
  if (last?.owner !== owner) last = { owner, hash: (await sha256Hex(owner)).slice(0, 32) };
  return last.hash;
}

/** A batch is of one owner: a hundred uploads, one hash. */
let last: { readonly owner: string; readonly hash: string } | undefined;

/** Under which all uploads of one owner are, by the owner's hash. */
export function prefixOf(hash: string): string {
  return `${RECORDS}${hash}:`;
}

/** KV lists upwards, and a UUIDv7 begins with its time: turned round, the newest comes first. */
export function keyOf(hash: string, id: string): string {
  const time = id.slice(0, 8) + id.slice(9, 13);
  const downwards = (0xffff_ffff_ffff - Number.parseInt(time, 16)).toString(16).padStart(12, '0');
  return `${prefixOf(hash)}${downwards}:${id}`;
}

export function rowOf({ upload, state, result, sweepAt }: Entry): Row {
  return {
    id: upload.id,
    key: upload.key,
    name: upload.name,
    bytes: result?.bytes ?? upload.bytes,
    type: upload.type,
    state,
    createdAt: new Date(upload.createdAt * 1000).toISOString(),
    expiresAt: upload.expiresAt,
    ...(upload.grant !== undefined && { grant: upload.grant }),
    ...(result && { completedAt: result.completedAt }),
    inParts: isInParts(upload),
    ...(isByForm(upload) && { byForm: true }),
    ...(sweepAt !== undefined && { sweepAt }),
  };
}

/** The row; without key, name and type where it would be too long: they are in the value. */
export function metadataOf(entry: Entry): Row | ShortRow {
  const row = rowOf(entry);
  if (new TextEncoder().encode(JSON.stringify(row)).byteLength <= MAX_METADATA_BYTES) return row;
  return v.parse(ShortRow, row);
}

/** When the upkeep has to see to it, in seconds since the epoch; never: Infinity. */
export function dueAt({ state, expiresAt, sweepAt }: ShortRow): number {
  return sweepAt ?? (state === 'open' ? expiresAt : Infinity);
}

/** What a caller sees of it. */
export function summaryOf(row: Row): UploadSummary {
  const { id, key, name, bytes, type, state, createdAt, completedAt } = row;
  const summary = { id, key, name, bytes, type, state, createdAt };
  return completedAt === undefined ? summary : { ...summary, completedAt };
}

/** Undefined for records of earlier versions whose row was too long: their value has to be read. */
export function shortRow({ metadata }: Key): ShortRow | undefined {
  const row = v.safeParse(ShortRow, metadata);
  return row.success ? row.output : undefined;
}
