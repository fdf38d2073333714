import type { System } from './row.ts';

export const JOIST: System = {
  name: 'joist',
  page: 'joist.md',
  url: 'https://github.com/danlamanna/joist',
  script: ['docs/from.test.ts', 'joist.md tells a server'],
  rows: [
    {
      id: 's4.1',
      kind: 'job',
      there: 'Uploads straight to Amazon S3 or MinIO',
      here: 'These and R2, Ceph, Swift, Garage, Backblaze B2, Scaleway and other S3 stores',
      tests: [['worker/life.test.ts', 'case 31, case 32: stores ${bytes} bytes as they were sent']],
    },
    {
      id: 's4.2',
      kind: 'setting',
      there: '`JOIST_UPLOAD_STS_ARN`, `JOIST_UPLOAD_DURATION`',
      here: '`S3_ROLE_ARN`, `S3_ROLE_SESSION`, `S3_STS_ENDPOINT` on AWS, MinIO and Ceph; `S3_R2_SESSION` on R2',
      tests: [
        [
          'worker/s3/sts.test.ts',
          'are asked for with the role and the narrowed policy, signed for STS',
        ],
        ['worker/s3/sts.test.ts', 'uploads only under its prefix'],
        ['worker/index.test.ts', 'signs with keys that end, and can do no less for that'],
        [
          'worker/promises/joist.test.ts',
          's4.2: on R2, keys sign that end, and that reach no further than the bucket and KEY_PREFIX',
        ],
      ],
      reason:
        'R2 has no STS; there the Worker signs temporary keys itself. This follows Cloudflare’s documentation and has not been tried on the real R2.',
    },
    {
      id: 's4.3',
      kind: 'setting',
      there: '`JOIST_UPLOAD_PREFIX`',
      here: '`KEY_PREFIX`, which is also in the session policy of the role',
      tests: [
        ['worker/key.test.ts', 'is made of prefix, owner, id and name'],
        ['worker/key.test.ts', 'case 1: stays under the caller’s prefix'],
        ['worker/config.test.ts', 'gives the keys of a role no other prefix that begins alike'],
      ],
    },
    {
      id: 's4.4',
      kind: 'setting',
      there: '`JOIST_API_BASE_URL`',
      here: '`endpoint` of the element; `app.route("/uploading", …)` in code',
      tests: [['docs/code.test.ts', 'the signer of the docs answers from an app of one’s own']],
    },
    {
      id: 's4.5',
      kind: 'setting',
      there: 'A guide to the bucket’s CORS rules',
      here: '[“Deploy it”](../start/cloudflare.md#deploy-it), step 4',
      tests: [['docs/code.test.ts', 'the CORS rules of the docs are what a part needs']],
    },
    {
      id: 's4.6',
      kind: 'setting',
      there:
        '`JOIST_STORAGE_PROVIDER`, `MINIO_STORAGE_ENDPOINT`, `…_ACCESS_KEY`, `…_SECRET_KEY`, `…_MEDIA_BUCKET_NAME`',
      here: '`S3_PROFILE=minio`, `S3_ENDPOINT`, `S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`, `S3_BUCKET`',
      tests: [
        ['docs/from.test.ts', 'joist.md tells a server'],
        ['worker/config.test.ts', 'says what the store cannot do, rather than leave it out'],
      ],
    },
    {
      id: 's4.7',
      kind: 'job',
      there: 'Security considerations (a heading without a text)',
      here: '[The table of tries](../security.md#what-a-hostile-client-tries), [docs/security.md](../security.md)',
      tests: [
        ['docs/security.test.ts', 'every test that docs/security.md names exists'],
        ['worker/hostile.test.ts', 'creates an upload under the id of another’s'],
      ],
    },
    {
      id: 's4.8',
      kind: 'job',
      there: '`S3FileField`: a form field that submits what was uploaded',
      here: '`<s3-upload name="…">` submits the id, the key or JSON (`value-format`)',
      tests: [
        ['docs/pages.test.ts', 'the form of the docs submits the id of each finished upload'],
        ['widget/element/form.test.ts', 'writes each entry as ${format}, if that is wanted'],
        ['widget/element/form.test.ts', 'comes back as it was when the browser restores a page'],
      ],
    },
    {
      id: 's4.9',
      kind: 'state',
      there: 'Signal `joist_upload_prepare(name, object_key)`',
      here: 'Hook `prepare`, which may refuse; webhook `upload.prepared`',
      tests: [
        ['worker/hooks.test.ts', 'prepare refuses an upload ${size}'],
        [
          'worker/webhooks/worker.test.ts',
          'tell what has happened to an upload, in order, and nothing that opens anything',
        ],
      ],
    },
    {
      id: 's4.10',
      kind: 'state',
      there: 'Signal `joist_upload_finalize(name, object_key, status)`',
      here: 'Hook `finalize`; webhooks `upload.completed`, `upload.aborted`, `upload.expired`. They carry metadata and, with `WEBHOOK_LINK_TTL` or `PUBLIC_URL`, a link.',
      tests: [
        [
          'worker/hooks.test.ts',
          'finalize runs once for an upload ${size} that is completed often',
        ],
        [
          'worker/webhooks/worker.test.ts',
          'tell of uploads that were aborted and that have expired',
        ],
        [
          'worker/webhooks/worker.test.ts',
          'choose whether the file’s link and metadata come with it',
        ],
      ],
    },
    {
      id: 's4.11',
      kind: 'job',
      there: 'An API reference (a heading without a text)',
      here: '[docs/http-api.md](../http-api.md), made from `/openapi.json`',
      tests: [
        ['docs/http-api.test.ts', 'is the one that the OpenAPI document makes'],
        ['worker/openapi.test.ts', 'names every route of the contract, and no other'],
        ['worker/openapi.test.ts', 'of each route is what the document says, to the last field'],
      ],
    },
    {
      id: 's4.12',
      kind: 'job',
      there: 'Quickstart: install, settings, routes',
      here: '[“Deploy it”](../start/cloudflare.md#deploy-it), in six steps',
      tests: [
        ['docs/consumer/consumer.test.ts', 'answers as a signer from a route of the app'],
        ['docs/code.test.ts', 'the settings are understood'],
        ['docs/code.test.ts', 'every npm script and wrangler command of the docs exists'],
      ],
      reason:
        'From a clone of the repository, not from npm: the package has not been published yet.',
    },
  ],
};
