/** Appends the bytes of a request to an upload: the one way in, for every protocol. */
import { outliving, waitUntilOf, type Signer, type SignerContext } from '../context.ts';
import type { Entry } from '../ledger/ledger.ts';
import { ProblemError } from '../problem.ts';
import { tooManyBytes } from '../refusals.ts';
import { readCapped } from '../util/read-capped.ts';
import { rulesFor } from '../upload/access.ts';
import { discardUpload } from '../upload/end/discard.ts';
import { extendUpload } from '../upload/life.ts';
import type { Upload } from '../upload/upload.ts';
import { turnOf, type Begun, type Located } from './begin.ts';
import { checkedBytesOf, verified, type Content } from './content.ts';
import { positionOf } from './position.ts';
import { tailKey, tailOf } from '../upload/tail.ts';
import type { Turns } from './turns.ts';
import { partBytesOf, Writer } from './writer.ts';

/** The bytes do not begin where the upload ends. */
export class OffsetMismatch extends ProblemError {
  /** Where the upload ends. */
  readonly offset: number;
  /** Where the request's bytes begin. */
  readonly provided: number;

  constructor(offset: number, provided: number) {
    super('conflict', `The upload has ${offset} bytes: continue there.`, { field: 'offset' });
    this.offset = offset;
    this.provided = provided;
  }
}

/**
 * Appends `content` at `offset`.
 *
 * @returns the new offset.
 * @throws OffsetMismatch; ProblemError `too_large` for more than the upload may have, `conflict` while
 *   another request writes to it. What came before the request broke off is kept.
 */
async function append(
  signer: Signer,
  c: SignerContext,
  turns: Turns,
  upload: Upload,
  entry: Entry | undefined,
  offset: number,
  content: Content,
): Promise<number> {
  if (offset + (content.bytes ?? 0) > upload.bytes) throw tooManyBytes(upload.bytes);
  const turn = await turns.take(turnOf(upload));
  // The rest of the work outlives a client that goes away: what it has sent is kept.
  const work = (async () => {
    let giveBack: (() => void) | undefined;
    try {
      const { parts, tail, offset: expected, isComplete } = await startOf(signer, upload, entry);
      if (expected !== offset) throw new OffsetMismatch(expected, offset);
      if (content.bytes === 0) {
        await verified(content, turn.moved);
        return offset;
      }
      if (isComplete) throw new ProblemError('conflict', 'The upload is complete.');
      giveBack = await turns.reserve(partBytesOf(upload) + checkedBytesOf(content));
      const checked = await verified(content, turn.moved);
      const writer = new Writer(signer, upload, { parts, tail: await tail() }, turn);
      await pour(checked, writer);
      return writer.offset;
    } finally {
      giveBack?.();
      turn.end();
    }
  })();
  return outliving(waitUntilOf(c), work);
}

/**
 * Appends the bytes that come with the request that begins an upload. If they cannot be appended, the
 * client never learns the upload's URL, so the upload is discarded, unless the client chose its id.
 *
 * @throws ProblemError as `append`.
 */
export async function appendFirst(
  signer: Signer,
  c: SignerContext,
  turns: Turns,
  { upload, entry, hasOwnId }: Begun,
  content: Content,
): Promise<number> {
  try {
    return await append(signer, c, turns, upload, entry, 0, content);
  } catch (error) {
    const waitUntil = waitUntilOf(c);
    if (!hasOwnId) waitUntil(discardUpload(signer, upload, waitUntil, 'proven'));
    throw error;
  }
}

/**
 * Appends a later chunk, if the policy still allows it, and extends the upload's life.
 *
 * @returns the new offset, and the upload with its new end.
 * @throws ProblemError as `append`, and what the policy says.
 */
export async function appendMore(
  signer: Signer,
  c: SignerContext,
  turns: Turns,
  { upload, entry }: Located,
  offset: number,
  content: Content,
): Promise<{ readonly offset: number; readonly upload: Upload }> {
  const rules = await rulesFor(signer, c, upload, 'sign');
  const reached = await append(signer, c, turns, upload, entry, offset, content);
  const extended = await extendUpload(signer, c, rules, upload);
  return { offset: reached, upload: extended ?? upload };
}

async function pour(content: Content, writer: Writer): Promise<void> {
  try {
    for await (const chunk of content.chunks) await writer.write(chunk);
  } catch (error) {
    await writer.breakOff().catch(() => undefined);
    throw error;
  }
  await writer.end();
}

/** The position, and the tail as it was at that moment: another request may replace it meanwhile. */
async function startOf(signer: Signer, upload: Upload, entry: Entry | undefined) {
  let body: ReadableStream<Uint8Array> | undefined;
  const position = await positionOf(signer, upload, entry, async () => {
    const stored = await signer.store.open(tailKey(upload));
    body = stored?.body;
    return stored && tailOf(upload, stored.object) ? stored.object : undefined;
  });
  const { offset } = position;
  if (position.kind !== 'open') {
    await body?.cancel();
    return { offset, parts: 0, tail: () => Promise.resolve(undefined), isComplete: true };
  }
  const { parts, tail } = position;
  if (!tail) await body?.cancel();
  return {
    offset,
    parts,
    isComplete: false,
    tail: async () => {
      if (!tail || !body) return undefined;
      const bytes = await readCapped(body, tail.bytes);
      if (bytes?.length === tail.bytes) return bytes;
      throw new ProblemError('store_unavailable', 'The store broke off: try again.', {
        retryAfter: 1,
      });
    },
  };
}
