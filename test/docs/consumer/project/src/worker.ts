/** A Worker of the app's own, with the signer mounted in it. */
import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { createSigner, optionsFrom } from 's3-upload-element/worker';

const app = new Hono();
app.get('/', (context) => context.text('the app'));
app.route('/uploading', createSigner(optionsFrom(env)));

export default app;
