/** The Worker's half: the contract, and nothing else. */
import * as v from 'valibot';
import {
  partCount,
  partRange,
  planFor,
  type Created,
  type Policy,
  type Problem,
  type ProblemCode,
  type Result,
  type SignedRequest,
  type StoredPart,
  type UploadSummary,
} from '../../../../worker/protocol.ts';
import { CHECKSUM_BYTES } from '../../../../worker/protocol/checksum.ts';
import {
  CompleteBody,
  CompleteManyBody,
  CreateBody,
  FileEntry,
  SignBody,
} from '../../../../worker/protocol/schemas.ts';
import { ReportBody } from '../../../../worker/protocol/report.ts';
import type { Answer, Call } from './server.ts';
import type { FakeUpload, Space } from './state.ts';
import { headerFor } from './store.ts';
import { sumOf } from './sums.ts';

const MIB = 2 ** 20;

export async function workerRoutes(call: Call): Promise<Answer> {
  const { space, method, url, headers } = call;
  const { bearer } = space.options;
  if (url.pathname === '/health') return ok({ status: 'ok' });
  if (bearer && headers.authorization !== `Bearer ${bearer}`)
    return problem('unauthenticated', 401);
  const [, , id = '', verb = ''] = url.pathname.split('/');
  if (url.pathname === '/policy') return ok(policyOf(space));
  if (url.pathname === '/report') {
    const report = checked(space, ReportBody, call.body);
    if (report) space.reports.push(report);
    return ok({ advice: 'what helps' });
  }
  if (url.pathname === '/uploads' && method === 'GET') return ok({ uploads: open(space) });
  if (url.pathname === '/uploads') return ok({ uploads: create(call) });
  if (url.pathname === '/uploads/complete') return ok({ uploads: completeMany(call) });
  const upload = space.uploads.get(id);
  if (!upload) return problem('not_found', 404);
  // The Worker asks for the token of an open upload; of a complete one it asks who the owner is.
  const isDeletion = method === 'DELETE' && upload.state === 'complete' && space.options.removable;
  if (verb !== 'resume' && !isDeletion && headers['upload-token'] !== upload.token)
    return problem('unauthenticated', 401, 'Upload-Token');
  if (method === 'DELETE') {
    if (upload.state === 'complete' && !isDeletion) return problem('conflict', 409);
    upload.state = 'aborted';
    upload.parts.clear();
    return { status: 204 };
  }
  if (upload.state === 'aborted') return problem('cancelled', 409);
  if (verb === 'resume') {
    return ok({ ...created(space, upload, []), parts: listed(space, upload) });
  }
  if (verb === 'sign') return sign(call, upload);
  if (verb === 'complete') {
    const body = checked(space, CompleteBody, call.body);
    if (!body) return problem('invalid_request', 400);
    return complete(space, upload, body);
  }
  return problem('not_found', 404);
}

function policyOf({ options, checksum }: Space): Policy {
  const {
    comparesWhole = checksum === 'crc64nvme',
    singleMaxBytes = 4 * MIB,
    partBytes = MIB,
    listParts = true,
    lanes = 1,
    removable = false,
    maxBytes = 2 ** 40,
    caller,
  } = options;
  return {
    ...(caller !== undefined && { caller }),
    maxBytes,
    minBytes: 0,
    accept: [],
    maxFiles: null,
    checksum,
    singleChecksum: checksum,
    wholeChecksums: { free: checksum !== null && comparesWhole ? [checksum] : [], maxBytes: 0 },
    plan: { singleMaxBytes, minPartBytes: partBytes, maxPartBytes: 256 * MIB, maxParts: 10_000 },
    batch: { create: 100, sign: options.signAtOnce ?? 500, complete: 45 },
    lanes,
    relay: false,
    removable,
    listParts,
  };
}

function open(space: Space): UploadSummary[] {
  const uploads = [...space.uploads.values()].filter(({ state }) => state === 'open');
  return uploads.map(({ id, name, bytes, type, state, parts }) => {
    const stored = [...parts.values()].reduce((sum, { body }) => sum + body.length, 0);
    return {
      id,
      key: `files/${id}`,
      name,
      bytes,
      type,
      state,
      createdAt: new Date().toISOString(),
      stored: { parts: parts.size, bytes: stored },
    };
  });
}

