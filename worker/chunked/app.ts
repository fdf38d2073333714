/**
 * Chunks through the Worker, by offset, for clients that are not our element: `/chunks` speaks
 * drf-chunked-upload's protocol, tus 1.0 and Resumable Uploads for HTTP, told apart by their headers.
 * All of them begin, write and finish an upload by the same functions, which ask the same rules as
 * `POST /uploads` does.
 */
import type { Handler } from 'hono';
import { Hono } from 'hono/tiny';
import { waitUntilOf, type Signer, type SignerContext, type SignerEnv } from '../context.ts';
import { asProblem, lineOf } from '../http/as-problem.ts';
import { answerProblem, ProblemError } from '../problem.ts';
import { discardUpload } from '../upload/end/discard.ts';
import { OffsetMismatch } from './append.ts';
import { locate, turnOf } from './begin.ts';
import { beginRoute, chunkRoute, finishRoute, statusRoute } from './protocols/chunks.ts';
import { ChunkMismatch } from './digests.ts';
import { InconsistentLength } from './finish.ts';
import {
  PARTIAL_UPLOAD,
  resumableBeginRoute,
  resumableHeadRoute,
  resumableOptions,
  resumablePatchRoute,
} from './protocols/resumable.ts';
import { createTurns } from './turns.ts';
import {
  assertTusVersion,
  TUS_VERSION,
  tusBeginRoute,
  tusHeadRoute,
  tusOptions,
  tusPatchRoute,
} from './protocols/tus.ts';

/** What a client may do, for everybody to ask: mount it before callers are identified. */
export function chunkedOptions(signer: Signer): Handler<SignerEnv> {
  const headers = { ...tusOptions(signer), ...resumableOptions(signer) };
  return (c) => c.body(null, 204, headers);
}

export function chunkedApp(signer: Signer): Hono<SignerEnv> {
  const turns = createTurns(signer.now);
  const app = new Hono<SignerEnv>();
  app.onError((thrown, c) => {
    const error = asProblem(c.get('log'), thrown);
    Object.assign(c.get('line'), lineOf(error));
    return refusal(c, error);
  });
  app.use(async (c, next) => {
    if (protocolOf(c) === 'tus') {
      c.header('tus-resumable', TUS_VERSION);
      if (c.req.method !== 'OPTIONS') assertTusVersion(c);
    }
    await next();
  });

  const begin = byProtocol({
    chunks: beginRoute(signer, turns),
    tus: tusBeginRoute(signer, turns),
    resumable: resumableBeginRoute(signer, turns),
  });
  const head = byProtocol({
    chunks: resumableHeadRoute(signer, turns),
    tus: tusHeadRoute(signer, turns),
    resumable: resumableHeadRoute(signer, turns),
  });
  const patch = byProtocol({
    chunks: unknownPatch,
    tus: tusPatchRoute(signer, turns),
    resumable: resumablePatchRoute(signer, turns),
  });
  const status = statusRoute(signer, turns);
  const finish = finishRoute(signer, turns);
  app.post('/', begin);
  app.put('/', begin);
  // Hono answers HEAD by the route of GET.
  app.get('/:upload', (c, next) => (c.req.method === 'HEAD' ? head : status)(c, next));
  app.put('/:upload', chunkRoute(signer, turns));
  app.patch('/:upload', patch);
  app.post('/:upload', (c, next) =>
    (c.req.header('x-http-method-override')?.toUpperCase() === 'PATCH' ? patch : finish)(c, next),
  );
  app.delete('/:upload', async (c) => {
    const { upload, entry } = await locate(signer, c);
    await turns.wait(turnOf(upload));
    const isOpen = entry?.state !== 'complete';
    if (isOpen && (await discardUpload(signer, upload, waitUntilOf(c), 'proven', entry))) {
      return c.body(null, 204);
    }
    const detail = `The upload is complete: DELETE /uploads/${upload.id} removes the file.`;
    throw new ProblemError('conflict', detail);
  });
  return app;
}

type Protocol = 'chunks' | 'tus' | 'resumable';

function protocolOf(c: SignerContext): Protocol {
  if (c.req.header('tus-resumable') !== undefined) return 'tus';
  const isResumable =
    c.req.header('upload-complete') !== undefined ||
    c.req.header('content-type') === PARTIAL_UPLOAD ||
    c.req.header('upload-draft-interop-version') !== undefined;
  return isResumable ? 'resumable' : 'chunks';
}

function byProtocol(handlers: Readonly<Record<Protocol, Handler<SignerEnv>>>): Handler<SignerEnv> {
  return (c, next) => handlers[protocolOf(c)](c, next);
}

function unknownPatch(): never {
  const detail = `A PATCH is tus’s, with Tus-Resumable, or of Content-Type ${PARTIAL_UPLOAD}.`;
  throw new ProblemError('invalid_request', detail, { status: 415, field: 'content-type' });
}

/** The problem, as the protocol of the request has it. */
function refusal(c: SignerContext, error: ProblemError): Response {
  const protocol = protocolOf(c);
  const { problem } = error;
  const offset = error instanceof OffsetMismatch ? error.offset : undefined;
  if (offset !== undefined) c.header('upload-offset', String(offset));
  if (protocol === 'tus') {
    const status = error instanceof ChunkMismatch ? 460 : problem.status;
    return answerProblem(c, { ...problem, status });
  }
  if (protocol === 'chunks') {
    return answerProblem(c, { ...problem, ...(offset !== undefined && { offset }) });
  }
  c.header('upload-complete', '?0');
  if (error instanceof OffsetMismatch) {
    const members = { 'expected-offset': error.offset, 'provided-offset': error.provided };
    return answerProblem(c, { ...problem, type: iana('mismatching-upload-offset'), ...members });
  }
  const isInconsistent = error instanceof InconsistentLength;
  return answerProblem(c, {
    ...problem,
    ...(isInconsistent && { type: iana('inconsistent-upload-length') }),
  });
}

function iana(name: string): string {
  return `https://iana.org/assignments/http-problem-types#${name}`;
}
