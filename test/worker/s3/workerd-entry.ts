/**
 * Runs in workerd: calls one method of a store and answers what came of it. The method and its
 * arguments come as JSON in the `call` header, a part's bytes as the body.
 */
import { staticCredentials, type Credentials } from '../../../worker/s3/signing/credentials.ts';
import { StoreError } from '../../../worker/s3/requests/errors.ts';
import type { ProfileName } from '../../../worker/s3/profile.ts';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import { createStore, type StoreConfig } from '../../../worker/s3/store.ts';

/** What the test side sends. */
export interface WorkerdCall {
  readonly config: Pick<StoreConfig, 'endpoint' | 'bucket' | 'region' | 'style'> & {
    readonly profile: ProfileName;
    readonly credentials: Credentials;
  };
  readonly method: 'createMultipart' | 'listParts' | 'completeMultipart' | 'head' | 'sendPart';
  readonly parameters: readonly unknown[];
}

const worker = {
  async fetch(request: Request): Promise<Response> {
    const { config, method, parameters } = JSON.parse(
      decodeURIComponent(request.headers.get('call') ?? ''),
    ) as WorkerdCall;
    const store = createStore({
      ...config,
      profile: PROFILES[config.profile],
      credentials: staticCredentials(config.credentials),
      retry: { tries: 2, baseMs: 1, maxMs: 2 },
    });
    const call = store[method] as (...all: unknown[]) => Promise<unknown>;
    try {
      const body = method === 'sendPart' ? [request.body] : [];
      return Response.json({ result: (await call(...parameters, ...body)) ?? null });
    } catch (thrown) {
      if (!(thrown instanceof StoreError)) throw thrown;
      const { kind, code, message } = thrown;
      return Response.json({ error: { kind, code, message } });
    }
  },
};
// workerd looks for it.
// oxlint-disable-next-line import/no-default-export
export default worker;
