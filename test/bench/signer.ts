/**
 * A Worker that answers the contract at once and checks nothing, for a sink that stores nothing:
 * what is measured is the page. Each set-up has its own endpoint, `URL/NAME`.
 */
import {
  MAX_FILES_PER_CREATE,
  MAX_PARTS_PER_SIGN,
  MAX_UPLOADS_PER_COMPLETE,
  DEFAULT_PLAN_LIMITS,
  partCount,
  planFor,
  type CompleteManyBody,
  type Created,
  type CreateBody,
  type PlanLimits,
  type Policy,
  type Result,
  type SignBody,
  type SignedRequest,
} from '../../worker/protocol.ts';
import { splitSimpleBody } from '../../worker/protocol/simple-body.ts';
import { startTiny, type Answer, type Asked, type TinyOptions, type TinyServer } from './http.ts';
import type { LineSpeed } from './line.ts';
import { SIGNATURE } from './signature.ts';
import { betterUpload } from './better-upload.ts';
import { companion } from './companion.ts';

export interface SetUp {
  readonly checksum: 'crc64nvme' | null;
  /** Hosts of the sink, without a trailing slash. */
  readonly lanes: readonly string[];
  /** Small files go by form POST. */
  readonly postPolicy: boolean;
  readonly limits?: PlanLimits;
}

const KEPT_BODY_BYTES = 4 * 1024 * 1024;
const URLS_GOOD_FOR_SECONDS = 900;
const FIRST_BATCH = 8;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html, by length. */
const FORM_MAX_BYTES = 1024 * 1024;

/** Starts it at the end of a line of its own; `setUps` by name. */
export async function startSigner(
  speed: LineSpeed,
  setUps: Readonly<Record<string, SetUp>>,
  options: Pick<TinyOptions, 'address' | 'failEvery' | 'traffic'> = {},
): Promise<TinyServer> {
  const signers = new Map(Object.entries(setUps).map(([name, setUp]) => [name, new Signer(setUp)]));
  return startTiny({
    ...options,
    speed,
    keepBytes: KEPT_BODY_BYTES,
    answer: (asked) => {
      const url = new URL(asked.target, 'http://signer');
      const [, name = '', ...path] = url.pathname.split('/');
      const signer = signers.get(name);
      if (!signer) return { status: 404 };
      if (path[0] === 'companion') return companion(asked, path.slice(1), url, signer.setUp);
      if (path[0] === 'better-upload') return betterUpload(asked, signer.setUp);
      if (path[0] === 'evaporate') return { status: 200, body: 'a'.repeat(64) };
      return signer.answer(asked, path);
    },
  });
}

class Signer {
  readonly setUp: SetUp;
  readonly #uploads = new Map<string, Created & { readonly name: string; readonly type: string }>();

  constructor(setUp: SetUp) {
    this.setUp = setUp;
  }

  answer({ method, body, headers }: Asked, [resource, id = '', action]: readonly string[]): Answer {
    const isSimple = headers.get('content-type')?.startsWith('text/plain');
    return this.#answer(method, isSimple ? splitSimpleBody(body).json : body, resource, id, action);
  }

