/** What `s3-upload doctor` finds at stores that answer wrongly, one check after the other. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { serveStore, stopAll, type Answer, type Fault } from '../faulty-servers.ts';
import { localR2, type Running } from '../s3/stores.ts';
import { diagnose, ENOUGH } from './doctor.ts';
import { settingsOf, type Settings } from './setup.ts';

const ORIGIN = 'http://localhost:5173';
const LIFECYCLE = '<AbortIncompleteMultipartUpload><DaysAfterInitiation>';

let running: Running;
before(async () => {
  ({ running } = await localR2.start());
});
after(stopAll);

/** What is found at a store with this fault. */
async function foundAt(fault: Fault, settings: Settings = {}): Promise<string> {
  const S3_ENDPOINT = await serveStore(running.config.endpoint, fault);
  const working = { ...ENOUGH, ...settingsOf(running), ALLOWED_ORIGINS: ORIGIN };
  const { output } = await diagnose({ ...working, S3_ENDPOINT, ...settings }, '--origin', ORIGIN);
  return output;
}

/** A store that answers some requests in this way, and the others as they should be. */
function answering(
  isMeant: (request: Request) => boolean,
  answer: Answer | ((request: Request) => Answer),
): Fault {
  return {
    answer(incoming) {
      const request = requestOf(incoming);
      if (!isMeant(request)) return undefined;
      return typeof answer === 'function' ? answer(request) : answer;
    },
  };
}

interface Request {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** Whether it is sent for a page, and so signed in its URL. */
  readonly isPresigned: boolean;
}

function requestOf({ method = '', url = '', headers }: IncomingMessage): Request {
  const { searchParams: query } = new URL(url, 'http://store');
  return { method, query, headers, isPresigned: query.has('X-Amz-Signature') };
}

/** ListParts, which local R2 lacks, for uploads of the one byte that is sent. */
function listingParts(): Fault {
  const aborted = new Set<string | null>();
  const part = '<Part><PartNumber>1</PartNumber><ETag>"e"</ETag><Size>1</Size></Part>';
  return {
    answer(incoming) {
      const { method, query, isPresigned } = requestOf(incoming);
      const id = query.get('uploadId');
      if (method === 'DELETE') aborted.add(id);
      if (method !== 'GET' || id === null || isPresigned) return undefined;
      const body = `<ListPartsResult><IsTruncated>false</IsTruncated>${part}</ListPartsResult>`;
      return aborted.has(id)
        ? { status: 404, code: 'NoSuchUpload' }
        : { status: 200, code: 'x', body };
    },
  };
}

/** Whether the URL was signed for a time that is over. */
function isExpired(query: URLSearchParams): boolean {
  const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(query.get('X-Amz-Date') ?? '') ?? [];
  if (date === undefined || time === undefined) return false;
  const signedAt = Date.parse(
    `${date.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`,
  );
  return signedAt + Number(query.get('X-Amz-Expires')) * 1000 < Date.now();
}

function bothOf(one: Fault, other: Fault): Fault {
  return { answer: (request) => one.answer?.(request) ?? other.answer?.(request) };
}

const denied: Answer = { status: 403, code: 'AccessDenied' };
const stored: Answer = { status: 200, headers: { etag: '"e"' }, body: '' };

