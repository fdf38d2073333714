/**
 * Apps around the checkout's Worker, as an operator writes them who mounts the package in an app: they
 * import what `s3-upload-element/worker` exports, and nothing else.
 */

/** `POST /test/clock` sets how many hours later it is for the signer. The store keeps its own time. */
export const APP_WITH_CLOCK = `
import { createSigner, optionsFrom } from './worker/exports.ts';
let hours = 0;
let signer;
export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === '/test/clock') {
      ({ hours } = await request.json());
      return new Response();
    }
    const now = () => Date.now() + hours * 3_600_000;
    signer ??= createSigner({ ...optionsFrom(env), now });
    return signer.fetch(request, env, context);
  },
};
`;

/** Its hook adds a row to the result. */
export const APP_WITH_FINALIZE = `
import { createSigner, optionsFrom } from './worker/exports.ts';
const hooks = { finalize: ({ name }) => ({ data: { row: 'row of ' + name } }) };
let signer;
export default {
  fetch(request, env, context) {
    signer ??= createSigner({ ...optionsFrom(env), hooks });
    return signer.fetch(request, env, context);
  },
};
`;
