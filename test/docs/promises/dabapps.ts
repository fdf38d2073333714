import type { System } from './row.ts';

export const DABAPPS: System = {
  name: 'django-s3-file-upload',
  page: 'django-s3-file-upload.md',
  url: 'https://github.com/dabapps/django-s3-file-upload-server',
  script: ['docs/from.test.ts', 'django-s3-file-upload.md follows the state'],
  rows: [
    {
      id: 's1.1',
      kind: 'job',
      there: 'A client library (django-s3-file-upload-client)',
      here: '`<s3-upload>`, or the engine alone from `s3-upload-element/core`',
      tests: [['docs/pages.test.ts', 'the engine of the docs uploads without the element']],
    },
    {
      id: 's1.2',
      kind: 'setting',
      there: '`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_BUCKET_NAME`',
      here: '`S3_ACCESS_KEY_ID`, `S3_SECRET_ACCESS_KEY`, `S3_BUCKET`, and `S3_ENDPOINT` for other stores',
      tests: [
        ['docs/code.test.ts', 'the settings are understood'],
        [
          'worker/config.test.ts',
          'signs nothing until it is told who may call, and names what is missing',
        ],
      ],
    },
    {
      id: 's1.3',
      kind: 'setting',
      there: '`MAX_FILE_UPLOAD_SIZE`',
      here: '`MAX_BYTES`; a larger file is refused with 413 `too_large`',
      tests: [
        ['worker/input.test.ts', 'case 33: refuses what is too large before it asks the store'],
        ['worker/index.test.ts', 'is what its settings say'],
      ],
    },
    {
      id: 's1.4',
      kind: 'job',
      there:
        'The table `UploadedFile`, made by migrations: one row for each upload from its beginning',
      here: 'A record in the KV namespace `UPLOADS`, which `npm run deploy` makes: one for each upload from Create on',
      tests: [
        [
          'worker/promises/dabapps.test.ts',
          's1.4: a file of one request is a row of the owner’s from its Create on',
        ],
        [
          'worker/life.test.ts',
          'has a state that its owner can ask for from the first moment, without its token',
        ],
      ],
    },
    {
      id: 's1.5',
      kind: 'endpoint',
      there: '`POST /s3-file-uploads/` gives a URL',
      here: '`POST /uploads`, as JSON for many files or form-encoded for one',
      tests: [
        ['worker/life.test.ts', 'gives the first requests with the Create'],
        ['worker/plain-clients.test.ts', 'uploads ${bytes} bytes with three calls of curl'],
      ],
    },
    {
      id: 's1.6',
      kind: 'endpoint',
      there: '`POST /s3-file-uploads/<id>/complete/`',
      here: '`POST /uploads/:id/complete`, which may be repeated',
      tests: [['worker/life.test.ts', 'case 43: answers a second complete like the first']],
    },
    {
      id: 's1.7',
      kind: 'endpoint',
      there: '`GET /s3-file-uploads/<id>/` gives a download address',
      here: '`GET /uploads/:id/file`: a redirect, or JSON for clients that accept it',
      tests: [
        [
          'worker/life.test.ts',
          'gives a link to read, as a redirect or as JSON, under the file’s own name',
        ],
      ],
    },
    {
      id: 's1.8',
      kind: 'field',
      there: '`filename` in the POST',
      here: '`name`',
      tests: [
        ['worker/key.test.ts', 'is made of prefix, owner, id and name'],
        ['docs/from.test.ts', 'follows the state of a row'],
      ],
    },
    {
      id: 's1.9',
      kind: 'field',
      there: '`file_key` in the POST',
      here: '`KEY_TEMPLATE`, or `key` in the answer of the hook `prepare`',
      tests: [
        [
          'worker/promises/dabapps.test.ts',
          's1.9: the client says where under its prefix the file goes, if the operator’s template lets it',
        ],
        [
          'worker/hostile.test.ts',
          'names key, bucket, owner, endpoint, uploadId or mark in a Create',
        ],
        ['worker/hooks.test.ts', 'prepare changes the key and metadata of an upload'],
      ],
      reason:
        'A caller who chooses the key can overwrite other people’s objects. The operator decides it; a key in the request is answered with 400.',
    },
    {
      id: 's1.10',
      kind: 'field',
      there: '`acl` in the POST',
      here: '`acl` for each file, among those that `ACL` allows; the `upload.acl` claim and the policy hook narrow it',
      tests: [
        [
          'worker/promises/dabapps.test.ts',
          's1.10: the client chooses the ACL of each file among those that the operator allows',
        ],
        [
          'worker/objects.test.ts',
          'is the one that the page chose among those that the policy allows',
        ],
        [
          'worker/objects.test.ts',
          'is refused by name if the policy, or the caller’s claim, does not allow it',
        ],
      ],
    },
    {
      id: 's1.11',
      kind: 'field',
      there: 'ACL `private`, the default',
      here: '`ACL=private`; without the setting no ACL is sent, and the bucket decides',
      tests: [['worker/objects.test.ts', 'opens it to those whom the ACL names', 'private']],
    },
    {
      id: 's1.12',
      kind: 'field',
      there: 'ACL `public-read`',
      here: '`ACL=public-read`',
      tests: [['worker/objects.test.ts', 'opens it to those whom the ACL names', 'public-read']],
    },
    {
      id: 's1.13',
      kind: 'field',
      there: 'ACL `public-read-write`',
      here: '`ACL=public-read-write`',
      tests: [
        ['worker/objects.test.ts', 'opens it to those whom the ACL names', 'public-read-write'],
      ],
    },
    {
      id: 's1.14',
      kind: 'field',
      there: 'ACL `authenticated-read`',
      here: '`ACL=authenticated-read`',
      tests: [
        ['worker/objects.test.ts', 'opens it to those whom the ACL names', 'authenticated-read'],
      ],
    },
    {
      id: 's1.15',
      kind: 'field',
      there: '`id`, `file_key`, `filename` of a row',
      here: '`id`, `key`, `name` of `GET /uploads/:id` and `GET /uploads`',
      tests: [
        ['worker/openapi.test.ts', 'of each route is what the document says, to the last field'],
      ],
    },
    {
      id: 's1.16',
      kind: 'state',
      there: '`file_upload_state`: `NEW`, `AWAIT_COMPLETE`, `COMPLETED`',
      here: '`state`: `open` from Create on, `verifying` while a checksum is, then `complete`, `aborted` or `expired`',
      tests: [
        [
          'worker/promises/dabapps.test.ts',
          's1.16: a file of one request has a state at each step of its life',
        ],
        [
          'worker/life.test.ts',
          'has a state that its owner can ask for from the first moment, without its token',
        ],
      ],
    },
    {
      id: 's1.17',
      kind: 'field',
      there: '`user` of a row',
      here: 'The owner, from the caller’s token. A caller sees its own rows; webhooks and hooks have `owner`.',
      tests: [
        ['worker/life.test.ts', 'lists the caller’s own, the newest first, by state and in pages'],
        [
          'worker/webhooks/worker.test.ts',
          'tell what has happened to an upload, in order, and nothing that opens anything',
        ],
      ],
    },
    {
      id: 's1.18',
      kind: 'job',
      there:
        'A model that links to an upload, which only its uploader may name (`UploadedFilePrimaryKeyRelatedField`)',
      here: 'The form submits the id; your backend asks `GET /uploads/:id` with a token for its user. [How](django-s3-file-upload.md#in-your-backend).',
      tests: [
        ['docs/from.test.ts', 'accepts the finished upload of the user who submits it'],
        ['docs/from.test.ts', 'refuses what is unfinished, somebody else’s or not an id'],
      ],
    },
    {
      id: 's1.19',
      kind: 'endpoint',
      there: '`get_download_url()`',
      here: '`GET /uploads/:id/file`, which saves the file under its own name',
      tests: [
        [
          'worker/life.test.ts',
          'gives a link to read, as a redirect or as JSON, under the file’s own name',
        ],
      ],
    },
    {
      id: 's1.20',
      kind: 'endpoint',
      there: '`get_view_url()`',
      here: '`GET /uploads/:id/file?disposition=inline`',
      tests: [
        [
          'worker/life.test.ts',
          'gives a link to read, as a redirect or as JSON, under the file’s own name',
        ],
        [
          'worker/key.test.ts',
          'case 8: shows only what runs no script, whatever the operator adds',
        ],
      ],
      reason: 'Types that can run a script, such as HTML and SVG, are always downloaded.',
    },
    {
      id: 's1.21',
      kind: 'job',
      there: 'A list of rows with their URLs',
      here: '`GET /uploads`, then `POST /uploads/links` with up to 45 ids; with `PUBLIC_URL` the links do not expire',
      tests: [
        ['worker/promises/dabapps.test.ts', 's1.21: one call gives the links of many files'],
        ['worker/links.test.ts', 'to many files comes in one request, each answered for itself'],
        [
          'worker/links.test.ts',
          'leads to the bucket’s public address where the operator names one',
        ],
      ],
    },
  ],
};
