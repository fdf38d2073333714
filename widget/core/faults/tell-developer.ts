import type { UploadError, UploadErrorCode } from '../errors.ts';

/** Errors that the developer of the page or the operator of the Worker mends, and no user. */
const FOR_DEVELOPERS: ReadonlySet<UploadErrorCode> = new Set<UploadErrorCode>([
  'misconfigured',
  'store_full',
  'store_refused',
  'cors',
  'signer_unreachable',
  'store_unreachable',
  'unauthenticated',
  'invalid_request',
]);

const told = new Set<string>();

/** Writes such an error to the console of the page: once, however many files fail for it. */
export function tellDeveloper({ code, message, requestId }: UploadError): void {
  // The file, its place in a batch, and the part are not the cause.
  const cause = message.replace(/^(.*, part |files.)\d+./, '');
  if (!FOR_DEVELOPERS.has(code) || told.has(cause)) return;
  told.add(cause);
  const request = requestId ? ` (request ${requestId})` : '';
  // oxlint-disable-next-line no-console
  console.error(`s3-upload: ${code}: ${message}${request}`);
}
