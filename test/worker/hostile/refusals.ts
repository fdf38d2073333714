/**
 * Why an attack failed. "Some 4xx" proves nothing: a store also answers 400 to a request that it
 * could not parse, and the attack in it was never judged. So each refusal is checked against the
 * reasons that count for that attempt.
 */
import assert from 'node:assert/strict';
import { PROBLEMS } from '../../../worker/protocol/problems.ts';
import { isRefused, type CreateAnswer, type ProblemCode } from '../../../worker/protocol.ts';
import type { Answer } from '../harness.ts';

const ANY = /^/;

/**
 * The reasons a store can have, and how stores say each: S3's `<Code>`, and what `<Message>` has to
 * match where the code alone would also cover other mistakes.
 */
export const REASONS = {
  /** The signature does not cover this request, or its signer may not do this. */
  authority: { SignatureDoesNotMatch: ANY, AccessDenied: ANY, Unauthorized: ANY },
  /** There is no signature, or a piece of it is missing or contradicts another. */
  unsigned: {
    AccessDenied: ANY,
    Unauthorized: ANY,
    AuthorizationQueryParametersError: ANY,
    // Local R2 names the parameter or header that is missing.
    InvalidArgument: /^Authorization$|X-Amz-Signature missing|^Credential signed date/,
  },
  /** What signs the request is not accepted for this operation (MinIO). */
  mechanism: { InvalidRequest: /authorization mechanism/ },
  /** The signature has expired. */
  expired: { AccessDenied: ANY, ExpiredRequest: ANY, RequestExpired: ANY },
  /** A signed condition is not met: `If-None-Match`, or the guard against copies. */
  condition: { PreconditionFailed: ANY, ConditionalRequestConflict: ANY },
  /** The body is not the one whose checksum was signed. */
  content: {
    BadDigest: ANY,
    XAmzContentSHA256Mismatch: ANY,
    XAmzContentChecksumMismatch: ANY,
  },
  /** The body is longer or shorter than allowed. */
  length: { EntityTooLarge: ANY, EntityTooSmall: ANY, SignatureDoesNotMatch: ANY },
  /** The upload is over. */
  gone: { NoSuchUpload: ANY },
  /** The store does not have this feature at all. Never a default: list it for the attempt. */
  unsupported: { NotImplemented: ANY, AccessControlListNotSupported: ANY },
  /**
   * Every PUT is signed with a copy's condition and range that no copy meets: stores refuse the
   * condition, or one header of the two. Ceph reads the range first, and `none` is not a range.
   */
  copyGuard: {
    PreconditionFailed: ANY,
    NotImplemented: /x-amz-copy-source/,
    InvalidArgument: /^$/,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, RegExp>>>>;

export type Reason = keyof typeof REASONS;

/** What refuses an attack unless the attempt says otherwise. */
const USUAL = ['authority', 'expired', 'condition', 'content', 'gone'] as const;

/** What a store answered, read to its end. */
export interface StoreAnswer {
  readonly status: number;
  readonly code: string;
  readonly text: string;
  /** The code, and the message where a code alone does not tell. */
  readonly message: string;
}

/** Reads a store's answer to its end. */
export async function readStoreAnswer(sent: Promise<Response> | Response): Promise<StoreAnswer> {
  const response = await sent;
  const text = await response.text();
  const tag = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  return { status: response.status, code: tag('Code'), message: tag('Message'), text };
}

/**
 * Asserts that the store refused, and for one of these reasons (without any: the usual ones).
 *
 * @returns the answer in short, such as `store 403 SignatureDoesNotMatch`
 */
export async function refusedByStore(
  sent: Promise<Response> | Response,
  ...reasons: readonly Reason[]
): Promise<string> {
  const answer = await readStoreAnswer(sent);
  assertReason(answer, ...reasons);
  return `store ${answer.status} ${answer.code}`;
}

/** Asserts that an answer that has been read is a refusal for one of these reasons. */
export function assertReason(
  { status, code, message, text }: StoreAnswer,
  ...reasons: readonly Reason[]
): void {
  const among: readonly Reason[] = reasons.length > 0 ? reasons : USUAL;
  const said = `${status} ${code} ${message}: ${text.slice(0, 300)}`;
  assert.ok(status >= 400 && status < 600, `the store did not refuse: ${said}`);
  const counts = among.some((reason) => {
    const codes: Readonly<Record<string, RegExp>> = REASONS[reason];
    return codes[code]?.test(message) === true;
  });
  assert.ok(counts, `refused, but not for ${among.join(' or ')}: ${said}`);
}

/**
 * Asserts that the Worker refused with a problem, and with one of these codes or statuses. A problem
 * without a code of the contract is not a refusal: it comes from a router or a proxy.
 *
 * @returns the answer in short, such as `404 not_found`
 */
export function refused(
  { status, body }: Pick<Answer, 'status' | 'body'>,
  ...among: readonly (ProblemCode | number)[]
): string {
  const said = `${status}: ${JSON.stringify(body).slice(0, 200)}`;
  assert.ok(status >= 400 && status < 500, said);
  return refusedWith(body as { status?: number; code?: ProblemCode }, status, among, said);
}

/** The same of a file in a Create. */
export function refusedFile(
  slot: CreateAnswer['uploads'][number],
  ...among: readonly (ProblemCode | number)[]
): string {
  assert.ok(isRefused(slot), `the file was let in: ${JSON.stringify(slot).slice(0, 200)}`);
  const { problem } = slot;
  return refusedWith(problem, problem.status, among, JSON.stringify(problem));
}

function refusedWith(
  { code }: { readonly code?: ProblemCode },
  status: number,
  among: readonly (ProblemCode | number)[],
  said: string,
): string {
  assert.ok(
    code !== undefined && Object.hasOwn(PROBLEMS, code),
    `no code of the contract: ${said}`,
  );
  const numbers = among.filter((item) => typeof item === 'number');
  const codes = among.filter((item) => typeof item === 'string');
  if (numbers.length > 0)
    assert.ok(numbers.includes(status), `not ${numbers.join(' or ')}: ${said}`);
  if (codes.length > 0) assert.ok(codes.includes(code), `not ${codes.join(' or ')}: ${said}`);
  return `${status} ${code}`;
}

/** Each answer once. */
export function met(...answers: readonly string[]): string {
  return [...new Set(answers)].sort().join(', ');
}