describe('doctor, at a store that answers wrongly', () => {
  it('finds that the clocks are far apart, or a little', async () => {
    const later = (ms: number) =>
      answering(({ headers, query }) => headers.authorization === undefined && query.size === 0, {
        ...denied,
        headers: { date: new Date(Date.now() + ms).toUTCString() },
      });
    assert.match(
      await foundAt(later(1_200_000)),
      /^fail  clock: .* 1(1[5-9]|2[0-4])\d s apart\n +-> /m,
    );
    assert.match(await foundAt(later(120_000)), /^warn  clock: .* (9\d|1[0-4]\d) s apart\n +-> /m);
    assert.match(await foundAt({}), /^pass  clock: .* [01] s apart$/m);
  });

  it('finds the region that the store names, without any right, and asks nothing more', async () => {
    const output = await foundAt(
      answering(() => true, { ...denied, headers: { 'x-amz-bucket-region': 'eu-west-1' } }),
    );
    assert.match(
      output,
      /^fail  region: the bucket is in eu-west-1.*\n +-> set S3_REGION=eu-west-1$/m,
    );
    assert.doesNotMatch(output, /Create|credentials/);
  });

  it('finds the region in the refusal of a signature', async () => {
    const code = 'AuthorizationHeaderMalformed';
    const output = await foundAt(
      answering(() => true, { status: 400, code, more: '<Region>eu-west-1</Region>' }),
    );
    assert.match(output, /^fail  region: .*\n +-> the bucket is in another region: .*eu-west-1$/m);
  });

  it('finds keys that may not write, list parts, or read', async () => {
    const reading = await foundAt(answering(({ method }) => method !== 'GET', denied));
    assert.match(reading, /^fail  permissions: CreateMultipartUpload .*\n +-> .*s3:PutObject/m);
    const listing = await foundAt(
      answering(({ method, query }) => method === 'GET' && query.has('uploadId'), denied),
      { S3_PROFILE: 'generic' },
    );
    assert.match(listing, /^fail  permissions: ListParts .*\n +-> .*s3:ListMultipartUploadParts/m);
    const writing = await foundAt(
      answering(({ method, isPresigned }) => method === 'GET' && isPresigned, denied),
    );
    assert.match(writing, /^fail  links: .* 403 AccessDenied\n +-> allow the keys s3:GetObject/m);
  });

  it('finds that the store does not list the part that it has', async () => {
    const body = '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>';
    const listing = answering(({ method, query }) => method === 'GET' && query.has('uploadId'), {
      status: 200,
      code: 'x',
      body,
    });
    const output = await foundAt(listing, { S3_PROFILE: 'generic' });
    assert.match(output, /^fail  ListParts: the store does not list the part/m);
  });

  it('finds that a signed part is refused, or that something else answers it', async () => {
    const isPart = ({ method, headers }: Request) =>
      method === 'PUT' && headers['x-amz-copy-source'] === undefined;
    const code = 'SignatureDoesNotMatch';
    const refused = await foundAt(answering(isPart, { status: 403, code }));
    assert.match(refused, /^fail  part: .* 403 SignatureDoesNotMatch\n +-> .*Host, port or path/m);
    const elsewhere = await foundAt(answering(isPart, { status: 200 }));
    assert.match(
      elsewhere,
      /^fail  part: .*not the store answers 200 .*\n +-> .*S3_PUBLIC_ENDPOINTS/m,
    );
  });

  it('finds that metadata are lost on the way', async () => {
    const output = await foundAt({ removes: /^x-amz-meta-/ });
    assert.match(output, /^fail  Complete: .*metadata\n +-> .*proxy removes/m);
  });

  it('finds that a link works after it has expired', async () => {
    const isRead = ({ method, query }: Request) => method === 'GET' && query.has('X-Amz-Expires');
    const output = await foundAt(answering(isRead, { status: 200, code: 'x', body: 's' }));
    assert.match(output, /^fail  expiry: a link works after it has expired\n +-> .*clock/m);
    assert.match(output, /^pass  expiry: a part whose URL has expired is refused/m);
  });

  it('finds that a part is stored after its URL has expired', async () => {
    const isLate = ({ method, query }: Request) => method === 'PUT' && isExpired(query);
    const output = await foundAt(answering(isLate, stored));
    assert.match(
      output,
      /^fail  expiry: a part is stored after its URL has expired\n +-> .*clock/m,
    );
    assert.match(output, /^pass  expiry: a link that has expired is refused/m);
  });

  it('finds that an object is replaced which must not be', async () => {
    const body = '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>';
    const isConditional = ({ headers }: Request) => headers['if-none-match'] !== undefined;
    const replacing = answering(isConditional, { status: 200, code: 'x', body });
    const settings = { S3_PROFILE: 'minio', CHECKSUM: 'md5' };
    const output = await foundAt(bothOf(listingParts(), replacing), settings);
    assert.match(output, /^fail  conditional writes: the store replaces an object/m);
  });

  it('finds that a small object is replaced which must not be, or that the store cannot tell', async () => {
    const isConditional = ({ method, headers }: Request) =>
      method === 'PUT' && headers['if-none-match'] !== undefined;
    const replacing = await foundAt(answering(isConditional, stored));
    assert.match(
      replacing,
      /^fail  conditional writes: the store replaces an object .*\n +-> choose the S3_PROFILE/m,
    );
    const unable = answering(isConditional, { status: 501, code: 'NotImplemented' });
    assert.match(
      await foundAt(unable),
      /^fail  conditional writes: .* answered 501 NotImplemented\n +-> choose the S3_PROFILE/m,
    );
  });

  it('finds that forms are refused, or store more than their policy allows', async () => {
    const isForm = ({ method, headers }: Request) =>
      method === 'POST' && headers['content-type']?.startsWith('multipart/form-data') === true;
    const settings = { S3_PROFILE: 'minio', CHECKSUM: 'md5' };
    const refused = await foundAt(bothOf(listingParts(), answering(isForm, denied)), settings);
    assert.match(
      refused,
      /^fail  form POST: a form is answered 403 AccessDenied\n +-> set FORMS=off/m,
    );
    const greedy = await foundAt(bothOf(listingParts(), answering(isForm, stored)), settings);
    assert.match(greedy, /^fail  form POST: a form takes more bytes than its policy/m);
  });

  it('finds how the bucket ends uploads that nobody finishes, and whether the Worker knows', async () => {
    const ruled = (days: number, status = 'Enabled') =>
      answering(({ query }) => query.has('lifecycle'), {
        status: 200,
        code: 'x',
        body: `<LifecycleConfiguration><Rule><Status>${status}</Status>${LIFECYCLE}${days}</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>`,
      });
    const what = 'unfinished uploads';
    assert.match(
      await foundAt(ruled(3)),
      new RegExp(`^warn  ${what}: .* 3 d.*\\n +-> set S3_ABORTS_AFTER=3d`, 'm'),
    );
    assert.match(
      await foundAt(ruled(3), { S3_ABORTS_AFTER: '3d' }),
      new RegExp(`^pass  ${what}: .* after 3 d`, 'm'),
    );
    const without = new RegExp(
      `^warn  ${what}: only the cron trigger.*\\n +-> .*after 7 days`,
      'm',
    );
    assert.match(await foundAt(ruled(3, 'Disabled')), without);
    const code = 'NoSuchLifecycleConfiguration';
    const none = answering(({ query }) => query.has('lifecycle'), { status: 404, code });
    assert.match(await foundAt(none), without);
    assert.match(
      await foundAt(none, { S3_ABORTS_AFTER: '1d' }),
      new RegExp(`^pass  ${what}: the store`, 'm'),
    );
  });

  it('finds that what it has stored cannot be removed', async () => {
    const output = await foundAt(answering(({ method }) => method === 'DELETE', denied));
    assert.match(
      output,
      /^fail  clean-up: .*AccessDenied; s3-upload-check\/.* may be left\n +-> /m,
    );
  });

  it('removes what it can if something cannot be removed', async () => {
    const KEY_PREFIX = `doctor-${crypto.randomUUID()}/`;
    const isListing = ({ method, query }: Request) => method === 'GET' && query.has('uploadId');
    const output = await foundAt(answering(isListing, denied), {
      S3_PROFILE: 'generic',
      KEY_PREFIX,
    });
    const [, key = ''] = /^fail  clean-up: ListParts .*; (\S+) may be left$/m.exec(output) ?? [];
    assert.ok(key.startsWith(KEY_PREFIX), output);
  });

  it('finds that a full store is full', async () => {
    const full = answering(({ method }) => method === 'POST', {
      status: 507,
      code: 'QuotaExceeded',
    });
    assert.match(
      await foundAt(full),
      /^fail  CreateMultipartUpload: .*\n +-> .*quota of the bucket is full/m,
    );
  });
});
