import type { System } from './row.ts';

export const S3FILEUP: System = {
  name: 'django-s3fileup',
  page: 'django-s3fileup.md',
  url: 'https://github.com/sankroh/s3fileup',
  script: ['docs/from.test.ts', 'django-s3fileup.md gets a URL'],
  rows: [
    {
      id: 's0.1',
      kind: 'job',
      there: 'An app that is plugged into your own',
      here: '`app.route("/uploading", createSigner(options))` in a Hono app. Other backends run the Worker beside themselves.',
      tests: [['docs/code.test.ts', 'the signer of the docs answers from an app of one’s own']],
    },
    {
      id: 's0.2',
      kind: 'job',
      there: 'File bytes never touch your server',
      here: 'The browser sends the file to the bucket. The Worker only signs.',
      tests: [['worker/counts.test.ts', '10 GiB at ${rate} MB/s']],
    },
    {
      id: 's0.3',
      kind: 'job',
      there: 'The sign-in of your app identifies the caller',
      here: '`AUTH=jwt` with `JWT_SECRET`, `JWT_JWKS_URL` or `JWT_COOKIE`; `AUTH=access`; or `authenticate` in code',
      tests: [
        ['worker/auth.test.ts', 'lets its subject in'],
        ['worker/auth.test.ts', 'counts only for pages that may call'],
        ['worker/auth/providers.test.ts', 'lets in by ${name}'],
      ],
    },
    {
      id: 's0.4',
      kind: 'job',
      there: 'A version without sign-in or framework',
      here: '`AUTH=anonymous`; the Worker needs no app around it',
      tests: [['worker/tokens.test.ts', 'are distinguished by a cookie that the Worker sets']],
    },
    {
      id: 's0.5',
      kind: 'job',
      there: 'One package to install',
      here: 'Clone the repository; `npm run deploy` builds and deploys the Worker, which serves the element.',
      tests: [
        ['docs/consumer/consumer.test.ts', 'built by ${bundler}, uploads a file from a plain page'],
      ],
      reason:
        'The package `s3-upload-element` is complete, and its tests install it from a tarball, but it has not been published on npm yet.',
    },
    {
      id: 's0.6',
      kind: 'endpoint',
      there: '`POST …/s3put/` answers with a URL',
      here: '`POST /uploads`, form-encoded, answers 201 with `url`',
      tests: [['worker/plain-clients.test.ts', 'uploads ${bytes} bytes with three calls of curl']],
    },
    {
      id: 's0.7',
      kind: 'field',
      there: '`name`, required',
      here: '`name`; without it, 400 with `field: "name"`',
      tests: [
        ['worker/plain-clients.test.ts', 'is told by name what is missing, unknown or too much'],
      ],
    },
    {
      id: 's0.8',
      kind: 'field',
      there: '`type`, optional',
      here: '`type`; without it, the object is `application/octet-stream`',
      tests: [['docs/from.test.ts', 'follows the state of a row']],
    },
    {
      id: 's0.9',
      kind: 'field',
      there: '`size`, optional',
      here: '`bytes` or `size`, required. A size that is not known yet: `PUT /chunks` with `Content-Range: bytes 0-99/*` (`RELAY=on`).',
      tests: [
        [
          'worker/promises/s3fileup.test.ts',
          's0.9: a file is uploaded before anybody knows its size',
        ],
        ['worker/chunked/chunks.test.ts', 'may be of a file whose size nobody knows yet'],
      ],
      reason:
        'A URL that takes any number of bytes could not be held to `MAX_BYTES` or to a quota, so the signature covers the length.',
    },
    {
      id: 's0.10',
      kind: 'job',
      there: 'The signature covers name, type and size',
      here: 'The key and the length are in the signature; the name and the type are fixed when the upload is created.',
      tests: [
        ['worker/s3/objects.test.ts', 'case 26: accepts no other size, type, mark or checksum'],
        ['worker/hostile.test.ts', 'declares more than allowed, or less than it then sends'],
      ],
    },
    {
      id: 's0.11',
      kind: 'endpoint',
      there: '`curl -u user …` with a form-encoded body',
      here: '`AUTH=basic` and `BASIC_USERS`',
      tests: [
        [
          'worker/promises/s3fileup.test.ts',
          's0.11: a name, a password and a form-encoded body give a URL that takes the file by PUT',
        ],
        ['worker/plain-clients.test.ts', 'uploads ${bytes} bytes with three calls of curl'],
        ['worker/plain-clients.test.ts', 'is not let in with another password'],
      ],
    },
    {
      id: 's0.12',
      kind: 'field',
      there: 'An ACL in the signed URL',
      here: '`acl`, one of those that the setting `ACL` allows',
      tests: [
        [
          'worker/objects.test.ts',
          'is the one that the page chose among those that the policy allows',
        ],
        ['worker/config.test.ts', 'says what the store cannot do, rather than leave it out'],
      ],
      reason: 'R2 and MinIO have no ACLs. There the Worker refuses the setting by name.',
    },
    {
      id: 's0.13',
      kind: 'error',
      there: 'Errors as JSON',
      here: '`application/problem+json` with `code`, `detail` and `field`',
      tests: [['worker/gate.test.ts', 'answers problems as RFC 9457 has them']],
    },
    {
      id: 's0.14',
      kind: 'endpoint',
      there: 'A plain PUT of the file to the URL',
      here: '`curl -T file "$url"`, with the `headers` of the answer if there are any',
      tests: [['worker/plain-clients.test.ts', 'uploads ${bytes} bytes with three calls of curl']],
    },
    {
      id: 's0.15',
      kind: 'setting',
      there: 'The bucket',
      here: '`S3_BUCKET`',
      tests: [['docs/code.test.ts', 'the settings are understood']],
    },
    {
      id: 's0.16',
      kind: 'setting',
      there: 'The CORS configuration',
      here: '`ALLOWED_ORIGINS` for the Worker; `npx s3-upload setup --origin …` sets and checks the bucket’s rules ([“Deploy it”](../start/cloudflare.md#deploy-it), step 4)',
      tests: [
        ['worker/gate.test.ts', 'lets pages of listed origins call, with cookies'],
        ['worker/cli/setup.test.ts', 'adds a rule, by which only pages of that origin may upload'],
        ['worker/cli/setup.test.ts', 'keeps the rule when it is run again'],
        ['docs/code.test.ts', 'the CORS rules of the docs are what a part needs'],
      ],
    },
    {
      id: 's0.17',
      kind: 'setting',
      there: 'ACL headers',
      here: '`ACL`, a list; the first is the default',
      tests: [
        [
          'worker/objects.test.ts',
          'is the one that the page chose among those that the policy allows',
        ],
      ],
    },
    {
      id: 's0.18',
      kind: 'setting',
      there: 'A callback URL',
      here: '`WEBHOOK_URL` and `WEBHOOK_SECRET`; `upload.completed`, signed',
      tests: [
        [
          'worker/webhooks/worker.test.ts',
          'tell what has happened to an upload, in order, and nothing that opens anything',
        ],
      ],
    },
    {
      id: 's0.19',
      kind: 'endpoint',
      there: '`GET …/s3get/`, a URL to read (announced, never built)',
      here: '`GET /uploads/:id/file`',
      tests: [
        [
          'worker/life.test.ts',
          'gives a link to read, as a redirect or as JSON, under the file’s own name',
        ],
      ],
    },
    {
      id: 's0.20',
      kind: 'job',
      there: 'An example client',
      here: 'The element, and a page that shows it at the Worker’s `/`',
      tests: [
        ['e2e/odd-files.test.ts', '100 files picked at once all arrive'],
        ['docs/pages.test.ts', 'the page uploads a file'],
      ],
    },
  ],
};
