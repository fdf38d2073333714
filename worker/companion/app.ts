/**
 * The contract of Uppy's Companion for S3, so that the client that people have today runs on this
 * Worker: https://uppy.io/docs/companion/#s3. What differs from our own contract is that these
 * clients say neither a file's size nor its checksums; see unsized.ts for how the policy holds.
 */
import { Hono } from 'hono';
import type { Signer, SignerEnv } from '../context.ts';
import { asProblem } from '../http/as-problem.ts';
import { abortRoute } from './abort.ts';
import { completeRoute } from './complete.ts';
import { createRoute } from './create.ts';
import { listRoute } from './list.ts';
import { paramsRoute } from './params.ts';
import { answerRefusal, refuse } from './refusal.ts';
import { batchRoute, signRoute } from './sign.ts';

/**
 * To be mounted where the clients look for it: their `endpoint`, or `companionEndpoint`.
 *
 * @param url where that is, if its own requests do not tell.
 */
export function companionApp(signer: Signer, url?: string): Hono<SignerEnv> {
  const app = new Hono<SignerEnv>();
  app.onError((error, c) => answerRefusal(c, asProblem(signer.log, error).problem));

  app.get('/s3/params', paramsRoute(signer, url));
  app.post('/s3/multipart', createRoute(signer));
  app.get('/s3/multipart/:uploadId', listRoute(signer));
  app.get('/s3/multipart/:uploadId/batch', batchRoute(signer));
  app.get('/s3/multipart/:uploadId/:partNumber', signRoute(signer));
  app.post('/s3/multipart/:uploadId/complete', completeRoute(signer));
  app.delete('/s3/multipart/:uploadId', abortRoute(signer));
  app.get('/s3/sts', () => refuse('This Companion server does not support STS credentials'));
  return app;
}
