/** Answers that stores and the boxes in front of them really give, as faults. */
import type { Fault } from './rules.ts';

type Answer = Extract<Fault, { kind: 'answer' }>;

/** An S3 error: `<Code>` and `<Message>` as Amazon has them. */
export function s3Error(
  status: number,
  code: string,
  message = code,
  more: Partial<Answer> = {},
): Answer {
  return {
    kind: 'answer',
    status,
    body: errorXml(code, message),
    ...more,
    headers: { 'content-type': 'application/xml', ...more.headers },
  };
}

/** What a URL past its time is answered; without CORS headers as on Ceph, Swift and R2. */
export function expired(options: { cors?: boolean; early?: boolean } = {}): Answer {
  return s3Error(403, 'AccessDenied', 'Request has expired', options);
}

/** A 200 that is none: Amazon may fail a Complete after it has sent its head. */
export function errorInside200(code = 'InternalError'): Fault {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: errorXml(code, 'We encountered an internal error. Please try again.'),
  };
}

/** What a captive portal or a firewall puts in place of any answer. */
export const PORTAL: Answer = {
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Welcome to HotelNet</title><p>Please sign in.',
};

/** Statuses that proxies, firewalls and portals give in their own name, and stores only with a code. */
export const BOX_STATUSES: readonly number[] = [
  302, 400, 401, 403, 404, 405, 409, 410, 411, 412, 413, 414, 421, 423, 424, 425, 431, 451, 499,
  501,
];

/** What such a box answers; where `done`, it was reached by the answer, and the request had arrived. */
export function boxAnswer(status: number, more: Partial<Answer> = {}): Answer {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'text/html' },
    body: '<html><h1>Blocked</h1></html>',
    ...more,
  };
}

/** Takes every CORS header from the store's answer. */
export const WITHOUT_CORS: Fault = {
  kind: 'edit',
  headers: (headers) =>
    Object.fromEntries(
      Object.entries(headers).filter(([name]) => !name.startsWith('access-control-')),
    ),
};

/** The bucket's CORS rule forgot `ExposeHeaders: ETag`. */
export const ETAG_HIDDEN: Fault = {
  kind: 'edit',
  headers: (headers) => {
    const { 'access-control-expose-headers': exposed = '', ...rest } = headers;
    const names = exposed === '*' ? Object.keys(rest) : exposed.split(/\s*,\s*/);
    const kept = names.filter((name) => name && name.toLowerCase() !== 'etag');
    return kept.length > 0 ? { ...rest, 'access-control-expose-headers': kept.join(', ') } : rest;
  },
};

function errorXml(code: string, message: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>`;
}
