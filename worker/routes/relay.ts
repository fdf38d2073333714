/** `PUT /uploads/:id/parts/:number`: a part through the Worker, for pages that cannot reach the store. */
import { assertNotCancelled, rulesFor, uploadOfToken } from '../upload/access.ts';
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import { pipeWithLength } from '../http/fixed-length.ts';
import { ProblemError } from '../problem.ts';
import { malformedChecksum } from '../refusals.ts';
import { partCount, partRange, type RelayAnswer } from '../protocol.ts';
import { extendUpload, renewalOf } from '../upload/life.ts';
import { assertNotStored, checkParts } from '../upload/sign-parts.ts';
import { CHECKSUM_HEADERS, isChecksum } from '../protocol/checksum.ts';
import { isStoreError } from '../s3/requests/errors.ts';
import { findObject } from '../upload/stored.ts';
import { planOf, attributesOf, type Upload } from '../upload/upload.ts';

/** A part of the plan, with the checksum that the page sent. */
interface Part {
  readonly number: number;
  readonly bytes: number;
  readonly checksum: string | undefined;
}

/**
 * Sends the part on to the store as it arrives, without keeping any of it. The same limits apply as for a
 * signed request: the number and size are those of the plan, the checksum is the page's.
 */
export function relayRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const upload = await uploadOfToken(signer, c);
    const part = partOf(c, upload);
    const rules = await rulesFor(signer, c, upload, 'sign');
    if (upload.multipart) await assertNotStored(signer, upload);
    else await assertNotCancelled(signer, upload);
    const stream = c.req.raw.body ?? new Blob().stream();
    const { etag } = await pipeWithLength(part.bytes, stream, (sizedBody) =>
      send(signer, upload, part, sizedBody),
    );
    const extended = upload.multipart && (await extendUpload(signer, c, rules, upload));
    await keepReceipt(signer, extended ?? upload, part, etag);
    const renewal = await renewalOf(signer, extended);
    return c.json<RelayAnswer>({ etag, ...renewal }, 200, { etag: `"${etag}"` });
  };
}

/** For stores that cannot list parts: what a page has signed itself, it reports with its next call. */
async function keepReceipt(
  { store, ledger }: Signer,
  upload: Upload,
  { number, checksum }: Part,
  etag: string,
): Promise<void> {
  if (!upload.multipart || store.profile.listParts) return;
  const receipt = { number, etag, ...(checksum !== undefined && { checksum }) };
  await ledger.addReceipts(upload, [receipt]);
}

function partOf(c: SignerContext, upload: Upload): Part {
  const number = numberOf(c.req.param('number') ?? '');
  const checksum = partChecksum(c, upload);
  checkParts(upload, [{ number, ...(checksum !== undefined && { checksum }) }], 'parts');
  const plan = planOf(upload);
  const { start, end } = partRange(plan, Math.min(number, partCount(plan)));
  assertLength(c.req.header('content-length'), end - start);
  assertRange(c.req.header('content-range'), `bytes ${start}-${end - 1}/${upload.bytes}`);
  return { number, bytes: end - start, checksum };
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new ProblemError('invalid_request', 'Not a valid part number.', { field: 'number' });
}

/** Reads the checksum from the header that S3 has for it. */
function partChecksum(c: SignerContext, { checksum: algorithm }: Upload): string | undefined {
  if (algorithm === null) return undefined;
  const header = CHECKSUM_HEADERS[algorithm];
  const value = c.req.header(header);
  if (value === undefined || isChecksum(algorithm, value)) return value;
  throw malformedChecksum(algorithm, header);
}

function assertLength(header: string | undefined, bytes: number): void {
  if (header === String(bytes)) return;
  if (header === undefined) {
    throw new ProblemError('invalid_request', 'The length of the part is missing.', {
      status: 411,
      field: 'content-length',
    });
  }
  const code = Number(header) > bytes ? 'too_large' : 'invalid_request';
  throw new ProblemError(code, `This part has ${bytes} bytes.`, { field: 'content-length' });
}

/** Some clients send the part's place in the file: https://www.rfc-editor.org/rfc/rfc9110#name-content-range */
function assertRange(header: string | undefined, range: string): void {
  if (header === undefined || header === range) return;
  throw new ProblemError('invalid_request', `This part is ${range}.`, { field: 'content-range' });
}

async function send(
  signer: Signer,
  upload: Upload,
  part: Part,
  body: ReadableStream,
): Promise<{ readonly etag: string }> {
  const { store } = signer;
  const { key, bytes, multipart, checksum: algorithm } = upload;
  if (multipart) {
    return store.sendPart({ key, uploadId: multipart.uploadId, algorithm }, part, body);
  }
  try {
    // A PUT is safe here, because the Worker chooses its headers.
    const attributes = { ...attributesOf(upload), ifNoneMatch: true };
    return await store.sendObject(key, bytes, attributes, part.checksum, body);
  } catch (error) {
    // The file was sent again after a lost answer, and has already arrived.
    const object = isStoreError(error, 'exists') && (await findObject(signer, upload));
    if (object) return object;
    throw error;
  }
}
