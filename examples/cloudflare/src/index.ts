/** The signer, with the settings of wrangler.jsonc and its secrets. */
import { env } from 'cloudflare:workers';
import { createSigner, createUpkeep, optionsFrom } from 's3-upload-element/worker';

const options = optionsFrom(env);
const signer = createSigner(options);
const upkeep = createUpkeep(options);

export default {
  fetch: signer.fetch,
  scheduled: (_event, _env, context) => upkeep((work) => context.waitUntil(work)),
} satisfies ExportedHandler;
