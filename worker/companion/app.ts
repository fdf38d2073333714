/**
 * The S3 contract of Uppy's Companion, so that today's Uppy clients run on this Worker:
 * https://uppy.io/docs/companion/#s3. Unlike our own contract, these clients send neither a file's
 * size nor its checksums; unsized.ts explains how the policy still holds.
 */
import { Hono } from 'hono/tiny';
import type { Signer, SignerEnv } from '../context.ts';
import { asProblem, lineOf } from '../http/as-problem.ts';
import { abortRoute } from './abort.ts';
import { completeRoute } from './complete.ts';
import { createRoute } from './create.ts';
import { listRoute } from './list.ts';
import { paramsRoute } from './params.ts';
import { answerRefusal, refuse } from './refusal.ts';
import { batchRoute, signRoute } from './sign.ts';

/**
 * The app, to be mounted where the clients look for it: at their `endpoint` or `companionEndpoint`.
 *
 * @param url the app's address, if its requests do not contain it.
 */
export function companionApp(signer: Signer, url?: string): Hono<SignerEnv> {
  const app = new Hono<SignerEnv>();
  app.onError((thrown, c) => {
    const error = asProblem(c.get('log'), thrown);
    Object.assign(c.get('line'), lineOf(error));
    return answerRefusal(c, error.problem);
  });

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
