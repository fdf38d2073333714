/** How a message is kept in KV until it is delivered. */
import * as v from 'valibot';
import { parseJson } from '../util/parse-json.ts';

/** Begins the keys of all messages: `w:`, the owner's hash, the upload's id, and which message. */
export const MESSAGES = 'w:';
/** Suffixes of keys, in the order of delivery. */
export const FIRST = ':0';
export const THEN = ':1:';
/** Replaces a first message that has been delivered. */
export const DELIVERED = 'delivered';

/** KV shows every place what was written after this time, in seconds. */
export const SETTLED_SECONDS = 150;

/** The value. */
export const Kept = v.object({
  id: v.string(),
  body: v.string(),
  /** Key of the message that has to be delivered first. */
  after: v.exactOptional(v.string()),
  /** When the upload was created, in seconds since the epoch. */
  createdAt: v.number(),
  /** When the message was made, in seconds since the epoch. Earlier versions do not say it. */
  madeAt: v.exactOptional(v.number()),
  /** Failed attempts so far. */
  tries: v.number(),
});
export type Kept = v.InferOutput<typeof Kept>;

/** The message in a value of KV. */
export function readKept(value: string | null | undefined): Kept | undefined {
  const record = v.safeParse(Kept, parseJson(value ?? null));
  return record.success ? record.output : undefined;
}

/** The metadata, so that a list tells what is due. Times are in seconds since the epoch. */
export const Due = v.object({ due: v.number(), madeAt: v.exactOptional(v.number()) });

/** A message that has not been delivered, as a list shows it. */
export interface Waiting {
  readonly name: string;
  readonly due: number;
  readonly madeAt: number | undefined;
}

/** What a key says: which upload, and which event. */
export function subjectOf(key: string): { readonly upload: string; readonly type: string } {
  const [, , upload = '', place = '', type = ''] = key.split(':');
  return { upload, type: place === '0' ? 'prepared' : type };
}