  #answer(method: string, body: string, resource = '', id = '', action = ''): Answer {
    if (resource === 'policy') return json(policyOf(this.setUp));
    if (resource !== 'uploads') return { status: 404 };
    if (method === 'DELETE') return { status: 204 };
    if (id === '' && method === 'POST') return json({ uploads: this.#create(JSON.parse(body)) });
    if (id === '') return json({ uploads: [] });
    if (id === 'complete') {
      const { uploads } = JSON.parse(body) as CompleteManyBody;
      return json({ uploads: uploads.map((upload) => this.#result(upload.id)) });
    }
    if (action === 'complete') return json(this.#result(id));
    if (action === 'sign') return json(this.#sign(id, JSON.parse(body)));
    return problem(404, 'not_found');
  }

  #create({ files }: CreateBody): Created[] {
    return files.map((file) => {
      const plan = planFor(file.bytes, this.setUp.limits);
      const parts = partCount(plan);
      const first = this.setUp.checksum ? (file.checksums?.length ?? 0) : FIRST_BATCH;
      const created = {
        id: file.id,
        token: `token.of.${file.id}`,
        key: `anonymous/${file.id}/${encodeURIComponent(file.name)}`,
        name: file.name,
        type: file.type,
        plan,
        checksum: plan.kind === 'single' ? singleChecksumOf(this.setUp) : this.setUp.checksum,
        requests: Array.from({ length: Math.min(first, parts) }, (_, index) =>
          this.#request(file.id, index + 1, plan, file.checksums?.[index]),
        ),
        expiresIn: URLS_GOOD_FOR_SECONDS,
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
        storeExpiresAt: null,
      };
      this.#uploads.set(file.id, created);
      return created;
    });
  }

  #sign(id: string, { parts }: SignBody): object {
    const plan = this.#uploads.get(id)?.plan ?? planFor(0);
    return {
      requests: parts.map(({ number, checksum }) => this.#request(id, number, plan, checksum)),
      expiresIn: URLS_GOOD_FOR_SECONDS,
    };
  }

  #request(id: string, number: number, plan: Created['plan'], checksum?: string): SignedRequest {
    const { lanes, postPolicy } = this.setUp;
    const lane = lanes[number % lanes.length] ?? '';
    if (plan.kind === 'single' && postPolicy && plan.bytes <= FORM_MAX_BYTES) {
      const fields = {
        key: id,
        'content-type': 'application/octet-stream',
        ...(checksum && { 'x-amz-checksum-sha256': checksum }),
        policy: 'A'.repeat(600),
        'x-amz-signature': 'a'.repeat(64),
      };
      return { number, method: 'POST', url: `${lane}/bucket`, headers: {}, fields };
    }
    const name = plan.kind === 'single' ? singleChecksumOf(this.setUp) : this.setUp.checksum;
    const headers = checksum ? { [`x-amz-checksum-${name}`]: checksum } : {};
    const query = plan.kind === 'single' ? '' : `partNumber=${number}&uploadId=${id}&`;
    return { number, method: 'PUT', url: `${lane}/bucket/${id}?${query}${SIGNATURE}`, headers };
  }

  #result(id: string): Result {
    const upload = this.#uploads.get(id);
    return {
      id,
      key: upload?.key ?? id,
      name: upload?.name ?? id,
      bytes: upload?.plan.bytes ?? 0,
      type: upload?.type ?? '',
      etag: '9bb58f26192e4ba00f01e2e7b136bbd8-1',
      completedAt: new Date().toISOString(),
    };
  }
}

/** Forms are bound to a file's SHA-256, as the Worker has them. */
function singleChecksumOf({ checksum, postPolicy }: SetUp): Created['checksum'] {
  return checksum && postPolicy ? 'sha256' : checksum;
}

function policyOf(setUp: SetUp): Policy {
  return {
    maxBytes: 5 * 1024 ** 4,
    minBytes: 0,
    accept: [],
    maxFiles: null,
    checksum: setUp.checksum,
    singleChecksum: singleChecksumOf(setUp),
    wholeChecksums: { free: setUp.checksum === null ? [] : [setUp.checksum], maxBytes: 0 },
    plan: setUp.limits ?? DEFAULT_PLAN_LIMITS,
    batch: {
      create: MAX_FILES_PER_CREATE,
      sign: MAX_PARTS_PER_SIGN,
      complete: MAX_UPLOADS_PER_COMPLETE,
    },
    lanes: setUp.lanes.length,
    origins: setUp.lanes,
    relay: false,
    removable: false,
    listParts: true,
  };
}

function json(value: unknown): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}

function problem(status: number, code: string): Answer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: 'about:blank', title: code, status, detail: code, code }),
  };
}