function create({ space, body }: Call): (Created | { id: string; problem: Problem })[] {
  const { files } = checked(space, CreateBody, body) ?? { files: [] };
  return files.map((value) => {
    const parsed = v.safeParse(FileEntry, value);
    if (!parsed.success) {
      space.breaches.push(JSON.stringify(v.flatten(parsed.issues)));
      return { id: '', problem: problemOf('invalid_request', 400) };
    }
    const { id, name, path, bytes, type, mostPartBytes, checksums = [] } = parsed.output;
    const { plan: limits, maxBytes } = policyOf(space);
    if (bytes > maxBytes) return { id, problem: problemOf('too_large', 413) };
    const plan = planFor(bytes, limits, mostPartBytes);
    const { checksum: algorithm } = space;
    const isOfIt = (sum: string) => atob(sum).length === CHECKSUM_BYTES[algorithm ?? 'md5'];
    if (algorithm && (checksums.length > partCount(plan) || !checksums.every(isOfIt)))
      return { id, problem: problemOf('invalid_request', 400) };
    const known = space.uploads.get(id);
    const upload: FakeUpload = known ?? {
      id,
      name,
      path,
      bytes,
      type,
      plan,
      parts: new Map(),
      receipts: new Map(),
      completes: 0,
      state: 'open',
      token: `token-${id}`,
    };
    if (upload.state === 'aborted') return { id, problem: problemOf('cancelled', 409) };
    space.uploads.set(id, upload);
    const count = space.checksum ? checksums.length : Math.min(8, partCount(plan));
    const first = Array.from({ length: count }, (_, at) => ({
      number: at + 1,
      checksum: checksums[at],
    }));
    return created(space, upload, first);
  });
}

function created(space: Space, upload: FakeUpload, first: readonly Wanted[]): Created {
  const { id, plan } = upload;
  const { expiresIn = 900, uploadSeconds = 86_400, storeSeconds } = space.options;
  return {
    id,
    token: upload.token,
    key: `files/${id}/${upload.name}`,
    plan,
    checksum: space.checksum,
    requests: first.map((part) => request(space, upload, part)),
    expiresIn,
    expiresAt: new Date(Date.now() + uploadSeconds * 1000).toISOString(),
    storeExpiresAt:
      storeSeconds === undefined ? null : Math.floor(Date.now() / 1000) + storeSeconds,
    ...(upload.result && { result: upload.result }),
  };
}

interface Wanted {
  readonly number: number;
  readonly checksum?: string | undefined;
}

function request(space: Space, upload: FakeUpload, { number, checksum }: Wanted): SignedRequest {
  const { start, end } = partRange(upload.plan, number);
  const bytes = end - start;
  const until = Date.now() + (space.options.expiresIn ?? 900) * 1000;
  const query = new URLSearchParams({
    id: upload.id,
    part: String(number),
    bytes: String(bytes),
    until: String(until),
  });
  if (checksum) query.set('sum', checksum);
  const url = `${space.base}/store/bucket?${query}`;
  if (upload.plan.kind === 'single' && bytes <= (space.options.formMaxBytes ?? -1)) {
    return {
      number,
      method: 'POST',
      url,
      headers: {},
      fields: { key: `files/${upload.id}`, policy: 'p' },
    };
  }
  const headers: Record<string, string> =
    checksum && space.checksum ? { [headerFor(space.checksum)]: checksum } : {};
  return { number, method: 'PUT', url, headers };
}

function sign({ space, body }: Call, upload: FakeUpload): Answer {
  const wanted = checked(space, SignBody, body);
  if (!wanted) return problem('invalid_request', 400);
  const isStored = upload.plan.kind === 'single' && upload.parts.size > 0;
  if (isStored && space.options.refusesStored) return problem('conflict', 409);
  for (const { number, etag, checksum } of wanted.stored ?? [])
    upload.receipts.set(number, { etag, checksum });
  if (space.checksum && wanted.parts.some(({ checksum }) => !checksum))
    return problem('invalid_request', 400);
  const requests = wanted.parts.map((part) => request(space, upload, part));
  const answer = { requests, expiresIn: space.options.expiresIn ?? 900 };
  if (!space.options.renews) return ok(answer);
  upload.token += '-renewed';
  const expiresAt = new Date(Date.now() + 2 * 86_400_000).toISOString();
  return ok({ ...answer, token: upload.token, expiresAt });
}

