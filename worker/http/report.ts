/**
 * `POST /report`: what the store answered to the page. Single requests never pass the Worker, so
 * otherwise nobody but the page would know. It is written to the log and decides nothing, because a
 * page may say anything.
 */
import { readBody } from './body.ts';
import type { Signer, SignerHandler } from '../context.ts';
import type { ReportAnswer } from '../protocol.ts';
import { ReportBody } from '../protocol/schemas.ts';
import { adviceAbout } from '../s3/requests/faults.ts';

/** A report of the same code is an error for the log once in this time. */
const REPEATED_MS = 60_000;
/** Codes that are remembered; a page can make up more. */
const MAX_CODES = 100;
const MAX_BYTES = 4096;

export function reportRoute({ now }: Pick<Signer, 'now'>): SignerHandler {
  const reportedAt = new Map<string, number>();
  return async (c) => {
    const { status, code, requestId, upload, part } = await readBody(
      c.req.raw,
      ReportBody,
      MAX_BYTES,
    );
    const origin = c.req.header('origin')?.slice(0, 255);
    const advice = adviceFor(status, code, origin);
    const key = code ?? String(status);
    const isNew = now() - (reportedAt.get(key) ?? -Infinity) > REPEATED_MS;
    if (isNew && reportedAt.size >= MAX_CODES) reportedAt.clear();
    if (isNew) reportedAt.set(key, now());
    Object.assign(c.get('line'), {
      ...(origin !== undefined && { origin }),
      upload,
      part,
      reportedStatus: status,
      reportedCode: code,
      reportedId: requestId,
      ...(isNew && { detail: `A page reports: ${advice ?? 'the store refused its request'}.` }),
    });
    return c.json<ReportAnswer>({ advice: advice ?? null });
  };
}

function adviceFor(
  status: number,
  code: string | undefined,
  origin = 'the page',
): string | undefined {
  if (code === 'MixedContent') {
    return 'an https page needs https addresses in S3_PUBLIC_ENDPOINTS';
  }
  if (code !== undefined) return adviceAbout('UploadPart', code);
  if (status === 0) {
    return `the store answers, but not to ${origin}: its CORS rule must allow PUT and POST, every header, and expose ETag: npx s3-upload doctor --origin ${origin}`;
  }
  return 'something that is not the store answers at its address: check S3_PUBLIC_ENDPOINTS';
}
