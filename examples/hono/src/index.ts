/** An app with Hono: the signer is one of its routes, and the app's session says whose a file is. */
import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';
import { sign } from 'hono/jwt';
import {
  createSigner,
  createUpkeep,
  optionsFrom,
  type UploadStatusAnswer,
} from 's3-upload-element/worker';

const SESSION_SECONDS = 24 * 60 * 60;

// From wrangler.jsonc and the secrets. JWT_COOKIE names the session's cookie.
const options = optionsFrom(env);
const signer = createSigner(options);
const upkeep = createUpkeep(options);

const app = new Hono();
app.route('/uploading', signer);

app.get('/', async (c) => {
  // Your own sign-in goes here. In this example, every visitor is somebody new.
  if (getCookie(c, 'session') === undefined) {
    const exp = Math.floor(Date.now() / 1000) + SESSION_SECONDS;
    const session = await sign({ sub: crypto.randomUUID(), exp }, env.JWT_SECRET, 'HS256');
    const secure = new URL(c.req.url).protocol === 'https:';
    setCookie(c, 'session', session, { httpOnly: true, sameSite: 'Lax', secure, path: '/' });
  }
  return c.html(
    page(
      html`<form action="/letters" method="post">
        <label>Subject <input name="subject" value="Holiday" /></label>
        <s3-upload
          endpoint="/uploading"
          name="files"
          label="Pictures"
          multiple
          required
        ></s3-upload>
        <button>Send</button>
      </form>`,
    ),
  );
});

// The form sends the ids of its uploads. The signer says what each id is, and whether it is this
// visitor's: another's id is answered 404, like one that does not exist.
app.post('/letters', async (c) => {
  const form = await c.req.formData();
  const cookie = c.req.header('cookie') ?? '';
  const files: UploadStatusAnswer[] = [];
  for (const id of form.getAll('files').map(String)) {
    const answer = await signer.request(
      `/uploads/${encodeURIComponent(id)}`,
      { headers: { cookie } },
      env,
    );
    if (!answer.ok) return c.text(`There is no upload ${id} of yours.`, 400);
    files.push(await answer.json<UploadStatusAnswer>());
  }
  // Here the app would write the keys into its database.
  return c.html(
    page(
      html`<h1>${form.get('subject')}</h1>
        <ul>
          ${files.map(({ name, bytes, state }) => html`<li>${name}, ${bytes} bytes, ${state}</li>`)}
        </ul>`,
    ),
  );
});

function page(content: ReturnType<typeof html>): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>s3-upload with Hono</title>
      <script type="module" src="/s3-upload.js"></script>
      ${content}
    </html>`;
}

export default {
  fetch: app.fetch,
  scheduled: (_event, _env, context) => upkeep((work) => context.waitUntil(work)),
} satisfies ExportedHandler;