function listed(space: Space, { parts, receipts, plan }: FakeUpload): StoredPart[] {
  if (space.options.listParts === false) {
    return [...receipts].map(([number, { etag, checksum }]) => {
      const { start, end } = partRange(plan, number);
      return { number, bytes: end - start, etag, ...(checksum && { checksum }) };
    });
  }
  return [...parts].map(([number, { body, etag, checksum }]) => ({
    number,
    bytes: body.length,
    etag,
    ...(checksum && space.checksum !== 'md5' && { checksum }),
  }));
}

function complete(space: Space, upload: FakeUpload, body: CompleteBody): Answer {
  const { id, plan, parts, name, bytes, type } = upload;
  if (upload.result) return ok(upload.result);
  const numbers = Array.from({ length: partCount(plan) }, (_, at) => at + 1);
  const bodies = numbers.map((number) => parts.get(number));
  const isRight = (number: number) => {
    const { start, end } = partRange(plan, number);
    return parts.get(number)?.body.length === end - start;
  };
  if (!numbers.every(isRight)) return problem('incomplete', 422);
  if (plan.kind === 'multipart' && space.options.listParts === false) {
    const said = new Map(body.parts?.map(({ number, etag }) => [number, etag]));
    if (!numbers.every((number) => said.get(number) === parts.get(number)?.etag))
      return problem('incomplete', 422);
  }
  const { verifyingTimes = 0 } = space.options;
  if (upload.completes++ < verifyingTimes) {
    const verifying = { id, state: 'verifying', bytes, verifiedBytes: 0, retryAfter: 0.01 };
    return { ...ok(verifying), status: 202 };
  }
  const object = Buffer.concat(bodies.map((part) => part?.body ?? Buffer.alloc(0)));
  const { comparesWhole = space.checksum === 'crc64nvme' } = space.options;
  if (body.checksum !== undefined && !comparesWhole) {
    space.breaches.push('a checksum of the whole that would have to be read back');
  }
  const checksum =
    comparesWhole && space.checksum === 'crc64nvme' ? sumOf('crc64nvme', object) : undefined;
  if (body.checksum && body.checksum !== checksum) return problem('checksum_mismatch', 422);
  const result: Result = {
    id,
    key: `files/${id}/${name}`,
    name,
    bytes,
    type,
    etag: parts.get(1)?.etag ?? '',
    ...(checksum && { checksum }),
    completedAt: new Date().toISOString(),
  };
  Object.assign(upload, { state: 'complete', result, object });
  return ok(result);
}

function completeMany({ space, body }: Call): (Result | { id: string; problem: Problem })[] {
  const { uploads } = checked(space, CompleteManyBody, body) ?? { uploads: [] };
  return uploads.map(({ id, token, etag }) => {
    const upload = space.uploads.get(id);
    if (!upload || token !== upload.token) return { id, problem: problemOf('not_found', 404) };
    const part = upload.parts.get(1);
    if (etag !== undefined && etag !== part?.etag) {
      return { id, problem: problemOf('incomplete', 422) };
    }
    upload.saidEtag = etag;
    const answer = complete(space, upload, {});
    const value = JSON.parse(answer.body ?? '') as Result;
    return answer.status < 300 ? value : { id, problem: value as unknown as Problem };
  });
}

function checked<Schema extends v.GenericSchema>(
  space: Space,
  schema: Schema,
  body: Buffer,
): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(schema, JSON.parse(String(body)));
  if (parsed.success) return parsed.output;
  space.breaches.push(JSON.stringify(v.flatten(parsed.issues)));
  return undefined;
}

function ok(value: object): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}

function problemOf(code: ProblemCode, status: number, field?: string): Problem {
  const detail = `The fake says ${code}.`;
  return { type: 'about:blank', title: code, status, detail, code, ...(field && { field }) };
}

function problem(code: ProblemCode, status: number, field?: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problemOf(code, status, field)),
  };
}
