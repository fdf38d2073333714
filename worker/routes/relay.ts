/** `PUT /uploads/:id/parts/:number`: a part through the Worker, for pages that cannot reach the store. */
import { rulesFor, uploadOfToken } from '../upload/access.ts';
import type { Signer, SignerContext, SignerHandler } from '../context.ts';
import { pipeWithLength } from '../http/fixed-length.ts';
import { ProblemError } from '../problem.ts';
import { malformedChecksum } from '../refusals.ts';
import { partCount, partRange, type RelayAnswer } from '../protocol.ts';
import { assertNotStored, checkParts } from '../upload/requests.ts';
import { isChecksum } from '../protocol/checksum.ts';
import { CHECKSUMS } from '../s3/checksums.ts';
import { isStoreError } from '../s3/requests/errors.ts';
import { objectOf } from '../upload/stored.ts';
import { planOf, settingsOf, type Upload } from '../upload/upload.ts';

/** A part that is the plan's: so many bytes, from there to there, with this checksum. */
interface Part {
  readonly number: number;
  readonly bytes: number;
  readonly checksum: string | undefined;
}

/**
 * The part goes on to the store as it comes in; the Worker keeps none of it. What holds for a signed
 * request holds here: the number, the length and the checksum are those of the plan and the page.
 */
export function relayRoute(signer: Signer): SignerHandler {
  return async (c) => {
    const upload = await uploadOfToken(signer, c);
    const part = partOf(c, upload);
    await rulesFor(signer, c, upload, 'sign');
    if (upload.multipart) await assertNotStored(signer, upload);
    const stream = c.req.raw.body ?? new Blob().stream();
    const { etag } = await pipeWithLength(part.bytes, stream, (known) =>
      send(signer, upload, part, known),
    );
    await keepReceipt(signer, upload, part, etag);
    return c.json<RelayAnswer>({ etag }, 200, { etag: `"${etag}"` });
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
  const checksum = checksumOf(c, upload);
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

/** In the header that the store has for it. */
function checksumOf(c: SignerContext, { checksum: algorithm }: Upload): string | undefined {
  if (algorithm === null) return undefined;
  const { header } = CHECKSUMS[algorithm];
  const value = c.req.header(header);
  if (value === undefined || isChecksum(algorithm, value)) return value;
  throw malformedChecksum(algorithm, header);
}

function assertLength(said: string | undefined, bytes: number): void {
  if (said === String(bytes)) return;
  if (said === undefined) {
    throw new ProblemError('invalid_request', 'The length of the part is missing.', {
      status: 411,
      field: 'content-length',
    });
  }
  const code = Number(said) > bytes ? 'too_large' : 'invalid_request';
  throw new ProblemError(code, `This part has ${bytes} bytes.`, { field: 'content-length' });
}

/** Some clients say where in the file they are: https://www.rfc-editor.org/rfc/rfc9110#name-content-range */
function assertRange(said: string | undefined, range: string): void {
  if (said === undefined || said === range) return;
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
    // The Worker chooses the headers of this PUT, and so it can be one.
    const settings = { ...settingsOf(upload), ifNoneMatch: true };
    return await store.sendWhole(key, bytes, settings, part.checksum, body);
  } catch (error) {
    // Sent again after a lost answer, it has arrived already.
    const object = isStoreError(error, 'exists') && (await objectOf(signer, upload));
    if (object) return object;
    throw error;
  }
}
